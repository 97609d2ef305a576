"""What was measured, as tables that people read and as values that programs do."""

from __future__ import annotations

import os
import platform
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from .measure import Result
from .rows import Claim, Row

__all__ = ["Verdict", "as_values", "judge", "measured_table", "verdict_table"]


class Verdict(NamedTuple):
    """What became of a claim."""

    claim: Claim
    ratio: Optional[float]
    #: The same ratio by the processor's time of our side and theirs, which a busy machine
    #: disturbs less. It leaves out the server, and what the kernel does for waiting.
    processor: Optional[float]
    #: ``yes``, ``no``, or ``absent`` where one side is not installed.
    reached: str


def judge(row: Row, results: Sequence[Result]) -> List[Verdict]:
    """Hold the claims of *row* against what was measured."""
    by_label = {result.entry.label: result for result in results}
    return [_verdict(claim, by_label) for claim in row.claims]


def _verdict(claim: Claim, by_label: Dict[str, Result]) -> Verdict:
    sides = [by_label[label] for label in (claim.ours, claim.than) if label is not None]
    figures = [side.figure(claim.figure) for side in sides]
    if None in figures:
        absent = any(side.absent for side in sides)
        return Verdict(claim, None, None, "absent" if absent else "failed")
    ratio = _ratio(figures)
    assert ratio is not None
    reached = ratio >= claim.limit if claim.at_least else ratio <= claim.limit
    busy = _ratio([_processor(side) for side in sides]) if claim.than else None
    return Verdict(claim, ratio, busy, "yes" if reached else "**no**")


def _ratio(figures: Sequence[Optional[float]]) -> Optional[float]:
    ours, *others = figures
    for other in others:
        ours = ours / other if ours is not None and other else None
    return ours


def _processor(result: Result) -> Optional[float]:
    """Give the processor's time of one call in microseconds."""
    calls, seconds = result.figure("calls"), result.figure("processor")
    return 1e6 * seconds / calls if calls and seconds else None


def measured_table(row: Row, results: Sequence[Result]) -> str:
    """Spell what was measured of everybody, with the first of ours as the measure."""
    own = next((r.figure() for r in results if r.entry.contestant == "gracedb-core"), None)
    lines = [
        f"### {row.title} (`{row.name}`)",
        "",
        f"| | {row.unit} | lowest to highest | CPU µs a call | times gracedb-core |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [f"| {result.entry.label} | {_cells(result, own)} |" for result in results]
    return "\n".join([*lines, ""])


def _cells(result: Result, own: Optional[float]) -> str:
    value = result.figure()
    if value is None:
        return f"{'absent' if result.absent else 'failed'} | {result.trouble[:80]} | |"
    values = [figures["value"] for figures in result.rounds]
    processor = _processor(result)
    busy = "" if processor is None else f"{processor:.0f}"
    times = f"{value / own:.2f}" if own else ""
    return f"{_short(value)} | {_short(min(values))} to {_short(max(values))} | {busy} | {times}"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def verdict_table(rows: Sequence[Row], verdicts: Sequence[Sequence[Verdict]]) -> str:
    """Spell what became of every claim."""
    lines = [
        "| work | ours, over | ratio | by CPU | must be | reached |",
        "|---|---|--:|--:|--:|---|",
    ]
    for row, judged in zip(rows, verdicts):
        for claim, ratio, processor, reached in judged:
            than = claim.than or f"{claim.figure if claim.figure != 'value' else row.unit}"
            limit = f"{'≥' if claim.at_least else '≤'} {claim.limit:.3g}"
            shown = "" if ratio is None else f"{ratio:.2f}" if claim.than else _short(ratio)
            busy = "" if processor is None else f"{processor:.2f}"
            what = f"{row.title} | {claim.ours}, {than}"
            lines.append(f"| {what} | {shown} | {busy} | {limit} | {reached} |")
    return "\n".join([*lines, ""])


def as_values(row: Row, results: Sequence[Result], verdicts: Sequence[Verdict]) -> Dict[str, Any]:
    """Give a row for a file of JSON."""
    return {
        "name": row.name,
        "title": row.title,
        "unit": row.unit,
        "results": [
            {
                "label": result.entry.label,
                "contestant": result.entry.contestant,
                "median": result.figure(),
                "rounds": result.rounds,
                "absent": result.absent,
                "trouble": result.trouble,
                **result.about,
            }
            for result in results
        ],
        "claims": [
            {
                **verdict.claim._asdict(),
                "ratio": verdict.ratio,
                "processor": verdict.processor,
                "reached": verdict.reached.strip("*"),
            }
            for verdict in verdicts
        ],
    }


def machine() -> Dict[str, Any]:
    """Say where this was measured."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "load": os.getloadavg(),
    }


def heading(results: Sequence[Result]) -> str:
    """Name the machine, and the versions of everything that was measured."""
    versions: Dict[str, str] = {}
    pythons = set()
    for result in results:
        if "python" in result.about:
            pythons.add(result.about["python"])
            for name, version in result.about["versions"].items():
                versions[f"{name} {version}"] = ""
    facts = machine()
    load = ", ".join(f"{number:.1f}" for number in facts["load"])
    warning = "" if len(pythons) < 2 else " **Peers ran under another Python.**"
    return (
        f"Python {', '.join(sorted(pythons)) or facts['python']}; {facts['system']}; "
        f"{facts['processors']} processors, load {load}; {', '.join(sorted(versions))}.{warning}\n"
    )
