"""The commands: each module here has a click command named ``command``."""
