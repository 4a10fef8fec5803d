"""A client of the sync protocol, written from sync-protocol/PROTOCOL.md alone."""


class Refused(ValueError):
    """What was read is not what the protocol allows."""
