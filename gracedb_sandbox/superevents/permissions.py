"""Who else may see a superevent: exposing it to observers and everybody, and hiding it again."""

from __future__ import annotations

from typing import Dict, List

from flask import Blueprint, Response

from ..answers import answer, spoken
from ..bodies import read_body
from . import access
from .access import ACTIONS
from .desk import (
    Situation,
    envelope,
    nested,
    part,
    require,
    require_login,
)

views = Blueprint("superevent_permissions", __name__)

_ROWS = (
    (access.OBSERVERS, "view_superevent"),
    (access.OBSERVERS, "annotate_superevent"),
    (access.PUBLIC, "view_superevent"),
)
#: action -> (whether it leaves the superevent exposed, what the log says)
_TURNS = {
    "expose": (True, "Exposed to LV-EM observers and the general public."),
    "hide": (False, "Hidden from LV-EM observers and the general public."),
}


def _rows(*, exposed: bool) -> List[Dict[str, str]]:
    return [{"group": group, "permission": name} for group, name in _ROWS if exposed]


def _list(sid: str) -> Response:
    here = nested(sid)
    require(ACTIONS["view permissions"])
    return envelope("permissions", _rows(exposed=bool(here.row["exposed"])))


def _modify(sid: str) -> Response:
    here = nested(sid)
    require_login()
    action = str(read_body().one("action"))
    # Whoever may do neither is not told how to ask.
    require(ACTIONS[action if action in _TURNS else "expose"])
    if action not in _TURNS:
        raise spoken(400, "action must be 'expose' or 'hide'")
    return answer(_rows(exposed=_turn(here, action)))


def _turn(here: Situation, action: str) -> bool:
    exposed, told = _TURNS[action]
    if bool(here.row["exposed"]) != exposed:
        here.database.execute(
            "UPDATE superevent SET exposed = ? WHERE id = ?", (int(exposed), here.id)
        )
        here.log(told)
    return exposed


part(views, "/superevents/<sid>/permissions/", GET=_list)
part(views, "/superevents/<sid>/permissions/modify/", POST=_modify)
