"""conf/*.yml as typed settings. Unknown or missing keys are errors, all reported at once.

A force's own files are laid over the shipped ones key by key (`--conf DIR`). `Settings.contents` is everything that was
read, files and tables alike: it goes into the recipe, and `settings_from_contents` makes the same settings from it.

One module per file of conf; `reading` makes them into Settings.
"""

from harmnet.config.areas import Areas
from harmnet.config.attributes import Attributes, Signals
from harmnet.config.dismantling import Dismantling, RemovalCost
from harmnet.config.graph import Graph
from harmnet.config.harm import Harm
from harmnet.config.maintenance import Maintenance
from harmnet.config.model import MICRO, to_micro
from harmnet.config.operating import Operating
from harmnet.config.ranking import GradeBands, Ranking, Reliability, SignalKind, Weighting
from harmnet.config.reading import (
    FILES,
    OPERATING,
    SERVICE,
    UPKEEP,
    Settings,
    load_maintenance,
    load_operating,
    load_settings,
    load_sql_service,
    settings_from_contents,
    shipped_conf,
)
from harmnet.config.safeguarding import Safeguarding, VictimLinks
from harmnet.config.sources import Sources, SourceTable
from harmnet.config.sql_service import Role, SqlService
from harmnet.config.themes import Condition, Rule, Theme, Themes
from harmnet.config.ties import Tie
from harmnet.config.weights import Ages, Grades, Handling, HandlingRules, Weights

__all__ = [
    "FILES",
    "MICRO",
    "OPERATING",
    "SERVICE",
    "UPKEEP",
    "Ages",
    "Areas",
    "Attributes",
    "Condition",
    "Dismantling",
    "GradeBands",
    "Grades",
    "Graph",
    "Handling",
    "HandlingRules",
    "Harm",
    "Maintenance",
    "Operating",
    "Ranking",
    "Reliability",
    "RemovalCost",
    "Role",
    "Rule",
    "Safeguarding",
    "Settings",
    "SignalKind",
    "Signals",
    "SourceTable",
    "Sources",
    "SqlService",
    "Theme",
    "Themes",
    "Tie",
    "VictimLinks",
    "Weighting",
    "Weights",
    "load_maintenance",
    "load_operating",
    "load_settings",
    "load_sql_service",
    "settings_from_contents",
    "shipped_conf",
    "to_micro",
]
