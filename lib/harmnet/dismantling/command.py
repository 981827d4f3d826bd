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
    name, network, said = _network(asked, open_lake)
    for line in said:
        tell(line)
    found = analyse(network, Goal.of(network, asked.target, asked.objective), asked.how)
    if asked.form == "json":
        show_json(as_json(found))
    else:
        show(found, name)


def _network(asked: Request, open_lake: Callable[[str, str], Lake]) -> tuple[str, Network, list[str]]:
    """What the network is called, the network, and what should be said about it."""
    if (asked.edges is None) == (asked.lake is None):
        raise HarmnetError("dismantle: give either --lake URI and --network ID, or --edges FILE")
    if asked.edges is not None:
        if asked.network is not None or asked.snapshot is not None:
            raise HarmnetError("dismantle: --network and --snapshot belong to --lake, not to --edges")
        return (str(asked.edges), *read_network(asked.edges, asked.nodes, asked.cost))
    raise HarmnetError("dismantle: give --edges FILE")
