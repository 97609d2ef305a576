"""How fast the client is, beside every other way to talk to GraceDB: ``python -m benchmarks``."""
