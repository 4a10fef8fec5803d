"""Enrolment links (ENROL-1)."""

import re
from urllib.parse import unquote, urlsplit

from . import Refused


def read_link(text):
    text = "".join(text.split())
    if not text.startswith("linli:enrol?"):
        raise Refused("not an enrolment link")
    parts = dict(pair.partition("=")[::2] for pair in reversed(text[len("linli:enrol?") :].split("&")))
    address, code, pin, certificate = unquote(parts.get("u", "")), parts.get("c"), parts.get("p"), parts.get("t")
    if not code or not pin:
        raise Refused("no code or no pin")
    if not is_safe(address):
        raise Refused("neither https nor this machine")
    if certificate is not None and not re.fullmatch("[0-9a-fA-F]{64}", certificate):
        raise Refused("a garbled pin")
    if address.startswith("https://") and certificate is None:
        raise Refused("https without a pin")
    return {
        "address": address.rstrip("/"),
        "code": code,
        "pin": pin,
        "certificate_pin": certificate and certificate.lower(),
        "demonstration": parts.get("d") == "1",
    }


def is_safe(address):
    if address.startswith("https://"):
        return True
    here = urlsplit(address).netloc if address.startswith("http://") else ""
    return re.fullmatch(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]*)?", here) is not None
