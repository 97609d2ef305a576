"""The legacy import name: programs that say ``from gracedb_sdk import Client`` run on this one."""

from gracedb_core import AsyncClient, Client, __version__
from gracedb_core._namesake import warn_of_namesake

__all__ = ["AsyncClient", "Client", "__version__"]

warn_of_namesake(__file__)
