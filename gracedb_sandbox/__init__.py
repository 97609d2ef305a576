"""A local GraceDB: the same wire contract over real HTTP on loopback."""
