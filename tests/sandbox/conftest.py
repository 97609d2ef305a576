"""A plain HTTP client, and sandboxes of both generations, for what is tested over a real socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

import pytest
import requests

from gracedb_sandbox import Sandbox

from . import uploads

EINSTEIN = ("albert.einstein", "relativity")
LEAVITT = ("henrietta.leavitt", "cepheids")
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


class Api(requests.Session):
    """Requests below one API root, by one user; it follows no redirect."""

    def __init__(self, root: str, auth: Optional[Tuple[str, str]] = EINSTEIN) -> None:
        super().__init__()
        self.root, self.auth, self.trust_env = root, auth, False
        # Without credentials `requests` would look for a netrc file.
        self.headers["User-Agent"] = "tests"

    def request(  # type: ignore[override]  # only paths, and keywords
        self, method: str, path: str, **options: Any
    ) -> requests.Response:
        options.setdefault("timeout", 30)
        options["allow_redirects"] = False
        url = path if path.startswith("http") else self.root + path
        return super().request(method, url, **options)

    def create(self, data: Optional[bytes] = None, **fields: Any) -> requests.Response:
        """Upload an event; of group Test and pipeline gstlal unless told otherwise."""
        filename = fields.pop("filename", "coinc.xml")
        form = {"group": "Test", "pipeline": "gstlal", **fields}
        content = uploads.coinc_xml() if data is None else data
        return self.post("events/", data=form, files={"eventFile": (filename, content)})

    def event(self, **fields: Any) -> str:
        """Upload an event and return its graceid."""
        response = self.create(**fields)
        assert response.status_code == 201, response.text
        return str(response.json()["graceid"])

    def comments(self, gid: str) -> Dict[int, str]:
        """The log of an event: N to comment."""
        body = self.get(f"events/{gid}/log/").json()
        return {each["N"]: each["comment"] for each in body.get("log", body.get("logs"))}


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    """Ask the shared sandbox of generation 2.33, as its internal user."""
    with Api(sandbox.url) as session:
        yield session


@pytest.fixture
def observer(sandbox: Sandbox) -> Iterator[Api]:
    """Ask the shared sandbox as an external observer."""
    with Api(sandbox.url, LEAVITT) as session:
        yield session


@pytest.fixture
def nobody(sandbox: Sandbox) -> Iterator[Api]:
    """Ask the shared sandbox as nobody."""
    with Api(sandbox.url, None) as session:
        yield session


@pytest.fixture(scope="session")
def renewed_sandbox() -> Iterator[Sandbox]:
    """Start one local GraceDB of generation 2.36 for the whole session."""
    with Sandbox(generation="2.36") as server:
        yield server


@pytest.fixture
def renewed(renewed_sandbox: Sandbox) -> Iterator[Api]:
    """Ask the sandbox of generation 2.36, as its internal user."""
    with Api(renewed_sandbox.url) as session:
        yield session


@pytest.fixture
def real_data() -> Path:
    """Find the real uploads that lie beside the checkout, where they do."""
    if not DATA.is_dir():
        pytest.skip("the folder of real uploads is not beside this checkout")
    return DATA
