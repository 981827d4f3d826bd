"""A refresh in a process of its own that says each step it has come past and dies of SIGKILL at the one it is given.

    python killed_refresh.py LAKE AS_OF STEP

Steps: `<stage>:written` (its tables lie there, its mark does not), `<stage>:marked`, `stored:<n>` (the n-th result
table is written), `publish:before` and `publish:after` the manifest's commit.
"""

import itertools
import os
import signal
import sys
import threading
from datetime import date

from harmnet import refresh as refreshing
from harmnet.config import load_settings
from harmnet.session import build_session
from harmnet.snapshots import manifest
from harmnet.storage import Lake

ROOT, AS_OF, LAST = sys.argv[1], date.fromisoformat(sys.argv[2]), sys.argv[3]
stored, one_at_a_time = itertools.count(1), threading.Lock()


def come_to(step):
    with one_at_a_time:
        print(f"step {step}", flush=True)
        if step == LAST:
            os.kill(os.getpid(), signal.SIGKILL)


def mark_stage_done(lake, recipe, stage, *rest, _mark=refreshing.mark_stage_done):
    come_to(f"{stage}:written")
    _mark(lake, recipe, stage, *rest)
    come_to(f"{stage}:marked")


def write_result(*given, _write=Lake.write_result):
    written = _write(*given)
    come_to(f"stored:{next(stored)}")
    return written


def commit(*given, _commit=manifest.commit):
    come_to("publish:before")
    snapshot = _commit(*given)
    come_to("publish:after")
    return snapshot


refreshing.mark_stage_done, Lake.write_result, manifest.commit = mark_stage_done, write_result, commit
lake = Lake(build_session("killed refresh", small=True), ROOT)
refreshing.refresh(lake, load_settings(), as_of=AS_OF, progress=lambda text: print(text, flush=True))
