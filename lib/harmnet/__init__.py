"""Criminal networks, their harm and their priorities, derived from a police force's own records."""

__version__ = "0.1.0"
