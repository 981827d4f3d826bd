"""README and docs as tests read them: their code, what they name, and which of that is nowhere."""

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harmnet.cli import main
from harmnet.config import FILES, OPERATING, SERVICE, UPKEEP
from harmnet.contracts import TABLES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
NAMES = (*FILES, UPKEEP, SERVICE, OPERATING)
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def spans(page: Path) -> list[str]:
    """What stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", BLOCK.sub("", text_of(page)))


def code_lines(page: Path) -> list[str]:
    """Code spans, and the lines of code blocks without their comments."""
    text = text_of(page)
    blocks = [line for _, block in BLOCK.findall(text) for line in block.splitlines()]
    indented = re.findall(r"^ {4}(\S.*)$", BLOCK.sub("", text), re.MULTILINE)
    return [*spans(page), *(line.split("  #")[0] for line in (*blocks, *indented))]


@cache
def files_of_the_project() -> list[str]:
    folders = ("lib", "jobs", "conf", "tests", "docs", "benchmarks")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [f"/{path.relative_to(ROOT)}" for path in (*found, *(path for path in ROOT.iterdir() if path.is_file()))]


def missing_files(page: Path) -> list[str]:
    """Paths below the project's folders, and names of its kinds of file, that are nowhere.

    <x> and * stand for any name.
    """
    named = re.findall(r"(?<![\w/.:-])((?:lib|jobs|conf|tests|docs|benchmarks)/[\w./<>*-]*)", text_of(page))
    paths = {re.sub(r"<\w+>", "*", name.rstrip(".")) for name in named}
    file = re.compile(r"[\w<>/.-]+\.(py|yml|md|toml|cfg)")
    names = {re.sub(r"<\w+>", "*", name) for name in spans(page) if file.fullmatch(name)} - paths
    lost_paths = [path for path in sorted(paths) if not list(ROOT.glob(path.rstrip("/")))]
    there = files_of_the_project()
    return lost_paths + [name for name in sorted(names) if not any(fnmatch(path, f"*/{name}") for path in there)]


def wrong_commands(page: Path) -> list[str]:
    """harmnet commands and their options that the command line does not have."""
    wrong = []
    for line in code_lines(page):
        for name, rest in re.findall(r"(?:^|[\s(])harmnet +([a-z][\w-]*)([^`]*)", line):
            command = main.commands.get(name)
            if command is None:
                wrong.append(f"harmnet {name}")
                continue
            known = {"--help", *(option for param in command.params for option in param.opts)}
            asked = re.findall(r"(?<![\w-])--[a-z][a-z-]*", re.sub(r'"[^"]*"', "", rest))
            wrong += [f"harmnet {name} {option}" for option in asked if option not in known]
    return wrong


def wrong_targets(page: Path) -> list[str]:
    """make targets that the Makefile does not have."""
    targets = set(re.findall(r"^([a-z0-9-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = [name for line in code_lines(page) for name in re.findall(r"(?:^|[\s;])make ([a-z][a-z0-9-]*)", line)]
    return [name for name in named if name not in targets]


def missing_tests(page: Path) -> list[str]:
    """Names of tests that no file of tests/ has."""
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return [span for span in spans(page) if re.fullmatch(r"test_\w+", span) and f"def {span}(" not in written]


@cache
def conf() -> dict[str, Any]:
    return {name: yaml.safe_load((ROOT / "conf" / f"{name}.yml").read_text(encoding="utf-8")) for name in NAMES}


def has_key(value: Any, parts: list[str]) -> bool:
    """True when the path leads somewhere; <x> stands for every entry, and then it must do so in each."""
    if not parts:
        return True
    if not isinstance(value, dict) or not value:
        return False
    if parts[0].startswith("<"):
        return all(has_key(item, parts[1:]) for item in value.values())
    return parts[0] in value and has_key(value[parts[0]], parts[1:])


def conf_keys(page: Path) -> set[str]:
    dotted = rf"(?:{'|'.join(NAMES)})(?:\.(?!py\b|yml\b|csv\b)[\w<>]+)+"
    return {span for span in spans(page) if re.fullmatch(dotted, span)}


def wrong_columns(page: Path) -> list[str]:
    """table.column that no contract declares."""
    dotted = re.compile(r"[a-z_]+\.(?!(?:py|yml|csv|json|jsonl|parquet)$)[a-z_]+")
    pairs = [span.split(".") for span in spans(page) if dotted.fullmatch(span)]
    return [f"{table}.{column}" for table, column in pairs if table in TABLES and column not in TABLES[table].names]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", BLOCK.sub("", text_of(page)), re.MULTILINE)}


def broken_links(page: Path) -> list[str]:
    """Links to pages or headings that are not there."""
    text = re.sub(r"`[^`\n]+`", "", BLOCK.sub("", text_of(page)))
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://")):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in anchors(target)):
            broken.append(link)
    return broken


def statements(page: Path) -> list[str]:
    blocks = [block for language, block in BLOCK.findall(text_of(page)) if language == "sql"]
    in_code = [found for line in code_lines(page) for found in re.findall(r'^SELECT .*|(?<=")SELECT [^"]+', line)]
    in_blocks = "\n".join(blocks)
    return [*blocks, *(one for one in in_code if "..." not in one and one not in in_blocks)]
