"""Reading an id: an event or a superevent; Production, Test or MDC."""

from __future__ import annotations

import re
from enum import Enum
from typing import Optional

from .errors import InputError

__all__ = ["Kind", "category_of", "kind_of"]


class Kind(Enum):
    """The two columns of everything GraceDB serves."""

    EVENT = "event"
    SUPEREVENT = "superevent"


#: T and M before a digit are events; before S or GW they are superevents.
_EVENT = re.compile(r"[GEHMTD]\d+\Z", re.ASCII).match
#: Newer servers address an event by the UUID made from the digest of its file.
_CONTENT_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z").match
_SUPEREVENT = re.compile(r"[TM]?(S|GW)\d{6}[A-Za-z]*\Z", re.ASCII).match

#: A Test event belongs to a Test superevent and so on; the letter is chosen by the server.
_CATEGORIES = {"T": "T", "M": "M", "G": "P", "E": "P", "H": "P", "D": "P"}


def kind_of(identifier: str) -> Optional[Kind]:
    """Tell an event's id from a superevent's; None for what looks like neither.

    A superevent confirmed as a gravitational wave may have any name its catalogue likes.
    """
    if _EVENT(identifier) or _CONTENT_ID(identifier):
        return Kind.EVENT
    return Kind.SUPEREVENT if _SUPEREVENT(identifier) else None


def category_of(graceid: str) -> str:
    """Give the category code (``P``, ``T`` or ``M``) of superevents that may hold *graceid*."""
    if _EVENT(graceid):
        return _CATEGORIES[graceid[0]]
    raise InputError(
        f"The category of a superevent is read from its preferred event, and {graceid!r} is not "
        "the id of an event (G, E, H, M, T or D and a number); pass category= if it is right."
    )
