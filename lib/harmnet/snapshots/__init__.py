"""Snapshots: what a run is pinned to, how its tables are digested, and the one commit that makes them visible."""
