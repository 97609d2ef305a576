"""The superevents side of the sandbox: candidates that several events make together."""
