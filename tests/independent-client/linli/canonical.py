"""Canonical bytes, hashes and base64url (sections 1, 3 and 4)."""

import base64
import hashlib
import json
import uuid


def canonical(value):
    """CANON-1 and CANON-2, which is how json writes when asked to be short."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def same(one, other):
    """Equal as JSON: for Python true is 1, for the protocol it is not."""
    return canonical(one) == canonical(other)


def sha256(data):
    return hashlib.sha256(data).digest()


def uuid8(data):
    """ID-3."""
    first = bytearray(sha256(data)[:16])
    first[6] = first[6] & 0x0F | 0x80
    first[8] = first[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(first)))


def to_base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
