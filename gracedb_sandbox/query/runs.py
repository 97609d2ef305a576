"""Observing runs: their names, and the GPS seconds between which they ran."""

from __future__ import annotations

import re

from .filters import Filter, any_of, between

__all__ = ["RUNS", "RUN_NAME", "in_run"]

#: run -> intervals of GPS time (s), both ends included
RUNS = {
    "O4": ((1368975618, 1389456018), (1396796418, 1422118818), (1422118818, 1447516818)),
    "O4c": ((1422118818, 1447516818),),
    "O4b": ((1396796418, 1422118818),),
    "O4a": ((1368975618, 1389456018),),
    "ER16": ((1394982018, 1396796418),),
    "ER15": ((1366556418, 1368975618),),
    "O3": ((1238166018, 1269363618),),
    "ER14": ((1235750418, 1238166018),),
    "ER13": ((1228838418, 1229176818),),
    "O2": ((1164556817, 1187733618),),
    "O1": ((1126623617, 1136649617),),
    "ER8": ((1123858817, 1126623617),),
    "ER7": ((1117400416, 1118329216),),
    "ER6": ((1102089616, 1102863616),),
    "ER5": ((1073822416, 1078876816),),
    "ER4": ((1057881616, 1061856016),),
    "ER3": ((1044136816, 1045785616),),
    "ER2": ((1026666016, 1028480416),),
    "ER1": ((1011601640, 1013299215),),
    "ER1test": ((1010944815, 1011601640),),
    "S6": ((931035296, 971622087),),
    "S6A": ((931035296, 935798487),),
    "S6B": ((937800015, 947260815),),
    "S6C": ((949449543, 961545687),),
    "S6D": ((956707143, 971622087),),
}
_INTERVALS = {name.lower(): intervals for name, intervals in RUNS.items()}

#: a run's name in any case, as a regular expression
RUN_NAME = rf"(?i:{'|'.join(sorted(map(re.escape, RUNS), key=len, reverse=True))})(?!\w)"


def in_run(column: str, name: str) -> Filter:
    """Return the condition that the GPS time *column* lies in the run *name* (any case)."""
    return any_of(between(column, interval) for interval in _INTERVALS[name.lower()])
