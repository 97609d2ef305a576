"""The built-in transports, one small module per library."""
