"""`gracedb-core auth explain`: the credential ladder, rung by rung, and what would be sent."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Iterator, List, Optional, Sequence, Union

import click

from ..._address import Address
from ..._credentials import Tried, look_around, look_at_all, obstacle
from ..._options import Options
from ...interfaces import Absent, AuthRequest, Credential, Origin
from ..complaints import credential_warnings, warn
from ..extensions import loaded_plugins

__all__ = ["command"]


@click.group()
def command() -> None:
    """Look at the credentials that are on this machine."""


@command.command()
@click.option(
    "--url", help="The API root.  [default: $GRACEDB_SERVICE_URL, or the production server]"
)
def explain(url: Optional[str]) -> int:
    """Show where credentials are looked for, what is there, and what would be sent.

    No server is asked, and no secret is shown. Exit status 0 if something would be sent, 1 if not.
    """
    origin = Address.parse(Options(url=url).service_url, "").origin
    plugins = loaded_plugins()
    wanted = look_around(AuthRequest(origin), time.time())
    with credential_warnings():
        ladder = list(look_at_all(plugins.providers(), wanted))
    for trouble in plugins.troubles:
        warn(trouble)
    taken = next((found for _, found in ladder if isinstance(found, Credential)), None)
    trouble = _trouble(taken, origin)
    click.echo(f"Credentials for {origin}, in the order in which they are tried:\n")
    for line in _table(ladder, taken, wanted.now):
        click.echo(_visible(line))
    click.echo(_visible(trouble or _sending(taken)))
    return 1 if trouble else 0


def _trouble(found: Optional[Credential], origin: Origin) -> str:
    """Say why nothing would be sent, or nothing."""
    if found is None:
        return "A client would send nothing, and be anonymous."
    refusal = obstacle(origin, found)
    return f"A client would be anonymous. {refusal}" if refusal else ""


def _sending(found: Optional[Credential]) -> str:
    assert found is not None
    means = [f"the header {name}" for name, _secret in found.headers]
    if found.certificate is not None:
        means.append("the certificate in the TLS handshake")
    return f"A client would send the {found.kind} from {found.source}: {' and '.join(means)}."


def _table(ladder: Sequence[Tried], taken: Optional[Credential], now: float) -> Iterator[str]:
    width = max((len(provider.name) for provider, _ in ladder), default=0)
    for provider, found in ladder:
        mark = ">" if found is taken else " "
        if isinstance(found, Absent) and found.unusable:
            mark = "!"
        first, *others = _described(found, now)
        yield f"{mark} {provider.name:<{width}}  {first}"
        yield from (f"  {'':<{width}}  {other}" for other in others)
    yield ""


def _described(found: Union[Credential, Absent], now: float) -> List[str]:
    """Say what is on a rung, a line for each place or fact."""
    if isinstance(found, Absent):
        return found.reason.split("; ")
    lines = [found.source]
    if found.subject is not None:
        lines.append(f"of {found.subject}")
    lines.append(_end(found.expires, now))
    return [*lines, *found.remarks]


def _end(expires: Optional[float], now: float) -> str:
    if expires is None:
        return "does not say when it expires"
    left = timedelta(seconds=int(min(abs(expires - now), 1e11)))
    words = f"in {left}" if expires > now else f"{left} ago"
    try:
        moment = datetime.fromtimestamp(expires, timezone.utc)
    except (ValueError, OverflowError, OSError):  # beyond all calendars
        return f"expires {words} or later"
    return f"expires {moment:%Y-%m-%d %H:%M:%S} UTC, {words}"


def _visible(text: str) -> str:
    """Keep what strangers wrote into names from moving the cursor."""
    return text if text.isprintable() else ascii(text)[1:-1]
