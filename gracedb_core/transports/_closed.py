"""What is said to whoever uses a transport that was closed."""

from __future__ import annotations

from ..errors import ClientClosed

__all__ = ["closed"]


def closed() -> ClientClosed:
    """Make the error."""
    return ClientClosed("This client was closed; make a new one.")
