"""Two snapshots of a few people as rows of published tables, and what a correction touches in them by brute force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from harmnet.contracts import Table, published_type
from harmnet.corrections.register import Correction
from typed_rows import frame_of

PEOPLE = {f"CR-0{number}": f"N0{number}" for number in range(1, 10)}
PEOPLE |= {"PN-02": "N02", "IC-77": "IC-77", "IM-12": "IC-77"}
NETWORKS_BEFORE = {
    ("all", "all-01"): ["N01", "N02", "N03", "N06", "N09"],
    ("soc", "soc-01"): ["N01", "N02"],
    ("soc", "soc-02"): ["N03", "N06"],
}
NETWORKS_AFTER = {
    ("all", "all-02"): ["N01", "N02", "N03", "N04", "N06", "N09"],
    ("soc", "soc-03"): ["N01", "N02", "N03"],
    ("cse", "cse-01"): ["N04", "N06", "N09"],
}
TIES = [
    ("N01", "N02", "ASSOCIATION"),
    ("N01", "N02", "FAMILY"),
    ("N02", "N03", "ASSOCIATION"),
    ("N04", "N09", "HARM"),
    ("N06", "N09", "ASSOCIATION"),
]
FLAGS = [("cse", "cse-01", "N09"), ("all", "all-02", "N09"), ("soc", "soc-03", "N04")]
LINKS = [("N09", "cse", "cse-01", "N04", "N06"), ("N08", "soc", "soc-03", "N01", None)]


def snapshot_of(
    networks: Mapping[tuple[str, str], list[str]], alone: Iterable[tuple[str, str]]
) -> dict[str, list[Any]]:
    """Rows of every table the snapshot has. `alone`: theme and person of vertices tied to no one."""
    places = [(theme, network, person, min(them)) for (theme, network), them in networks.items() for person in them]
    places += [(theme, None, person, person) for theme, person in alone]
    everyone = sorted(set(PEOPLE.values()))
    return {
        "people": [{"person_ref": ref, "nominal_id": name, "how": "FORCE_NUMBER"} for ref, name in PEOPLE.items()],
        "nominals": [{"nominal_id": name, "idx": idx, "handling": 0} for idx, name in enumerate(everyone)],
        "nominal_names": [{"nominal_id": name, "forename": name, "surname": "X"} for name in everyone],
        "networks": [
            {"theme": theme, "network_id": network, "component_id": min(them), "size": len(them), "handling": 0}
            for (theme, network), them in networks.items()
        ],
        "network_members": [
            {"theme": theme, "network_id": network, "nominal_id": person, "component_id": component}
            for theme, network, person, component in places
        ],
        "network_priorities": [
            {"theme": theme, "network_id": network, "rank": rank, "score": 100 - rank}
            for rank, (theme, network) in enumerate(networks, 1)
        ],
        "nominal_priorities": [
            {"theme": theme, "network_id": network, "nominal_id": person, "rank": rank, "score": 500 - rank}
            for rank, (theme, network, person, _) in enumerate(places, 1)
        ],
        "edges": [
            {"src": src, "dst": dst, "relation": relation, "weight_micro": 1, "handling": 0}
            for src, dst, relation in TIES
        ],
        "safeguarding_flags": [
            {"theme": theme, "network_id": network, "nominal_id": person, "reason": "CHILD", "handling": 0}
            for theme, network, person in FLAGS
        ],
        "victim_links": [
            dict(zip(("nominal_id", "theme", "network_id", "controller_id", "via_id"), row, strict=True))
            for row in LINKS
        ],
    }


FIRST = snapshot_of(NETWORKS_BEFORE, [("soc", "N04")])
SECOND = snapshot_of(NETWORKS_AFTER, [("soc", "N06"), ("cse", "N01")])


def published_frame(spark: SparkSession, table: Table, rows: Iterable[Mapping[str, Any]]) -> DataFrame:
    """Rows of a result table as they are once published."""
    return frame_of(spark, {column.name: published_type(column) for column in table}, rows)


def touched(one: Correction, tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, set[Any]]:
    """People, networks and scores that a correction touches, by looking at every row for every person it names."""
    subject = set(one.refs) | ({one.person_ref} - {None})
    others = set(one.other_refs)
    everyone = {row["person_ref"]: row["nominal_id"] for row in tables["people"]}
    people = {everyone[ref] for ref in subject if ref in everyone}
    beside = {everyone[ref] for ref in others if ref in everyone}
    kind, _, name = one.applies_to.partition(":")
    networks = set()
    for row in tables["networks"]:
        key = row["theme"], row["network_id"]
        them = {m["nominal_id"] for m in tables["network_members"] if (m["theme"], m["network_id"]) == key}
        if kind == "tie":
            hit = bool(them & people) and bool(them & (beside - people))
        elif kind == "network" and one.action in ("CONFIRM", "REFUTE"):
            hit = key[1] == name
        elif kind == "network":
            hit = key[0] == name.split("-")[0] and bool(them & people) and bool(them & (beside - people))
        elif kind == "theme":
            hit = key[0] == name and bool(them & people)
        else:
            hit = bool(them & (people | beside))
        if hit:
            networks.add(key)
    named = people | beside if one.action in ("MERGE", "REGRADE") else people
    scores = {("network_priorities", *key, None) for key in networks}
    for row in tables["nominal_priorities"]:
        key = row["theme"], row["network_id"]
        own = row["nominal_id"] in named and kind not in ("tie", "network")
        if (own and (kind != "theme" or row["theme"] == name)) or key in networks:
            scores.add(("nominal_priorities", *key, row["nominal_id"]))
    return {"people": named, "networks": networks, "scores": scores}
