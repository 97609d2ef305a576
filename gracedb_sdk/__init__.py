"""The legacy import name."""
