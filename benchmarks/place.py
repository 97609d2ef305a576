"""Where a run takes place: a folder of its own, a server, a token, and nothing of the user's."""

from __future__ import annotations

import base64
import datetime
import http.client
import ipaddress
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional

__all__ = ["ROOT", "Place", "cores"]

ROOT = Path(__file__).resolve().parent.parent

#: The only variables that contestants inherit. PYTHONDONTWRITEBYTECODE above all is not one of
#: them: whoever has no compiled files would be compiled anew in every process.
_KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH")


def cores() -> List[int]:
    """List the processors that may be used, or nothing where the system does not tell."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0))


class Place:
    """A temporary folder and a server in another process; to be used in ``with``."""

    def __enter__(self) -> Place:
        self._temporary = tempfile.TemporaryDirectory(prefix="gracedb-benchmarks-")
        self.folder = Path(self._temporary.name)
        self.token = self.folder / "token"
        self.token.write_text(_token())
        self.token.chmod(0o600)
        self._certificate = self.folder / "server.pem"
        self._authorities = self.folder / "authorities.pem"
        own = _write_certificate(self._certificate)
        self._authorities.write_bytes(_usual_authorities() + own)
        self.environment = self._environment()
        self._server = self._start_server()
        self._control = http.client.HTTPConnection("127.0.0.1", self._ports[0], timeout=60)
        return self

    def __exit__(self, *exception: object) -> None:
        self._control.close()
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()
        self._temporary.cleanup()

    def url(self, words: str = "", *, secure: bool = False) -> str:
        """Give the root of the API; *words* as the server understands them."""
        scheme = "https" if secure else "http"
        return f"{scheme}://127.0.0.1:{self._ports[secure]}/{words}api/"

    def accepted(self) -> int:
        """Ask how many connections the server has accepted."""
        self._control.request("GET", "/accepted")
        return int(self._control.getresponse().read())

    def big_file(self, megabytes: int) -> Path:
        """Make a file of so many zeros, which takes no room on the disk."""
        path = self.folder / f"big-{megabytes}.bin"
        if not path.exists():
            with path.open("wb") as file:
                file.truncate(megabytes * 1_000_000)
            with path.open("rb") as file:
                # Into the system's cache: the first to read it would pay for all others.
                while file.read(1 << 20):
                    pass
        return path

    def _environment(self) -> Dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # The usual authorities and our own: what a client loads to trust a server.
        return {
            **kept,
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "REQUESTS_CA_BUNDLE": str(self._authorities),
        }

    def _start_server(self) -> Any:
        command = [sys.executable, "-m", "benchmarks.server", str(self._certificate)]
        server = subprocess.Popen(
            command,
            cwd=str(ROOT),
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert server.stdout is not None
        self._ports: List[int] = json.loads(server.stdout.readline())
        if cores():
            os.sched_setaffinity(server.pid, {cores()[-1]})
        return server


def _token() -> str:
    """Make a token in the form of a SciToken, which only the server would verify."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {
        "iss": "https://example.org",
        "aud": "ANY",
        "sub": "albert.einstein@ligo.org",
        "scope": "gracedb.read",
        "exp": 4102444800,
    }
    signature = base64.urlsafe_b64encode(bytes(256)).decode().rstrip("=")
    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims)}.{signature}"


def _usual_authorities() -> bytes:
    bundle: Optional[str] = None
    try:
        import certifi
    except ImportError:
        import ssl

        bundle = ssl.get_default_verify_paths().cafile
    else:
        bundle = certifi.where()
    return Path(bundle).read_bytes() + b"\n" if bundle else b""


def _write_certificate(path: Path) -> bytes:
    """Write a certificate for 127.0.0.1 and its key to *path*, and give the certificate."""
    from cryptography import x509
    from cryptography.hazmat.backends import default_backend
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    # Old versions ask for the backend; new ones ignore it.
    backend: Any = default_backend()
    key = ec.generate_private_key(ec.SECP256R1(), backend)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "benchmarks")])
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    authority = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_loopback(x509), critical=False)
        .add_extension(authority, critical=False)
        .sign(key, hashes.SHA256(), backend)
    )
    pem: bytes = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    path.write_bytes(pem + private)
    return pem


def _loopback(x509: Any) -> Any:
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return x509.SubjectAlternativeName([address, x509.DNSName("localhost")])
