"""The command `harmnet dismantle`: from a lake or from files to what is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harmnet.dismantling.analysis import HowAnalysed, analyse
from harmnet.dismantling.files import read_network
from harmnet.dismantling.goal import Goal, Objective
from harmnet.dismantling.telling import Told, as_json, show
from harmnet.errors import HarmnetError
from harmnet.printing import show_json

if TYPE_CHECKING:
    from harmnet.storage import Lake


@dataclass(frozen=True)
class Request:
    """What was asked for: a network of a lake, or one in files."""

    lake: str | None
    snapshot: str | None
    purpose: str | None
    network: str | None
    edges: Path | None
    nodes: Path | None
    cost: str | None
    target: str
    objective: Objective
    how: HowAnalysed
    form: str


def run(asked: Request, open_lake: Callable[[str, str], Lake], tell: Callable[[str], None]) -> None:
    """Print the analysis. HarmnetError when what was asked for does not fit together or is not there."""
    if (asked.edges is None) == (asked.lake is None):
        raise HarmnetError("dismantle: give either --lake URI and --network ID, or --edges FILE")
    told = _of_lake(asked, open_lake) if asked.lake is not None else _of_files(asked, tell)
    if asked.form == "json":
        show_json(as_json(told))
    else:
        show(told)


def _of_files(asked: Request, tell: Callable[[str], None]) -> Told:
    if asked.network is not None or asked.snapshot is not None or asked.purpose is not None:
        raise HarmnetError("dismantle: --network, --snapshot and --purpose belong to --lake, not to --edges")
    assert asked.edges is not None
    network, said = read_network(asked.edges, asked.nodes, asked.cost)
    for line in said:
        tell(line)
    return Told(str(asked.edges), analyse(network, Goal.of(network, asked.target, asked.objective), asked.how), {})


def _of_lake(asked: Request, open_lake: Callable[[str, str], Lake]) -> Told:
    if asked.network is None:
        raise HarmnetError("dismantle: --network ID is missing; network_priorities names the networks")
    if asked.nodes is not None:
        raise HarmnetError("dismantle: --nodes belongs to --edges: a lake knows its people")
    # What reads a lake needs Spark, and files do not.
    from harmnet.access.readers import ask

    assert asked.lake is not None
    question = {name: getattr(asked, name) for name in ("network", "cost", "target", "objective")}
    question |= {"how": asdict(asked.how)}
    told: Told = ask(
        open_lake(asked.lake, "dismantle"), "dismantle", question, snapshot=asked.snapshot, purpose=asked.purpose
    )
    return told
