"""What a write has made, sought on the server after its answer was lost."""

from __future__ import annotations

import calendar
import re
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Tuple

from ._calls import Call, Place, judged, prepare
from ._decode import moment
from ._exchange import Trail, exchange
from ._flow import Flow
from ._ids import Kind
from ._ledger import Alike, identity_of
from ._retry import Repeat
from ._routes import ROUTES
from ._session import Session

__all__ = ["Found", "Sought", "unix_time"]

_DATED = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)? ?(?:UTC|Z|\+00:?00)?\Z"
).match


class Found(NamedTuple):
    """What is there."""

    #: What the call gives.
    answer: Any
    #: Whether it is there by our doing, or by somebody's that need not concern us.
    is_ours: bool = True


class Sought:
    """What one call has written, if it has; each question to the server is a flow.

    *since* are the attempts that sent it, *trail* those that look. Where the call is *lenient*,
    what is so counts as done, whoever did it and when.
    """

    def __init__(
        self, session: Session, call: Call, alike: Alike, *, since: Trail, trail: Trail
    ) -> None:
        self.session = session
        self.call = call
        self._alike = alike
        self._since = since
        self._trail = trail
        self._sent: Optional[float] = None
        self._username: Optional[str] = None

    @property
    def place(self) -> Place:
        """Where it was written."""
        assert self.call.place is not None
        return self.call.place

    def ask(
        self,
        row: str,
        keys: Optional[Tuple[str, ...]] = None,
        verb: str = "get",
        *,
        kind: Optional[Kind] = None,
        **params: Any,
    ) -> Flow[Any]:
        """Read one row of the table; raises what reading raises."""
        keys, kind = self.place.keys if keys is None else keys, kind or self.place.kind
        cell, path = ROUTES[row].calls[verb][kind], ROUTES[row].paths[kind]
        assert cell is not None
        assert path is not None
        request = prepare(self.session, Call(cell, path.format(*keys), params=params))
        response = yield from exchange(self.session, request, Repeat.FREELY, self._trail.beside())
        self._hear(response.headers)
        return judged(self.session, request, response, cell.answer)

    def _hear(self, headers: Mapping[str, str]) -> None:
        """Learn from the server's clock when, by that clock, the write was sent at the earliest.

        The clock of this machine may be wrong, and need not be asked: only how much time has
        passed since counts.
        """
        now = moment(headers.get("date", ""))
        if now is not None:
            sent = now - (self.session.clock() - self._since.started)
            self._sent = sent if self._sent is None else max(self._sent, sent)

    @property
    def sent(self) -> float:
        """The server's time, in unix seconds, before which the write was not sent."""
        return self._since.sent_at - 1 if self._sent is None else self._sent

    def who(self) -> Flow[str]:
        """Ask as whom the server knows us."""
        if self._username is None:
            self._username = (yield from self.ask("/user_info", ())).get("username") or ""
        return self._username

    def is_ours(self, thing: Mapping[str, Any], *, by: str, fraction: float = 0.0) -> Flow[bool]:
        """Tell whether *thing* was made by us and not before the call; *by* names its author.

        The server dates to the second; *fraction* is what else is known.
        """
        who = yield from self.who()
        made = unix_time(thing.get("created"))
        if made is None or not who or thing.get(by) != who:
            return False
        # What is dated to the second may be from its end.
        return made + (fraction or 1.0) > self.sent

    def take(self, things: Iterable[Any]) -> Optional[Any]:
        """Take the first of *things* that no other call has made; None where nobody can tell."""
        if self._alike.sending:
            return None
        return next((thing for thing in things if self._alike.take(identity_of(thing))), None)

    def surplus(self, things: Iterable[Any]) -> Optional[Any]:
        """Take one of *things* that is beyond those whose makers were not told which is theirs."""
        listed = list(things)
        return self.take(listed[self._alike.unnamed :])


def unix_time(text: Any) -> Optional[float]:
    """Read a time as the server writes it; None for what is none."""
    read = _DATED(text) if isinstance(text, str) else None
    if not read:
        return None
    *whole, fraction = read.groups()
    return calendar.timegm(tuple(map(int, whole))) + float(fraction or 0)
