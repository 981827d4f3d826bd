"""The command `harmnet dismantle`: from a lake or from files to what is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harmnet.dismantling.analysis import HowAnalysed, analyse
from harmnet.dismantling.files import read_network
from harmnet.dismantling.goal import Goal, Objective
from harmnet.dismantling.network import Network
from harmnet.dismantling.telling import as_json, show
from harmnet.errors import HarmnetError
from harmnet.printing import show_json

if TYPE_CHECKING:
    from harmnet.storage import Lake


@dataclass(frozen=True)
class Request:
    """What was asked for: a network of a lake, or one in files."""

    lake: str | None
    snapshot: str | None
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
    subject = _subject(asked, open_lake)
    for line in subject.said:
        tell(line)
    found = analyse(subject.network, Goal.of(subject.network, asked.target, asked.objective), asked.how)
    if asked.form == "json":
        show_json(as_json(found) | {"in_prison": subject.in_prison})
    else:
        show(found, subject.name, subject.in_prison)


@dataclass(frozen=True)
class _Subject:
    """The network asked for, what it is called, what should be said about it, and who is in prison, in words."""

    name: str
    network: Network
    said: list[str]
    in_prison: dict[str, str]


def _subject(asked: Request, open_lake: Callable[[str, str], Lake]) -> _Subject:
    if (asked.edges is None) == (asked.lake is None):
        raise HarmnetError("dismantle: give either --lake URI and --network ID, or --edges FILE")
    if asked.edges is not None:
        if asked.network is not None or asked.snapshot is not None:
            raise HarmnetError("dismantle: --network and --snapshot belong to --lake, not to --edges")
        return _Subject(str(asked.edges), *read_network(asked.edges, asked.nodes, asked.cost), {})
    if asked.lake is None or asked.network is None:
        raise HarmnetError("dismantle: --network ID is missing; network_priorities names the networks")
    if asked.nodes is not None:
        raise HarmnetError("dismantle: --nodes belongs to --edges: a lake knows its people")
    # What reads a lake needs Spark, and files do not.
    from harmnet.dismantling.published import read_network as read_published
    from harmnet.views import resolve

    lake = open_lake(asked.lake, "dismantle")
    snapshot = resolve(lake, asked.snapshot)
    network, in_prison = read_published(lake, snapshot, asked.network, asked.cost)
    name = f"{asked.network} of snapshot {snapshot.snapshot_id}, as of {snapshot.as_of}"
    return _Subject(name, network, [], in_prison)
