"""docs/operating.md: what it quotes is what the code says, or what a test on a cluster has seen."""

import ast
import re
from functools import cache

from pages import DOCS, ROOT, text_of

PAGE = DOCS / "operating.md"


def first_cells(heading):
    """Code in the first cell of each row of the table under that header line."""
    rows = text_of(PAGE).split(f"\n{heading}\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [found[1] for row in rows if (found := re.match(r"\| `([^`]+)` \|", row))]


@cache
def sayings():
    """Every text in the code, with NUL for what is put into it."""
    found = []
    for path in sorted((ROOT / "lib" / "harmnet").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append(
                    "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value.replace("%s", "\0"))
    return found


def is_said(line):
    """Whether one text of the code has the parts of the line in their order; three dots stand for anything."""
    parts = re.compile(".*".join(re.escape(part) for part in line.split("...") if part.strip()), re.DOTALL)
    return any(parts.search(text) for text in sayings())


def test_every_line_that_is_explained_is_one_that_the_code_can_say():
    lines = first_cells("| line | what happened | what to do |")
    assert len(lines) > 25
    assert [line for line in lines if not is_said(line)] == []
    assert not is_said("...: in use by ...; go on")
    assert not is_said("...: ... others keep taking the ... wait until it has finished")


def test_every_line_of_others_was_seen_on_a_cluster():
    seen = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "cluster").rglob("test_*.py"))
    lines = first_cells("| in the line | what to do |")
    assert len(lines) == 4
    assert [line for line in lines if line.removesuffix("...") not in seen] == []
