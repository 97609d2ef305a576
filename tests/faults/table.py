"""The table as the documentation shows it."""

from __future__ import annotations

import re
from typing import Callable, Dict, List, Set, Tuple

from tests.meta.tree import ROOT

from .expected import COLUMNS, EXPECTED, NOT_TO_BE_SEEN

__all__ = ["Seen", "expected", "observed", "rendered", "shown", "write"]

PAGE = ROOT / "docs/explanation/reliability.md"
BETWEEN = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end of table -->)", re.DOTALL)

#: The outcomes of a fault in a column.
Seen = Dict[Tuple[str, str], Set[str]]


def expected(fault: str, column: str) -> str:
    """Say what is promised."""
    return EXPECTED[fault].outcomes[column]


def observed(seen: Seen) -> Callable[[str, str], str]:
    """Say what was seen, on any transport; what differs shows."""
    return lambda fault, column: " or ".join(sorted(seen.get((fault, column), {NOT_TO_BE_SEEN})))


def rendered(outcome: Callable[[str, str], str]) -> str:
    """Spell the table in Markdown."""
    heads: List[Tuple[str, ...]] = []
    for column in COLUMNS:
        # Columns that say the same are one.
        if heads and all(outcome(each, column) == outcome(each, heads[-1][0]) for each in EXPECTED):
            heads[-1] = (*heads[-1], column)
        else:
            heads.append((column,))
    lines = [_line("what happens", *map(", ".join, heads), "done on the server")]
    lines.append(_line(*["---"] * (len(heads) + 2)))
    for fault, row in EXPECTED.items():
        cells = [outcome(fault, columns[0]) for columns in heads]
        always = row.acted or all(cell.startswith("answer") for cell in cells)
        done = "once" if always else "once if there is an answer, else not at all"
        lines.append(_line(fault, *map(_cell, cells), done))
    return "\n" + "\n".join(lines) + "\n\n"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(outcome: str) -> str:
    return re.sub(r"\b[A-Z]\w+", r"`\g<0>`", outcome.replace("answer, ", ""))


def shown() -> str:
    """Give the table that is on the page."""
    found = BETWEEN.search(PAGE.read_text(encoding="utf-8"))
    return found[0] if found else ""


def write(outcome: Callable[[str, str], str]) -> None:
    """Put the table on the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BETWEEN.sub(lambda _: rendered(outcome), text), encoding="utf-8")
