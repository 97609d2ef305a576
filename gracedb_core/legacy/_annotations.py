"""What people say about an object: VOEvents, observations, signoffs, permissions."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from .._ids import Kind
from ..errors import InputError
from ._answers import Response
from ._asking import place_of
from ._checks import code, one_of, some_of
from ._errors import NotThere
from ._records import Records

__all__ = ["Annotations"]


class Annotations(Records):
    """VOEvents, observations, signoffs, permissions."""

    def voevents(
        self, object_id: str, voevent_num: Optional[int] = None, *args: Any, **kwargs: Any
    ) -> Response:
        """List the VOEvents, or read one."""
        if voevent_num:
            return self._ask("get", "voevents[]", *place_of(object_id), voevent_num)
        return self._ask("get", "voevents", *place_of(object_id))

    def create_voevent(
        self,
        object_id: str,
        voevent_type: str,
        skymap_type: Optional[str] = None,
        skymap_filename: Optional[str] = None,
        combined_skymap_filename: Optional[str] = None,
        internal: bool = True,
        open_alert: bool = False,
        raven_coinc: bool = False,
        hardware_inj: bool = False,
        CoincComment: bool = False,
        ProbHasNS: Optional[float] = None,
        ProbHasRemnant: Optional[float] = None,
        BNS: Optional[float] = None,
        NSBH: Optional[float] = None,
        BBH: Optional[float] = None,
        Terrestrial: Optional[float] = None,
        MassGap: Optional[float] = None,
        HasMassGap: Optional[float] = None,
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Have the server make a VOEvent."""
        if MassGap:
            raise InputError("MassGap has become HasMassGap; pass that instead.")
        kind = code(voevent_type, self.voevent_types, "voevent_type")
        if kind == "IN" and not skymap_filename:
            raise InputError("An 'initial' VOEvent needs a sky map; pass skymap_filename=.")
        fields = {
            "voevent_type": kind,
            "internal": internal,
            "open_alert": open_alert,
            "hardware_inj": hardware_inj,
            "CoincComment": CoincComment,
            "raven_coinc": raven_coinc,
            "skymap_type": skymap_type,
            "skymap_filename": skymap_filename,
            "combined_skymap_filename": combined_skymap_filename,
            "ProbHasNS": ProbHasNS,
            "ProbHasRemnant": ProbHasRemnant,
            "BNS": BNS,
            "NSBH": NSBH,
            "BBH": BBH,
            "Terrestrial": Terrestrial,
            "HasMassGap": HasMassGap,
        }
        return self._ask("create", "voevents", *place_of(object_id), fields=fields)

    def emobservations(
        self, object_id: str, emobservation_num: Optional[int] = None, *args: Any, **kwargs: Any
    ) -> Response:
        """List the observations, or read one; newer servers have removed them."""
        if emobservation_num:
            place = place_of(object_id)
            return self._ask("get", "emobservations[]", *place, emobservation_num)
        return self._ask("get", "emobservations", *place_of(object_id))

    def write_emobservation(
        self,
        object_id: str,
        group: str,
        raList: List[float],
        raWidthList: Any,
        decList: List[float],
        decWidthList: Any,
        startTimeList: List[str],
        durationList: Any,
        comment: str = "",
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Report footprints; one width or duration stands for all."""
        one_of(group, self.em_groups, "EM group")
        count = len(raList)
        fields = {
            "ra_list": raList,
            "ra_width_list": _spread(raWidthList, count),
            "dec_list": decList,
            "dec_width_list": _spread(decWidthList, count),
            "start_time_list": startTimeList,
            "duration_list": _spread(durationList, count),
        }
        if any(len(values) != count for values in fields.values()):
            raise InputError(f"The lists of an observation are of one length: {', '.join(fields)}.")
        sent = {"group": group, **fields, "comment": comment}
        return self._ask("create", "emobservations", *place_of(object_id), fields=sent)

    def signoffs(
        self,
        object_id: str,
        signoff_type: Optional[str] = None,
        instrument: str = "",
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """List the signoffs of a superevent, or read one."""
        name = _superevent(object_id)
        if not signoff_type:
            return self._of("get", "signoffs", name)
        key = self._signoff_key(signoff_type, instrument)
        return self._ask("get", "signoffs[]", Kind.SUPEREVENT, name, key)

    def create_signoff(
        self,
        object_id: str,
        signoff_type: str,
        status: str,
        comment: str,
        instrument: str = "",
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Sign a superevent off."""
        name = _superevent(object_id)
        fields = self._signoff(signoff_type, instrument)
        fields["comment"] = comment
        fields["status"] = code(status, self.signoff_statuses, "signoff status")
        return self._of("create", "signoffs", name, fields=fields)

    def update_signoff(
        self,
        object_id: str,
        signoff_type: str,
        status: Optional[str] = None,
        comment: Optional[str] = None,
        instrument: str = "",
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Change a signoff."""
        name = _superevent(object_id)
        fields = {"comment": comment, "status": status}
        some_of(fields)
        if status is not None:
            fields["status"] = code(status, self.signoff_statuses, "signoff status")
        key = self._signoff_key(signoff_type, instrument)
        return self._of("update", "signoffs", name, name=key, fields=fields)

    def delete_signoff(
        self,
        object_id: str,
        signoff_type: str,
        instrument: str = "",
        *args: Any,
        **kwargs: Any,
    ) -> Response:
        """Withdraw a signoff."""
        name = _superevent(object_id)
        return self._of(
            "delete", "signoffs", name, name=self._signoff_key(signoff_type, instrument)
        )

    def _signoff(self, signoff_type: str, instrument: str) -> Dict[str, Any]:
        kind = code(signoff_type, self.signoff_types, "signoff type")
        if kind == "OP" and not instrument:
            raise InputError("An operator's signoff needs instrument=, such as 'H1'.")
        detector = code(instrument, self.instruments, "instrument") if instrument else ""
        return {"signoff_type": kind, "instrument": detector}

    def _signoff_key(self, signoff_type: str, instrument: str) -> str:
        return "".join(self._signoff(signoff_type, instrument).values())

    def permissions(self, object_id: str, *args: Any, **kwargs: Any) -> Response:
        """List who may see a superevent."""
        return self._of("get", "permissions", _superevent(object_id))

    def modify_permissions(
        self, object_id: str, action: str, *args: Any, **kwargs: Any
    ) -> Response:
        """Let the public see a superevent, or hide it: ``expose`` or ``hide``."""
        name = _superevent(object_id)
        if action not in ("expose", "hide"):
            raise InputError(f"action must be 'expose' or 'hide', not {action!r}.")
        return self._of("create", "exposure", name, fields={"action": action})


def _superevent(object_id: str) -> str:
    kind, name = place_of(object_id)
    if kind is Kind.EVENT:
        raise NotThere(f"{name!r} is an event, and this is there for superevents only.")
    return name


def _spread(value: Any, count: int) -> List[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value] * count
