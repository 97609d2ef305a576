"""The application: three roots over one set of routes, and the rules before and after every view.

A request passes, in Django's order: the User-Agent rule, routing (an HTML 404),
authentication, "nobody may not" for private branches, the method (405), the view.
"""

from __future__ import annotations

import logging
import re
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Union

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter, IntegerConverter, RequestRedirect

from . import answers, events, gwtc, ids, root
from .answers import Refusal, detail, unauthenticated
from .bodies import close_uploads
from .clock import Clock
from .dialect import PREFIXES, Dialect
from .identity import CERTIFICATE, Directory
from .store import Store
from .superevents.blueprints import blueprints as superevents
from .web import Premises, current_user, finish, now, premises, verify

_log = logging.getLogger(__name__)
_PRIVATE = ("events", "gwtc", "performance")
"""First path segments closed to anonymous users, whatever the method."""
_SEARCHES = ("/events/search/",)
_RENEWED = (
    "/events/reserve/",
    "/events/<graceid:gid>/upload/",
    "/superevents/<sid>/notices/",
)
"""URLs of v2 alone, and those that came with 2.36."""
_NEVER_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"


class _Application(Flask):
    def wsgi_app(self, environ: Dict[str, Any], start_response: Any) -> Any:
        """Move the API's root from the path to SCRIPT_NAME, so that links keep their version."""
        path = environ["PATH_INFO"]
        for prefix in PREFIXES:
            if path == prefix or path.startswith(prefix + "/"):
                environ["SCRIPT_NAME"], environ["PATH_INFO"] = prefix, path[len(prefix) :] or "/"
                environ["gracedb.bare"] = path == prefix
                break
        return super().wsgi_app(environ, start_response)


def create_app(
    folder: Union[str, Path],
    *,
    generation: str = "2.33",
    users: Optional[Iterable[Mapping[str, Any]]] = None,
    pipelines: Optional[Dict[str, str]] = None,
    clock: Optional[Callable[[], float]] = None,
) -> Flask:
    """A GraceDB that keeps everything in *folder*.

    *users* replaces the default ones (see `accounts.DEFAULT_USERS` for the
    shape); *pipelines* maps names to ``disabled``, ``deprecated`` or ``unapproved``.
    *clock* gives Unix seconds, in place of the `Clock` of the folder.
    """
    app = _Application("gracedb_sandbox", static_folder=None, template_folder=None)
    directory = Directory(users)
    store = Store(folder, clock or Clock(folder))
    with store.transaction(writing=True) as database:
        directory.remember(database)
    app.extensions["gracedb_sandbox"] = Premises(store, directory, generation, pipelines or {})
    app.url_map.merge_slashes = False
    app.url_map.converters.update(_converters(generation))
    for blueprint in (root.views, *events.blueprints, *superevents, gwtc.views):
        app.register_blueprint(blueprint)
    _frame(app)
    return app


def _frame(app: Flask) -> None:
    app.before_request(_arrive)
    app.after_request(_leave)
    app.teardown_request(_forget)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _framework)
    app.register_error_handler(Exception, _failed)


class Number(IntegerConverter):
    """A number in a URL; one too large for the database is one that names nothing."""

    def to_python(self, value: str) -> int:
        """Read *value*."""
        return ids.number(value)


def _converters(generation: str) -> Dict[str, Any]:
    # From 2.36 on, the UUID made of an upload's content names its event too.
    also = "" if generation == "2.33" else f"|{ids.CONTENT_ID}"
    end = "(?![^/])"  # werkzeug 2.2.0 matches beginnings

    class Graceid(BaseConverter):
        regex = rf"(?:[GEHMT]\d+{also}){end}"

    class LooseGraceid(BaseConverter):
        regex = rf"(?:\w\d+{also}){end}"

    return {"graceid": Graceid, "anyid": LooseGraceid, "int": Number}


def _arrive() -> Optional[Response]:
    g.dialect = Dialect(premises().generation, request.script_root)
    if not request.script_root:
        return answers.not_found_page()
    _refuse_old_clients(request.headers.get("User-Agent", ""))
    misrouted = _misrouted()
    if misrouted is not None:
        return misrouted
    subject = request.environ.get(CERTIFICATE, "")
    g.user = premises().directory.find(request.headers, subject, verify=verify, clock=now)
    if current_user().anonymous and request.path.split("/", 2)[1] in _PRIVATE:
        raise unauthenticated()
    return None


def _refuse_old_clients(agent: str) -> None:
    wanted = "a version >=2.0.0."
    if not agent:
        text = f"Your client software is out of date - this server requires {wanted}"
        raise Refusal(400, text, raw=True)
    if "gracedb-client" not in agent:
        return
    found = re.search(r"gracedb-client/((\d+(?:\.\d+)*)\S*)", agent)
    if found is None:
        text = f"Error parsing your client software version ({agent}) from the request headers."
        raise Refusal(400, text, raw=True)
    if ids.number(found.group(2).split(".")[0]) < 2:
        text = (
            f"Your client software version ({found.group(1)}) is not supported by this server. "
            f"Please use {wanted}"
        )
        raise Refusal(400, text, raw=True)


def _misrouted() -> Optional[Response]:
    """The answer to a URL that Django would not have routed, slash included; else None."""
    problem = request.routing_exception
    slashless = isinstance(problem, RequestRedirect) or request.environ["gracedb.bare"]
    if slashless and request.method != "DELETE":
        query = request.query_string.decode("latin-1")
        path = f"{request.script_root}{request.path.rstrip('/')}/"
        return Response(b"", 301, {"Location": f"{path}?{query}" if query else path})
    if slashless:
        _reroute()
        return None
    known = problem is None or isinstance(problem, MethodNotAllowed)
    return None if known and not _absent() else answers.not_found_page()


def _absent() -> bool:
    """Whether the URL is one that this GraceDB has not, though another has."""
    rule = request.url_rule.rule if request.url_rule is not None else ""
    if rule in _SEARCHES:
        return request.script_root != PREFIXES[1]
    return rule.startswith(_RENEWED) and not g.dialect.renewed


def _reroute() -> None:
    # Django redirects, and the method survives; the legacy SDK sends its DELETEs this way.
    adapter = current_app.create_url_adapter(request)
    if adapter is not None:
        request.url_rule, values = adapter.match(f"{request.path}/", return_rule=True)
        request.view_args = dict(values)
        request.routing_exception = None


def _leave(response: Response) -> Response:
    # "Not Found", as Django says it: the words reach people in requests' messages.
    response.status = f"{response.status_code} {HTTPStatus(response.status_code).phrase}"
    # The machine's clock, which the server would show otherwise, may be another.
    response.headers["Date"] = formatdate(now(), usegmt=True)
    finish(keep=True)  # what was to be forgotten was, when its refusal was raised
    if "Cache-Control" not in response.headers:
        response.headers["Expires"] = formatdate(usegmt=True)
        response.headers["Cache-Control"] = _NEVER_CACHE
    return response


def _forget(_: Optional[BaseException]) -> None:
    finish(keep=False)
    close_uploads()


def _refused(refusal: Refusal) -> Response:
    finish(keep=False)
    return refusal.response()


def _framework(problem: HTTPException) -> Response:
    finish(keep=False)
    if problem.code == 404:
        return answers.not_found_page()
    if problem.code == 405:
        return detail(405, f'Method "{request.method}" not allowed.').response()
    return detail(problem.code or 500, problem.description or problem.name).response()


def _failed(problem: Exception) -> Response:
    finish(keep=False)
    _log.error("%s %s failed", request.method, request.path, exc_info=problem)
    return answers.server_error_page()
