"""What strangers offer, looked at before it is used: what is wrong with a thing, in a phrase.

Each phrase is to be read after "the plugin", and is empty where nothing is wrong.
"""

from __future__ import annotations

import inspect
import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, List, Mapping, Sequence, Tuple, Union

import pluggy

from ._installed import MISHAPS
from .errors import CredentialError, GraceDBError, PluginError, SentRequest
from .interfaces import (
    Absent,
    AuthProvider,
    AuthRequest,
    ClientCert,
    Credential,
    Request,
    Response,
    RouteOffer,
    Rung,
    TransportOffer,
)

__all__ = [
    *(
        "WRONG",
        "Answerable",
        "Blamed",
        "sifted",
        "strange_arguments",
        "told",
        "unmarked",
    ),
    *("wrong_opened", "wrong_response"),
]

#: Below the API root: visible, without a query, a fragment or a brace that takes no key.
_PATH = re.compile(r"(?!/)(?:[\x21-\x22\x24-\x3e\x40-\x7a\x7c\x7e]|\{\})+\Z").match


def wrong_provider(it: Any) -> str:
    """Judge a rung of the credential ladder."""
    if isinstance(it, type):
        return f"offers the class {it.__name__} for a credential: offer an object of it"
    name = getattr(it, "name", None)
    if not _is_name(name):
        return f"offers a credential without a name: {type(it).__name__} needs one, a str"
    rung = getattr(it, "rung", None)
    if not isinstance(rung, int) or isinstance(rung, bool):
        return f"offers a credential {name!r} without a rung: give it a whole number, such as 35"
    if not callable(getattr(it, "find", None)):
        return f"offers a credential {name!r} without the method find"
    return ""


def wrong_transport(it: Any) -> str:
    """Judge the offer of a transport."""
    if not isinstance(it, TransportOffer):
        return f"offers a transport that is no TransportOffer but {_kind(it)}"
    if not _is_name(it.name):
        return "offers a transport without a name: TransportOffer needs one, a str"
    openings = [opening for opening in (it.open, it.open_async) if opening is not None]
    if not openings or not all(map(callable, openings)):
        return f"offers a transport {it.name!r} that does not open: give open or open_async"
    return ""


def wrong_route(it: Any) -> str:
    """Judge the offer of a route."""
    if not isinstance(it, RouteOffer):
        return f"offers a route that is no RouteOffer but {_kind(it)}"
    if not _is_name(it.name):
        return "offers a route without a name: RouteOffer needs one, a str"
    stem = it.name[:-2] if it.name.endswith("[]") else it.name
    if not stem.isidentifier() or stem.startswith("_"):
        return f"offers a route {it.name!r}, which is no name for an attribute"
    inside = 0 if stem == it.name else 1
    places = [(it.site, inside), (it.event, 1 + inside), (it.superevent, 1 + inside)]
    if all(path is None for path, _ in places):
        return f"offers a route {it.name!r} to nowhere: give site, event or superevent"
    for path, keys in places:
        if path is not None and not _takes(path, keys):
            return (
                f"offers a route {it.name!r}, whose path {path!r} does not take {keys} keys "
                "below the API root"
            )
    return ""


def _takes(path: Any, keys: int) -> bool:
    if not isinstance(path, str) or not _PATH(path) or path.count("{}") != keys:
        return False
    return not {"..", "."}.intersection(path.split("/"))


def wrong_command(it: Any) -> str:
    """Judge a command; click is not asked, since only the command line needs it."""
    if not (callable(getattr(it, "main", None)) and hasattr(it, "params")):
        return f"offers a command that is no click.Command but {_kind(it)}"
    return "" if _is_name(it.name) else "offers a command without a name"


#: What a thing must be that is offered through a hook.
WRONG: Mapping[str, Callable[[Any], str]] = {
    "gracedb_auth_providers": wrong_provider,
    "gracedb_transports": wrong_transport,
    "gracedb_routes": wrong_route,
    "gracedb_commands": wrong_command,
}


def sifted(hook: str, given: object) -> Tuple[List[Any], List[str]]:
    """Part what *hook* gave into what is right, and what is wrong with the rest."""
    # A tuple with names is one thing, not a list of things.
    if not isinstance(given, Iterable) or isinstance(given, (str, bytes, Mapping, RouteOffer)):
        return [], [f"gave no list in {hook} but {_kind(given)}"]
    judged = [(WRONG[hook](thing), thing) for thing in given]
    return [thing for wrong, thing in judged if not wrong], [wrong for wrong, _ in judged if wrong]


def wrong_opened(transport: Any) -> str:
    """Judge what was opened."""
    lacks = [name for name in ("send", "close") if not callable(getattr(transport, name, None))]
    return f"gave no transport but {_kind(transport)}, without {lacks[0]}" if lacks else ""


def wrong_response(request: Request, response: Any) -> str:
    """Judge an answer; its body is not read."""
    if not isinstance(response, Response):
        return f"gave no Response but {_kind(response)}"
    if not isinstance(response.status, int):
        return f"gave a status that is no int but {_kind(response.status)}"
    headers, body = response.headers, response.body
    if not isinstance(headers, Mapping):
        return f"gave headers that are no mapping but {_kind(headers)}"
    for name, value in headers.items():
        if not isinstance(name, str) or not isinstance(value, str):
            return f"gave a header {name!r} that is no str"
        if name != name.lower():
            return f"gave the header {name!r}: spell names in lower case, {name.lower()!r}"
    if isinstance(body, bytes):
        return ""
    if not request.stream:
        return f"gave a body that is no bytes but {_kind(body)}, where no stream was asked for"
    if not (callable(getattr(body, "read", None)) and callable(getattr(body, "close", None))):
        return f"gave a body that is neither bytes nor a stream but {_kind(body)}"
    return ""


def _wrong_found(found: Any) -> str:
    """Judge what a provider found; a value of its headers is never shown."""
    if isinstance(found, Absent):
        return "" if isinstance(found.reason, str) else "gave an Absent without a reason"
    if not isinstance(found, Credential):
        return f"gave no Credential but {_kind(found)}"
    if not (isinstance(found.kind, str) and isinstance(found.source, str)):
        return "gave a Credential whose kind or source is no str"
    if found.expires is not None and found.expires != found.expires:
        return "gave a Credential that expires at no number but NaN"
    if not isinstance(found.expires, (int, float, type(None))):
        return f"gave a Credential that expires at no number but {_kind(found.expires)}"
    if not isinstance(found.certificate, (ClientCert, type(None))):
        return (
            f"gave a Credential whose certificate is no ClientCert but {_kind(found.certificate)}"
        )
    if not (_holds(found.files, Path) and _holds(found.remarks, str)):
        return "gave a Credential whose files or remarks are no tuple of Path or of str"
    try:
        if not isinstance(found.headers, tuple):
            raise TypeError
        Request("GET", "/", (*found.headers,))
    except (TypeError, ValueError):
        return (
            "gave a Credential whose headers are no tuple of (name, value), or hold characters "
            "that no header may hold, such as the end of a line"
        )
    if not (found.headers or found.certificate):
        return "gave a Credential with nothing to send: its headers or its certificate are sent"
    return ""


def _holds(things: Any, kind: type) -> bool:
    return isinstance(things, tuple) and all(isinstance(thing, kind) for thing in things)


class Blamed:
    """The stream of a stranger's transport, whose plugin is named where it fails; either kind."""

    def __init__(self, stream: Any, story: str, asked: SentRequest) -> None:
        self._stream = stream
        self._story = story
        self._asked = asked
        self.close = stream.close

    def read(self, amount: int) -> Any:
        """Give up to *amount* bytes, or what is awaited for them."""
        with self._blaming():
            data = self._stream.read(amount)
        return self._awaited(data) if inspect.isawaitable(data) else self._judged(data)

    async def _awaited(self, data: Any) -> bytes:
        with self._blaming():
            data = await data
        return self._judged(data)

    @contextmanager
    def _blaming(self) -> Iterator[None]:
        try:
            yield
        except GraceDBError:
            raise
        except MISHAPS as error:
            story = f"{self._story} failed in the middle of a body ({told(error)})."
            raise PluginError(story, request=self._asked) from None

    def _judged(self, data: Any) -> bytes:
        if isinstance(data, bytes):
            return data
        story = f"{self._story} gave {_kind(data)} for the bytes of a body."
        raise PluginError(story, request=self._asked)


class Answerable:
    """A provider whose plugin is named where it fails."""

    def __init__(self, plugin: object, provider: AuthProvider, *, is_given: bool) -> None:
        self._plugin = plugin
        self._provider = provider
        # An object that was handed over is itself an argument of the client's.
        self._may_refuse = is_given or provider.rung <= Rung.EXPLICIT_BASIC
        self.name = provider.name
        self.rung = provider.rung

    def find(self, wanted: AuthRequest) -> Union[Credential, Absent]:
        """Ask it; what is wrong with its answer, or what it raises, is why nothing was found."""
        try:
            found = self._provider.find(wanted)
        except CredentialError as error:
            # It may be raised for what was given; what is merely found breaks no client.
            if self._may_refuse:
                raise
            return Absent(f"the {self._plugin} says: {error}", unusable=True)
        except MISHAPS as error:
            return Absent(f"the {self._plugin} failed: {told(error)}", unusable=True)
        wrong = _wrong_found(found)
        return Absent(f"the {self._plugin} {wrong}", unusable=True) if wrong else found


def unmarked(plugin: object, hooks: Sequence[str]) -> List[str]:
    """Name the functions of *plugin* that are called like one of *hooks* and lack its mark."""
    functions = [(name, getattr(plugin, name, None)) for name in hooks]
    return [name for name, it in functions if callable(it) and not _is_marked(it)]


def strange_arguments(plugin: object, hooks: Mapping[str, Callable[..., Any]]) -> str:
    """Say which argument a function of *plugin* wants that its hook does not give."""
    for name, hook in hooks.items():
        function = getattr(plugin, name, None)
        if callable(function) and hasattr(function, "gracedb_core_impl"):
            gives = list(inspect.signature(hook).parameters)
            wants = inspect.signature(function).parameters.values()
            strange = [it.name for it in wants if it.name not in gives and it.default is it.empty]
            if strange:
                there_is = ", ".join(gives) or "nothing"
                return f"takes {', '.join(strange)} in {name}, which gives {there_is}"
    return ""


def _is_marked(function: object) -> bool:
    # Whoever imports the specification itself has not forgotten anything.
    return hasattr(function, "gracedb_core_impl") or hasattr(function, "gracedb_core_spec")


def told(error: BaseException) -> str:
    """Name an error and its place, not its words: those may hold what a plugin has read."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    module = place.tb_frame.f_globals.get("__name__", "") if place else ""
    # What importing and registering say is about names, and what our own code says of arguments
    # that do not fit is about kinds.
    is_loading = module.startswith("importlib")
    is_misfit = module.startswith("gracedb_core.") and isinstance(
        error, (TypeError, AttributeError)
    )
    if (
        is_loading
        or is_misfit
        or isinstance(error, (ImportError, SyntaxError, pluggy.PluginValidationError))
    ):
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    where = f" in {place.tb_frame.f_code.co_filename}, line {place.tb_lineno}" if place else ""
    return f"{type(error).__name__}{where}"


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name.strip())


def _kind(thing: object) -> str:
    if not inspect.iscoroutine(thing):
        return type(thing).__name__
    thing.close()  # otherwise Python complains, at some later time, that nobody awaited it
    return "coroutine (write def, not async def)"
