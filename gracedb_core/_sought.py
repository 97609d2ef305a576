"""What a write has made, sought on the server after its answer was lost."""

from __future__ import annotations

import calendar
import re
from functools import partial
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Tuple

from ._calls import Call, Place, judged, prepare
from ._decode import moment
from ._exchange import Trail, exchange
from ._flow import Do, Flow
from ._ids import Kind
from ._ledger import Alike, identity_of
from ._retry import Repeat
from ._routes import ROUTES
from ._session import Session
from ._upload import content_id_of

__all__ = ["Found", "Sought", "unix_time"]

_DATED = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)? ?(?:UTC|Z|\+00:?00)?\Z"
).match

#: Seconds by which the clock that dates things may differ from the one that answers.
_DISAGREEMENT = 0.5
#: What is dated so many seconds before it was sent may still be what was sent, where nobody knows
#: how the server's clocks agree.
_DOUBTFUL = 60.0
#: The same where it was seen how they do, beyond that.
_LITTLE = 2.0
#: Seconds within which things may bear the same date.
_NEAR = 3.0


class Found(NamedTuple):
    """What is there."""

    #: What the call gives.
    answer: Any
    #: Whether it is there by our doing, or by somebody's that need not concern us.
    is_ours: bool = True


class Learnt:
    """What stays true from one look to the next."""

    def __init__(self) -> None:
        #: When it was sent, by the server's clock: not before the first, not after the second.
        self.sent: Optional[Tuple[float, float]] = None
        #: How much before that what was sent may be dated.
        self.doubtful = _DOUBTFUL
        self.username: Optional[str] = None
        self.content_id = ""


class Sought:
    """What one call has written, if it has; each question to the server is a flow.

    *since* are the attempts that sent it. Where the call is *lenient*, what is so counts as done,
    whoever did it and when.
    """

    def __init__(self, session: Session, call: Call, alike: Alike, since: Trail) -> None:
        self.session = session
        self.call = call
        self._alike = alike
        self._since = since
        #: The attempts to look.
        self.trail = since
        #: Whether there is something of which nobody can tell if it is what was sent.
        self.is_unclear = False
        self._learnt = Learnt()

    def again(self, trail: Trail) -> Sought:
        """Look once more, by other attempts, with what was learnt before."""
        again = Sought(self.session, self.call, self._alike, self._since)
        again.trail, again._learnt = trail, self._learnt
        return again

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
        response = yield from exchange(self.session, request, Repeat.FREELY, self.trail.beside())
        self._hear(response.headers)
        return judged(self.session, request, response, cell.answer)

    def _hear(self, headers: Mapping[str, str]) -> None:
        """Learn from the server's clock when, by that clock, the write was sent.

        The clock of this machine may be wrong, and need not be asked: only how much time has
        passed since counts. What was learnt first, soon after, is better than what a clock says
        that was set meanwhile.
        """
        now = moment(headers.get("date", ""))
        if now is None or self._learnt.sent is not None:
            return
        passed = self.session.clock() - self._since.started
        by_date = self.session.now() - self._since.sent_at
        shortest, longest = sorted((passed, by_date))
        if self.trail is self._since:
            shortest = longest = passed
        elif longest - shortest < _NEAR:
            shortest = longest
        # Else one has not counted while the machine slept, or the other was set: who knows.
        self._learnt.sent = (now - longest, now - shortest)
        self._learnt.doubtful = self._disagreement(now)

    def _disagreement(self, now: float) -> float:
        """Give the seconds by which what is made may be dated too early.

        That is as much as the answers to the last writes show: a server whose machines agree is
        not asked for all that it was sent within a minute.
        """
        claims, lags = self._alike.claims, []
        for at, answered, created in tuple(claims.witnesses):
            seen, made = moment(answered), unix_time(created)
            # What was seen before a clock was set says nothing any more.
            if seen and made and abs((now - claims.now()) - (seen - at)) < _NEAR:
                lags.append(seen - made)
        return min(max(min(lags), 0.0) + _LITTLE, _DOUBTFUL) if lags else _DOUBTFUL

    @property
    def sent(self) -> Tuple[float, float]:
        """The server's time, in unix seconds, at which it was sent: at the earliest, at the latest.

        Where the server's clock is not known, ours has to do.
        """
        ours = self._since.sent_at - 1
        return self._learnt.sent or (ours, ours)

    @property
    def doubtful(self) -> float:
        """The server's time from which things may have been made by us, if clocks disagree."""
        return self.sent[0] - self._learnt.doubtful

    @property
    def worth_reading_from(self) -> float:
        """The server's time before which things need not be compared.

        What is doubtful matters once somebody asks; the call itself wants to know what is there
        for certain, of a server that may have better things to do than to show a minute's uploads.
        """
        return self.sent[0] - _NEAR if self.trail is self._since else self.doubtful

    def content_id(self) -> Flow[str]:
        """Give the content id of the file that was sent, read once."""
        if not self._learnt.content_id:
            self._learnt.content_id = yield Do(partial(content_id_of, self.call.files[0].body))
        return self._learnt.content_id

    def who(self) -> Flow[str]:
        """Ask as whom the server knows us."""
        if self._learnt.username is None:
            self._learnt.username = (yield from self.ask("/user_info", ())).get("username") or ""
        return self._learnt.username

    def is_ours(self, thing: Mapping[str, Any], *, by: str, fraction: float = 0.0) -> Flow[bool]:
        """Tell whether *thing* was made by us and not before the call; *by* names its author.

        The server dates to the second; *fraction* is what else is known.
        """
        who = yield from self.who()
        made = unix_time(thing.get("created"))
        if made is None or not who or thing.get(by) != who:
            return False
        # What is dated to the second may be from its end; two machines there agree less than well.
        made += fraction + _DISAGREEMENT if fraction else 1.0
        if self.doubtful < made <= self.sent[1] and not self.is_taken(thing):
            self.is_unclear = True
        return made > self.sent[1]

    def is_recent(self, thing: Mapping[str, Any]) -> bool:
        """Tell whether *thing* may have been made by us, by its date alone."""
        made = unix_time(thing.get("created"))
        return made is None or made + 1.0 > self.doubtful

    def take(self, things: Iterable[Any]) -> Optional[Any]:
        """Take the first of *things* that no other call has made; None where nobody can tell."""
        for thing in things:
            if self._alike.is_busy:
                self.is_unclear = True
                return None
            if self._alike.claims.take(identity_of(thing), self._since.mark):
                return thing
        return None

    def is_taken(self, thing: Any) -> bool:
        """Tell whether *thing* is known to be what another call has made."""
        return self._alike.claims.has(identity_of(thing), self._since.mark)

    def surplus(self, things: Iterable[Any], recent: Iterable[Any]) -> Optional[Any]:
        """Take one of *things* that is beyond those whose makers were not told which is theirs.

        *recent* are those of a little earlier, too: where they are more than calls that are
        remembered have made, nobody can tell.
        """
        others = [at for at in self._alike.unnamed if at > self._since.started - _NEAR]
        free = [thing for thing in things if not self.is_taken(thing)]
        all_free = [thing for thing in recent if not self.is_taken(thing)]
        self.is_unclear |= len(all_free) > len(self._alike.unnamed)
        return self.take(free[len(others) :])


def unix_time(text: Any) -> Optional[float]:
    """Read a time as the server writes it; None for what is none."""
    read = _DATED(text) if isinstance(text, str) else None
    if not read:
        return None
    *whole, fraction = read.groups()
    return calendar.timegm(tuple(map(int, whole))) + float(fraction or 0)
