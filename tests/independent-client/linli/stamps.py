"""Stamps and the clock that gives them (section 2). A stamp is its text: texts sort as stamps do."""

import re

from . import Refused

MOST_MS = 2**48 - 1
ZERO = "0" * 24


def stamp(ms, counter, device):
    return f"{ms:012x}{counter:04x}{device:08x}"


def parts(text):
    """Milliseconds, counter and device; only one spelling is taken (STAMP-1)."""
    if not isinstance(text, str) or not re.fullmatch("[0-9a-f]{24}", text):
        raise Refused(f"{text!r} is not a stamp")
    return int(text[:12], 16), int(text[12:16], 16), int(text[16:], 16)


class Clock:
    """Gives stamps that are later than all it gave or saw."""

    def __init__(self, device, last=ZERO):
        self.device, self.last = device, last

    def tick(self, now_ms):
        ms, counter, _ = parts(self.last)
        now_ms = min(max(now_ms, 0), MOST_MS)
        if now_ms > ms:
            ms, counter = now_ms, 0
        elif counter < 0xFFFF:
            counter += 1
        else:
            ms, counter = min(ms + 1, MOST_MS), 0
        self.last = stamp(ms, counter, self.device)
        return self.last

    def see(self, other):
        self.last = max(self.last, other)
