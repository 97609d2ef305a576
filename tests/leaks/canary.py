"""Looking for a secret in everything that a program could print, log, pickle or report."""

from __future__ import annotations

import base64
import io
import logging
import os
import pickle
import traceback
import types
from collections import deque
from typing import Any, Dict, Iterator, List, Optional, Set

from gracedb_core._secrets import SecretDict

#: Letters and digits only, so that no way of quoting hides it.
CORE = "Canary7391Tweet"
#: Around it what is spelled differently by each encoding.
PASSWORD = f"\u00e4 {CORE}+%/"
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def forms(secret: bytes = CORE.encode()) -> Set[str]:
    """Give every spelling of *secret*: plain, hexadecimal, in Base64 wherever it may stand."""
    spelled = {secret.decode("latin-1"), secret.hex()}
    for before in range(3):
        whole = base64.b64encode(b"-" * before + secret + b"-" * 3).decode()
        # What depends on the neighbours is cut off.
        spelled.add(whole[-(-before * 4 // 3) + 1 : len(secret) * 4 // 3 - 1])
    return spelled


def found(texts: Iterator[str], secrets: Set[str]) -> List[str]:
    """List the texts that hold a secret; this is empty, or the test fails."""
    return [text[:2000] for text in texts if any(secret in text for secret in secrets)]


def reachable(*roots: Any) -> Iterator[Any]:
    """Walk through attributes and containers, each thing once."""
    seen: Dict[int, Any] = {}
    waiting = list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen[id(each)] = each
        yield each
        if isinstance(each, (str, bytes, type, types.ModuleType, SecretDict)):
            continue
        waiting += list(getattr(each, "__dict__", {}).values())
        for cls in type(each).__mro__:
            slots = getattr(cls, "__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                waiting.append(getattr(each, name, None))
        if isinstance(each, (dict, types.MappingProxyType)):
            waiting += [part for item in each.items() for part in item]
        elif isinstance(each, (tuple, list, set, frozenset, deque)):
            waiting += list(each)


def shown(*roots: Any) -> Iterator[str]:
    """Give what is printed of each thing that is reachable."""
    for each in reachable(*roots):
        yield repr(each)
        yield repr(getattr(each, "__dict__", ""))
        if not isinstance(each, (str, bytes)):  # a secret is to be sent as it is
            yield from (str(each), format(each, ""))


def frames(error: Optional[BaseException]) -> Iterator[str]:
    """Give the frames of an error, and of those behind it, with all locals; not those of tests."""
    seen: Set[int] = set()
    waiting: List[Optional[BaseException]] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__]
        report = traceback.TracebackException(
            type(each), each, each.__traceback__, capture_locals=True
        )
        for frame in report.stack:
            where = f"{frame.filename}:{frame.lineno} {frame.name}"
            if not os.path.abspath(frame.filename).startswith(TESTS):
                yield f"{where}: {frame.locals}"
        yield "".join(report.format_exception_only())


def told(error: BaseException) -> Iterator[str]:
    """Give all that an error tells, and its traceback with the locals."""
    yield from frames(error)
    yield from shown(error)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        data = pickle.dumps(error, protocol)
        yield data.decode("latin-1")
        yield from shown(pickle.loads(data))


def pickled(thing: Any) -> Iterator[str]:
    """Give every pickle of *thing*, or what is said instead."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        try:
            yield pickle.dumps(thing, protocol).decode("latin-1")
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            yield from shown(error)
            yield from frames(error)


class Log(logging.Handler):
    """Keeps every record of every logger, as text and as what it was made of."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts = io.StringIO()
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.write(f"{self.format(record)} {record.__dict__!r}\n")
        if record.exc_info and record.exc_info[1]:
            self.texts.writelines(frames(record.exc_info[1]))

    def __enter__(self) -> Log:
        root = logging.getLogger()
        self._before = root.level
        root.setLevel(logging.DEBUG)
        root.addHandler(self)
        return self

    def __exit__(self, *_exception: object) -> None:
        root = logging.getLogger()
        root.setLevel(self._before)
        root.removeHandler(self)
