"""What people and programs say about an object: VOEvents, observations, signoffs, permissions."""

# ruff: noqa: N803  the server and the older clients spell probabilities so

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from .._encode import further, segment
from .._flow import Flow
from .._ids import Kind
from .._node import Json, Mode, Node, face, verb
from ..errors import InputError
from .records import Listed, Record

__all__ = ["EMObservations", "Group", "Permissions", "Signoffs", "VOEvents", "signoff_fields"]

#: Names of VOEvent types, and the codes that the server wants.
VOEVENT_TYPES: Mapping[str, str] = {
    "preliminary": "PR",
    "initial": "IN",
    "update": "UP",
    "retraction": "RE",
    "earlywarning": "EW",
}


def _signoff_key(kind: str) -> Tuple[str, str]:
    """Split ``ADV`` or a detector such as ``H1`` into the server's type and instrument."""
    if kind == "ADV":
        return "ADV", ""
    if isinstance(kind, str) and re.match(r"[A-Z]\d\Z", kind):
        return "OP", kind
    raise InputError(f"A signoff is 'ADV' or a detector such as 'H1', not {kind!r}.")


def _verdict(status: str, comment: str) -> Dict[str, Any]:
    if status not in ("OK", "NO"):
        raise InputError(f"The status of a signoff is 'OK' or 'NO', not {status!r}.")
    return {"status": status, "comment": comment}


def signoff_fields(kind: str, status: str, comment: str) -> Dict[str, Any]:
    """Spell a signoff; the server wants an instrument, if only an empty one."""
    signoff_type, instrument = _signoff_key(kind)
    verdict = _verdict(status, comment)
    return {**verdict, "signoff_type": signoff_type, "instrument": instrument}


@face("voevents")
class VOEvents(Listed[Mode]):
    """The VOEvents made for an event or superevent."""

    def __getitem__(self, number: Union[int, str]) -> Record[Mode]:
        """Go to VOEvent *number*, counted from 1."""
        return self._record(number, "VOEvent number")

    @verb
    def create(
        self,
        /,
        voevent_type: str,
        *,
        internal: Optional[bool] = None,
        open_alert: Optional[bool] = None,
        hardware_inj: Optional[bool] = None,
        skymap_type: Optional[str] = None,
        skymap_filename: Optional[str] = None,
        ProbHasNS: Optional[float] = None,
        ProbHasRemnant: Optional[float] = None,
        BNS: Optional[float] = None,
        NSBH: Optional[float] = None,
        BBH: Optional[float] = None,
        Terrestrial: Optional[float] = None,
        MassGap: Optional[float] = None,
        HasMassGap: Optional[float] = None,
        HasSSM: Optional[float] = None,
        Significant: Optional[bool] = None,
        coinc_comment: Optional[bool] = None,
        **fields: Any,
    ) -> Flow[Json]:
        """Have the server make a VOEvent, and give its object.

        *voevent_type* is ``preliminary``, ``initial``, ``update``, ``retraction`` or
        ``earlywarning``, or the code of one. Probabilities are between 0 and 1; newer servers
        take *HasMassGap* for *MassGap*. Further *fields* are sent as they are.
        """
        code = VOEVENT_TYPES.get(voevent_type, voevent_type)
        if code not in VOEVENT_TYPES.values():
            known = ", ".join(VOEVENT_TYPES)
            raise InputError(f"There is no VOEvent type {voevent_type!r}; there are: {known}.")
        sent = {
            "voevent_type": code,
            # The server misses this one, and only this one, when it is not there.
            "CoincComment": bool(coinc_comment),
            "internal": internal,
            "open_alert": open_alert,
            "hardware_inj": hardware_inj,
            "skymap_type": skymap_type,
            "skymap_filename": skymap_filename,
            "ProbHasNS": ProbHasNS,
            "ProbHasRemnant": ProbHasRemnant,
            "BNS": BNS,
            "NSBH": NSBH,
            "BBH": BBH,
            "Terrestrial": Terrestrial,
            "MassGap": MassGap,
            "HasMassGap": HasMassGap,
            "HasSSM": HasSSM,
            "Significant": Significant,
        }
        return self._ask("create", fields={**sent, **further(fields, sent)})


@face("emobservations")
class EMObservations(Listed[Mode]):
    """Reports of follow-up observations; newer servers have removed them (`Gone`)."""

    def __getitem__(self, number: Union[int, str]) -> Record[Mode]:
        """Go to observation *number*, counted from 1."""
        return self._record(number, "observation number")

    @verb
    def create(
        self,
        group: str,
        *,
        ra_list: List[float],
        dec_list: List[float],
        ra_width_list: List[float],
        dec_width_list: List[float],
        start_time_list: List[str],
        duration_list: List[int],
        comment: str = "",
    ) -> Flow[Json]:
        """Report footprints: lists of equal length, degrees, ISO 8601 times (UTC), seconds."""
        fields = {
            "group": group,
            "ra_list": ra_list,
            "dec_list": dec_list,
            "ra_width_list": ra_width_list,
            "dec_width_list": dec_width_list,
            "start_time_list": start_time_list,
            "duration_list": duration_list,
            "comment": comment,
        }
        return self._ask("create", fields=fields)


@face("signoffs")
class Signoffs(Listed[Mode]):
    """The signoffs of a superevent; those of an event can only be read."""

    def __getitem__(self, kind: str) -> Record[Mode]:
        """Go to the signoff of ``ADV``, or of a detector such as ``H1``."""
        return self._record("".join(_signoff_key(kind)), "signoff")

    @verb
    def create(
        self, kind: str, status: str, comment: str = "", *, exist_ok: bool = False
    ) -> Flow[Json]:
        """Sign off as ``ADV`` or for a detector, ``OK`` or ``NO``; gives the signoff object.

        A second signoff is refused (`BadRequest`), unless *exist_ok* and it says the same.
        """
        fields = signoff_fields(kind, status, comment)
        return self._ask("create", fields=fields, lenient=exist_ok)

    @verb
    def update(
        self, kind: str, status: str, comment: str = "", *, unchanged_ok: bool = False
    ) -> Flow[Json]:
        """Change a signoff; the server wants status and comment both.

        It refuses a change that changes nothing (`BadRequest`), unless *unchanged_ok*.
        """
        key = "".join(_signoff_key(kind))
        fields = _verdict(status, comment)
        return self._ask("update", name=key, fields=fields, lenient=unchanged_ok)

    @verb
    def delete(self, kind: str, *, missing_ok: bool = False) -> Flow[None]:
        """Withdraw a signoff; `NotFound` where there is none, unless *missing_ok*."""
        name = "".join(_signoff_key(kind))
        yield from self._ask("delete", name=name, lenient=missing_ok)


@face("permissions[]", Kind.EVENT)
class Group(Node[Mode]):
    """What one group may do with an event."""

    @verb
    def get(self) -> Flow[List[Json]]:
        """List ``{"group", "permission"}``."""
        return self._ask("get")


@face("permissions")
class Permissions(Node[Mode]):
    """Who may see and change it."""

    def __getitem__(self, group: str) -> Group[Mode]:
        """Go to the permissions of one group; events only."""
        found: Group[Mode] = self._at("permissions[]", segment(group, "group"))
        return found

    @verb
    def get(self) -> Flow[Any]:
        """List ``{"group", "permission"}`` of a superevent; map group to URL of an event."""
        return self._ask("get")
