"""Channels, facets and digests (sections 10 and 11)."""

import re

from . import Refused
from .canonical import canonical, sha256
from .merge import is_deleted
from .values import id_bytes, is_id

FACETS = ["open", "personal", "guarded", "identity", "review"]
SCOPES = ["division", "grid", "building", "unit", "person"]
BUCKETS = 256


def read_channel(text):
    """CHANNEL-1."""
    scope, _, name = text.partition(":")
    if scope == "division":
        good = re.fullmatch("[0-9]{6}|[0-9]{9}|[0-9]{12}", name)
    elif scope == "grid":
        good = re.fullmatch("[0-9]{15}", name)
    else:
        good = scope in SCOPES and is_id(name)
    if not good:
        raise Refused(f"{text!r} is not a channel")
    return scope, name


def channel_of_code(code):
    return f"grid:{code}" if len(code) == 15 else f"division:{code}"


def sort_key(channel, facet="open"):
    """CHANNEL-2."""
    scope, name = read_channel(channel)
    return SCOPES.index(scope), name, FACETS.index(facet)


def digest(state):
    """DIGEST-1, as a number."""
    if is_deleted(state):
        return 0
    plain = {name: state[name] for name in ("fields", "id", "kind", "marks")}
    return int.from_bytes(sha256(canonical(plain))[:16], "big")


def total(digests):
    return sum(digests) % 2**128


def spelled(number):
    return f"{number % 2**128:032x}"


def read_digest(text):
    if not re.fullmatch("[0-9a-f]{32}", text):
        raise Refused(f"{text!r} is not a digest")
    return int(text, 16)


def bucket(record):
    """DIGEST-3."""
    return sha256(id_bytes(record))[0]


def standing(cursors):
    """DIGEST-4."""
    ordered = sorted(cursors, key=lambda one: sort_key(one["channel"], one["facet"]))
    lines = "".join(f"{one['channel']} {one['facet']} {one['position']} {one['digest']}\n" for one in ordered)
    return sha256(lines.encode())[:16].hex()
