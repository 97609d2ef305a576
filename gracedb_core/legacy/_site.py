"""What belongs to no event: the root document, who we are, catalogues."""

from __future__ import annotations

import json
import sys
from typing import Any, Dict, Iterator, List, Mapping, Optional, Union

from .._encode import segment
from .._ids import Kind
from ..errors import InputError
from ._answers import Response
from ._raw import Raw

__all__ = ["Site"]


def _told(key: str, doc: str) -> Any:
    """Make the property that reads one piece of the root document."""
    return property(lambda site: site.service_info.get(key), doc=doc)


class Site(Raw):
    """The root document, piece by piece, and the catalogues."""

    @property
    def service_info(self) -> Dict[str, Any]:
        """The root document, read once."""
        if self._service_info is None:
            self._service_info = self.ping().json()
        return self._service_info

    def ping(self) -> Response:
        """Read the root document anew."""
        return self._ask("get", "/")

    def get_user_info(self) -> Response:
        """Ask the server who it thinks we are."""
        return self._ask("get", "/user_info")

    @property
    def service_url(self) -> str:
        """The URL of the API root, under a name that is going away."""
        import warnings

        warnings.warn(
            "service_url is called _service_url now, in ligo-gracedb too.",
            DeprecationWarning,
            stacklevel=2,
        )
        return self._service_url

    links = _told("links", "The server's own links.")
    templates = _told("templates", "The server's own URL templates.")
    groups = _told("groups", "The groups whose events the server takes.")
    pipelines = _told("pipelines", "The pipelines whose events the server takes.")
    searches = _told("searches", "The searches whose events the server takes.")
    allowed_labels = _told("labels", "The labels that the server knows.")
    em_groups = _told("em-groups", "The groups that report observations; None on newer servers.")
    voevent_types = _told("voevent-types", "The kinds of VOEvents, by code.")
    superevent_categories = _told("superevent-categories", "Categories of superevents, by code.")
    instruments = _told("instruments", "The detectors, by code; None on newer servers.")
    signoff_types = _told("signoff-types", "The kinds of signoffs, by code.")
    signoff_statuses = _told("signoff-statuses", "The verdicts of signoffs, by code.")
    server_version = _told("server-version", "The version of the server.")
    api_versions = _told("api-versions", "The versions of the API that the server speaks.")

    def show_credentials(self, print_output: bool = True) -> Optional[Dict[str, str]]:
        """Print which credential is used, or give it; never the credential itself."""
        credential = self._session().keeper.current
        kind = "No auth type found" if credential is None else credential.kind
        shown = {"auth_type(s)": kind}
        if not print_output:
            return shown
        sys.stdout.write(f"{shown}\n")
        return None

    @classmethod
    def load_json_from_response(cls, response: Any) -> Any:
        """Read an answer's JSON."""
        if response is None:
            raise InputError("There is no JSON in None; pass what a method has answered.")
        return response.json()

    def gwtc_create(
        self, smap: Union[Mapping[str, Any], str], number: str, comment: Optional[str] = None
    ) -> Response:
        """Store a new version of catalogue *number*; *smap* is a dictionary, or a file of one."""
        fields = {"number": _number(number), "smap": _map(smap), "comment": comment}
        return self._ask("create", "/gwtc", fields=fields)

    def gwtc_get(self, number: str, version: Union[int, str]) -> Response:
        """Read one version of a catalogue; the newest is ``latest``."""
        if not number or not version:
            raise InputError("A catalogue is read by number and version; give both.")
        if version != "latest" and (not isinstance(version, int) or version < 1):
            raise InputError(f"version must be a whole number or 'latest', not {version!r}.")
        return self._ask("get", "/gwtc[][]", Kind.EVENT, _number(number), version)

    def gwtc_list(self, number: Optional[str] = None) -> Iterator[Dict[str, Any]]:
        """Iterate over all catalogues, or over the versions of one."""
        call = self._call("search", "/gwtc", Kind.EVENT, ())
        if number is not None:
            keys = (segment(_number(number), "catalogue number"),)
            call = self._call("search", "/gwtc[]", Kind.EVENT, keys)
        yield from self._walk(call)

    def gwtc_numbers(self) -> List[str]:
        """List the numbers of all catalogues."""
        return list(dict.fromkeys(row["number"] for row in self.gwtc_list()))

    def gwtc_versions(self, number: str = "4") -> List[int]:
        """List the versions of one catalogue."""
        return [row["version"] for row in self.gwtc_list(number)]


def _number(number: Any) -> str:
    if not isinstance(number, str):
        raise InputError(f"The number of a catalogue is a str, such as '4', not {number!r}.")
    return number


def _map(smap: Any) -> Any:
    if not isinstance(smap, str):
        return smap
    with open(smap, encoding="utf-8") as file:
        return json.load(file)
