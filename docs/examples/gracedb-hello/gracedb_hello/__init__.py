"""An example of a plugin for gracedb-core; start at `plugin`."""

__version__ = "1.0"
