"""The legacy import name: programs that say ``from gracedb_sdk import Client`` run on this one."""

from gracedb_core import AsyncClient, Client, __version__

__all__ = ["AsyncClient", "Client", "__version__"]
