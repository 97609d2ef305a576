"""What is measured, of whom, and what we claim of it: one row for each kind of work."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

__all__ = ["EFFORTS", "ROWS", "Claim", "Effort", "Entry", "Row"]


class Effort(NamedTuple):
    """How much is done: the most rounds, the share of calls in each, the size of a big file."""

    rounds: int
    share: float
    megabytes: int
    pages: int
    in_flight: int = 1000


EFFORTS = {
    "full": Effort(99, 1, 500, 100),
    "quick": Effort(3, 0.2, 50, 20),
    # Says nothing about speed: it shows that every row runs.
    "tiny": Effort(1, 0.01, 2, 3, in_flight=20),
}


class Entry(NamedTuple):
    """One line of a row: a contestant, and what makes this line its own."""

    contestant: str
    label: str
    params: Dict[str, Any] = {}


class Claim(NamedTuple):
    """A figure of ours, over the same one of *than* if there is one, and its limit."""

    ours: str
    than: Optional[str]
    limit: float
    at_least: bool = False
    figure: str = "value"


class Row(NamedTuple):
    """One kind of work."""

    name: str
    title: str
    #: What `measure` does with it: a task of the contestants, ``program`` or ``transfer``.
    kind: str
    unit: str
    entries: Tuple[Entry, ...]
    claims: Tuple[Claim, ...]
    params: Dict[str, Any] = {}
    rounds: int = 61
    #: Words before the API's root: what the server is to do.
    words: str = ""
    secure: bool = False
    #: Whether contestants share the server's processor. One call after another is measured so:
    #: waking another processor costs more than all of our code, and as much for everybody.
    together: bool = False


def _plain(*contestants: str) -> Tuple[Entry, ...]:
    return tuple(Entry(name, name) for name in contestants)


_SYNC = _plain(
    *("socket", "urllib3", "requests", "httpx", "gracedb-core", "gracedb-core/requests"),
    *("gracedb-sdk", "ligo-gracedb"),
)

_SEQUENTIAL = (
    ("get", "one GET of a 2.5 kB event, decoded", 1.05, 0.50),
    ("post", "one small POST, a log message", 1.05, 0.50),
    ("upload", "one upload of 50 kB, multipart", 1.10, 0.55),
)


def _sequential() -> List[Row]:
    return [
        Row(
            name,
            title,
            "repeat",
            "µs",
            _SYNC,
            (
                Claim("gracedb-core", "urllib3", bare),
                Claim("gracedb-core", "gracedb-sdk", sdk),
            ),
            params={"verb": name, "times": 50},
            together=True,
        )
        for name, title, bare, sdk in _SEQUENTIAL
    ]


def _at(contestant: str, in_flight: int) -> Entry:
    return Entry(contestant, f"{contestant} at {in_flight}", {"in_flight": in_flight})


def _crowds() -> Row:
    ours, native = "gracedb-core/async", "gracedb-core/aiohttp"
    flat = [(100, 10), (1000, 100), (1000, 10)]
    return Row(
        "crowd",
        "AsyncClient, 1000 GETs, so many in flight, no latency",
        "crowd",
        "requests/s",
        (
            *(_at(name, size) for size in (10, 100, 1000) for name in (ours, native, "aiohttp")),
            # At 1000 one round of it takes a minute.
            *(_at("httpx/async", size) for size in (10, 100)),
            Entry("urllib3", "urllib3 on 32 threads", {"in_flight": 32}),
        ),
        (
            Claim(f"{ours} at 100", "httpx/async at 100", 6, at_least=True),
            *(
                Claim(f"{ours} at {more}", f"{ours} at {less}", 0.8, at_least=True)
                for more, less in flat
            ),
            *(
                Claim(f"{native} at {size}", f"aiohttp at {size}", 0.85, at_least=True)
                for size in (100, 1000)
            ),
        ),
        params={"times": 1000},
        rounds=5,
    )


#: Fresh processes; the arguments are the address and the token's file.
_IMPORTS = {
    "nothing": ("own", "pass"),
    "urllib3": ("own", "import urllib3"),
    "requests": ("own", "import requests"),
    "gracedb-core": ("own", "from gracedb_core import Client"),
    "gracedb-sdk": ("peers", "from gracedb_sdk import Client"),
}
_FIRST = {
    "urllib3": (
        "own",
        "import json, sys, urllib3\n"
        "bearer = {'Authorization': 'Bearer ' + open(sys.argv[2]).read()}\n"
        "url = sys.argv[1] + 'events/G412345'\n"
        "json.loads(urllib3.PoolManager().request('GET', url, headers=bearer).data)",
    ),
    "gracedb-core": (
        "own",
        "import sys\nfrom gracedb_core import Client\n"
        "Client(sys.argv[1], token=sys.argv[2]).events['G412345'].get()",
    ),
    "gracedb-sdk": (
        "peers",
        "import sys\nfrom gracedb_sdk import Client\n"
        "Client(sys.argv[1], token=sys.argv[2]).events['G412345'].get()",
    ),
}


def _programs(name: str, title: str, programs: Dict[str, Tuple[str, str]], claim: Claim) -> Row:
    entries = tuple(
        Entry(label, label, {"python": python, "program": program})
        for label, (python, program) in programs.items()
    )
    return Row(name, title, "program", "ms", entries, (claim,), rounds=21)


_OURS = (*("gracedb-core", "gracedb-core/requests", "gracedb-core/async", "gracedb-core/aiohttp"),)


def _transfer(verb: str, title: str) -> Row:
    return Row(
        verb,
        title,
        "transfer",
        "MB more than idle",
        _plain(*_OURS, "gracedb-sdk", "ligo-gracedb"),
        tuple(Claim(name, None, 16) for name in _OURS),
        params={"verb": verb},
        rounds=1,
    )


ROWS: Tuple[Row, ...] = (
    *_sequential(),
    _crowds(),
    Row(
        "awaited",
        "AsyncClient, one GET after another",
        "repeat",
        "µs",
        _plain("gracedb-core/async", "gracedb-core/aiohttp", "aiohttp", "httpx/async"),
        (
            Claim("gracedb-core/async", "httpx/async", 0.5),
            Claim("gracedb-core/aiohttp", "aiohttp", 1.2),
        ),
        params={"verb": "get", "times": 50},
        together=True,
    ),
    Row(
        "latency",
        "AsyncClient, 1000 GETs at 50 ms, 100 in flight",
        "crowd",
        "s",
        (
            *_plain("gracedb-core/async", "gracedb-core/aiohttp", "aiohttp"),
            Entry("urllib3", "urllib3 on 100 threads"),
        ),
        (
            Claim("gracedb-core/aiohttp", "aiohttp", 1.15),
            Claim("gracedb-core/async", "urllib3 on 100 threads", 1.15),
        ),
        params={"times": 1000, "in_flight": 100},
        rounds=7,
        words="slow-50/",
    ),
    Row(
        "pages",
        "a search of 100 pages at 50 ms a page",
        "search",
        "s",
        (
            Entry("gracedb-core", "gracedb-core"),
            Entry("gracedb-core", "gracedb-core, prefetch=8", {"prefetch": 8}),
            Entry("gracedb-core/async", "gracedb-core/async, prefetch=8", {"prefetch": 8}),
            Entry("gracedb-core/aiohttp", "gracedb-core/aiohttp, prefetch=8", {"prefetch": 8}),
            *_plain("gracedb-sdk", "ligo-gracedb"),
        ),
        (
            Claim("gracedb-core, prefetch=8", "gracedb-sdk", 1 / 6),
            Claim("gracedb-core/async, prefetch=8", "gracedb-sdk", 1 / 6),
        ),
        rounds=3,
        words="slow-50/",
    ),
    _transfer("send", "memory for an upload of 500 MB"),
    _transfer("save", "memory for a download of 500 MB"),
    _programs(
        "import",
        "import in a fresh process",
        _IMPORTS,
        Claim("gracedb-core", "requests", 0.4),
    ),
    _programs(
        "first",
        "fresh process to the first decoded GET",
        _FIRST,
        Claim("gracedb-core", "gracedb-sdk", 0.55),
    ),
    Row(
        "tls",
        "16 new TLS connections at once",
        "burst",
        "ms",
        _plain("gracedb-core", "gracedb-core/requests", "gracedb-sdk"),
        (Claim("gracedb-core", "gracedb-sdk", 0.15),),
        params={"threads": 16},
        rounds=7,
        secure=True,
    ),
    Row(
        "threads",
        "32 threads share one client",
        "together",
        "requests/s",
        _plain(
            *("gracedb-core", "gracedb-core/requests", "urllib3", "requests"),
            *("gracedb-sdk", "ligo-gracedb"),
        ),
        (
            Claim("gracedb-core", "gracedb-sdk", 1.8, at_least=True),
            Claim("gracedb-core", None, 0, figure="extra connections"),
            Claim("gracedb-core/requests", None, 0, figure="extra connections"),
        ),
        params={"times": 32, "threads": 32},
        rounds=7,
    ),
)
