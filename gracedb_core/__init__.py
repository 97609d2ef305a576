"""A client for GraceDB, the gravitational-wave candidate event database."""
