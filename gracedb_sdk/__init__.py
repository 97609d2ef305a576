"""The legacy import name: programs that say ``from gracedb_sdk import Client`` run on this one.

``__version__`` is that of gracedb-core, which is what runs: no version of gracedb-sdk is here.
"""

from gracedb_core import __version__
from gracedb_core._namesake import warn_of_namesake

from ._clients import AsyncClient, Client

__all__ = ["AsyncClient", "Client", "__version__"]

warn_of_namesake(__file__)
