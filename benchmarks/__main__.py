"""The command: ``python -m benchmarks --peers PYTHON``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from .measure import Bench, Result
from .place import Place
from .report import as_values, heading, judge, machine, measured_table, verdict_table
from .rows import EFFORTS, ROWS, Row

__all__ = ["main"]


def _arguments(given: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m benchmarks",
        description="Measure gracedb-core beside every other way to talk to GraceDB.",
    )
    names = [row.name for row in ROWS]
    parser.add_argument(
        "--peers",
        metavar="PYTHON",
        help="an interpreter of the same version that has gracedb-sdk and ligo-gracedb",
    )
    parser.add_argument(
        "--only", metavar="NAME", action="append", choices=names, help=f"one of: {', '.join(names)}"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write every figure there")
    parser.add_argument(
        "--page", metavar="FILE", type=Path, help="put the tables between the two marks there"
    )
    parser.add_argument("--effort", choices=sorted(EFFORTS), default="full")
    parser.add_argument(
        *("--quick", "-q"),
        dest="effort",
        action="store_const",
        const="quick",
        help="few rounds: a look, not a result",
    )
    return parser.parse_args(given)


def main(given: Optional[Sequence[str]] = None) -> None:
    """Measure, and say row after row what was found."""
    arguments = _arguments(given)
    rows = [row for row in ROWS if arguments.only is None or row.name in arguments.only]
    found: List[List[Result]] = []
    with Place() as place:
        # Contestants run elsewhere. Not resolved: what an environment is, its link tells.
        peers = arguments.peers and os.path.abspath(arguments.peers)
        bench = Bench(place, EFFORTS[arguments.effort], peers)
        for row in rows:
            found.append(bench.measure(row))
            _say(measured_table(row, found[-1]))
    verdicts = [judge(row, results) for row, results in zip(rows, found)]
    summary = verdict_table(rows, verdicts)
    versions = heading([result for results in found for result in results])
    _say(summary)
    _say(versions)
    if arguments.page:
        tables = [measured_table(*each) for each in zip(rows, found)]
        _replace(arguments.page, "\n".join([versions, summary, *tables]))
    if arguments.json:
        values = [as_values(*each) for each in zip(rows, found, verdicts)]
        _write(arguments.json, rows, values)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _replace(page: Path, tables: str) -> None:
    """Put *tables* between the marks of *page*."""
    before, begin, rest = page.read_text(encoding="utf-8").partition("<!-- figures -->\n")
    _, end, after = rest.partition("<!-- end of figures -->")
    if not end:
        raise SystemExit(f"{page} lacks the marks between which the figures go.")
    page.write_text(f"{before}{begin}\n{tables}\n{end}{after}", encoding="utf-8")


def _write(path: Path, rows: Sequence[Row], values: List[Dict[str, Any]]) -> None:
    document = {"machine": machine(), "rows": values}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
