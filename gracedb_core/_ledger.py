"""Which writes of this process are under way, and what each has made: no thing counts twice.

Two deliberate writes of the same words make two things. Where the answer to one of them is lost,
what is found on the server may be the other's.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, Hashable, List, NamedTuple, Tuple
from weakref import WeakKeyDictionary, WeakValueDictionary

__all__ = ["LEDGER", "Alike", "Claims", "Ledger", "identity_of"]

#: Seconds for which it is remembered what was made: the server dates things to the second only,
#: and what is looked for was made before or after by a moment.
_REMEMBERED = 120.0
#: Seconds after a fork in which the server may still do what the parent had sent by then.
_LEFT_BEHIND = 600.0
#: Seconds for which it is remembered that others were answered and not told what they have made.
_UNNAMED = 600.0


class Witness(NamedTuple):
    """An answer to a write, which shows how the clocks of the server agree."""

    #: By the clock of the ledger.
    at: float
    #: As the answer's head dates it, and as the server dates what it has made.
    answered: str
    created: Any


class Claims:
    """What was made in one place, and by which call.

    Kept as long as somebody can still ask about a call that was under way at the time.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._owners: Dict[Any, Tuple[float, Any]] = {}
        self._followed: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self._tidied = clock()
        #: The last few; they are read where an answer was lost.
        self.witnesses: Deque[Witness] = deque(maxlen=8)
        self.forked()

    def forked(self) -> None:
        """Begin anew in a child: what the parent has made is still the parent's."""
        self._lock = threading.Lock()

    def now(self) -> float:
        """Give the time by the clock of the ledger."""
        return self._clock()

    def hear(self, answered: str, thing: Any) -> None:
        """Remember when what was made is said to have been made."""
        if isinstance(thing, dict):
            self.witnesses.append(Witness(self._clock(), answered, thing.get("created")))

    def follow(self, call: Any) -> None:
        """Keep what is made from now on as long as *call* lives."""
        with self._lock:
            self._followed[call] = self._clock()

    def take(self, identity: Any, owner: Any) -> bool:
        """Take a thing for *owner*'s, unless it is another's already."""
        with self._lock:
            now = self._clock()
            self._tidy(now)
            return self._owners.setdefault(identity, (now, owner))[1] is owner

    def has(self, identity: Any, owner: Any) -> bool:
        """Tell whether a thing is another's than *owner*'s."""
        return self._owners.get(identity, (0.0, owner))[1] is not owner

    def _tidy(self, now: float) -> None:
        if now - self._tidied < _REMEMBERED:
            return
        self._tidied = now
        oldest = min([now, *self._followed.values()]) - _REMEMBERED
        self._owners = {name: made for name, made in self._owners.items() if made[0] >= oldest}


class Alike:
    """Writes that cannot be told from each other by what they leave."""

    def __init__(self, claims: Claims, clock: Callable[[], float]) -> None:
        self.claims = claims
        #: When others were answered that were not told what they have made.
        self.unnamed: List[float] = []
        self._clock = clock
        self._lock = threading.Lock()
        self._sending = 0
        self._left_behind_until = -math.inf

    def forked(self) -> None:
        """Begin anew in a child, which will never see the answers to what its parent sends."""
        self._lock = threading.Lock()
        if self._sending:
            self._left_behind_until = self._clock() + _LEFT_BEHIND
        self._sending = 0

    @property
    def is_busy(self) -> bool:
        """Whether others were sent and not answered yet: what is found may be theirs."""
        return self._sending > 0 or self._clock() < self._left_behind_until

    def add_unnamed(self, now: float) -> None:
        """Remember that another was answered *now*, by the session's clock."""
        with self._lock:
            self.unnamed = [*(at for at in self.unnamed if at > now - _UNNAMED), now]

    def __enter__(self) -> Alike:
        with self._lock:
            self._sending += 1
        return self

    def __exit__(self, *exception: object) -> None:
        with self._lock:
            self._sending -= 1


class Ledger:
    """All writes of one process; those that nobody can ask about any more are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._claims: WeakValueDictionary[Hashable, Claims] = WeakValueDictionary()
        self._alike: WeakValueDictionary[Hashable, Alike] = WeakValueDictionary()
        self._recent: Deque[Tuple[float, Alike]] = deque()

    def forked(self) -> None:
        """Begin anew in a child."""
        self._lock = threading.Lock()
        for claims in self._claims.values():
            claims.forked()
        for alike in self._alike.values():
            alike.forked()

    def alike(self, place: Hashable, words: Hashable) -> Alike:
        """Give what is known of the writes of *words* in *place*."""
        with self._lock:
            now = self._clock()
            while self._recent and self._recent[0][0] < now - _REMEMBERED:
                self._recent.popleft()
            claims = self._claims.get(place)
            if claims is None:
                claims = self._claims[place] = Claims(self._clock)
            alike = self._alike.get((place, words))
            if alike is None:
                alike = self._alike[place, words] = Alike(claims, self._clock)
            self._recent.append((now, alike))
            return alike

    def keep(self, alike: Alike) -> None:
        """Remember from now on what was made: answers may take long."""
        with self._lock:
            self._recent.append((self._clock(), alike))


def identity_of(thing: Any) -> Any:
    """Give what tells a thing from others that were made by the same words, or None."""
    if not isinstance(thing, dict):
        return None
    named = (thing.get(key) for key in ("graceid", "superevent_id", "N", "url"))
    name = next((str(name) for name in named if name is not None), None)
    if name is None and thing.get("self") is not None:
        # A label that was taken off and put on again is at the same place, and another one.
        name = f"{thing['self']} {thing.get('created')}"
    return name


#: Of the process, not of a client: a program may have a client for each of its threads.
LEDGER = Ledger()
os.register_at_fork(after_in_child=LEDGER.forked)
