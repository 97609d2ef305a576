"""A local GraceDB: the same wire contract over real HTTP on loopback.

Importing this needs nothing beyond the standard library; starting a server
needs the extra ``gracedb-core[sandbox]`` and says so when it is missing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Iterable, Mapping, Optional, Union

from .accounts import DEFAULT_USERS
from .credentials import check_certificates
from .sandbox import MissingExtra, Sandbox, SandboxFailed, read_users, require_extra

__all__ = ["DEFAULT_USERS", "MissingExtra", "Sandbox", "SandboxFailed", "serve"]


def serve(
    port: int = 0,
    folder: Union[str, Path, None] = None,
    *,
    ready_file: Union[str, Path, None] = None,
    credentials: Union[str, Path, None] = None,
    host: str = "127.0.0.1",
    generation: str = "2.33",
    users: Union[Iterable[Mapping[str, Any]], str, Path, None] = None,
    pipelines: Optional[Mapping[str, str]] = None,
    tls: bool = False,
    client_certificates: Optional[str] = "accept",
) -> None:
    """Serve in this process until SIGTERM or SIGINT.

    *folder* None is a temporary one. The API's base URL is written into
    *ready_file* (whole or not at all) once it answers. Before that, and every hour
    from then on, everybody's credentials are written into the folder *credentials*
    (see `Sandbox.write_credentials`). The others are as with `Sandbox`. Raises
    `MissingExtra`.
    """
    require_extra()
    check_certificates(client_certificates, tls=tls)
    from .server import serve as run  # the extra may be absent until here

    run(
        port,
        folder,
        ready_file=ready_file,
        credentials=credentials,
        host=host,
        generation=generation,
        users=None if users is None else read_users(users),
        pipelines=pipelines,
        tls=tls,
        client_certificates=client_certificates,
    )
