"""Values, ids, days and times (section 3)."""

import datetime
import json
import re
import uuid

from . import Refused

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
KINDS_OF_VALUES = [type(None), bool, int, str, list, dict]


def _whole(text):
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise Refused(f"{text} is beyond 64 bits")
    return number


def _no(text):
    raise Refused(f"{text} is not a whole number")


def read_json(text):
    """JSON without fractions (VALUE-1)."""
    try:
        return json.loads(text, parse_int=_whole, parse_float=_no, parse_constant=_no)
    except json.JSONDecodeError as error:
        raise Refused(str(error)) from error


def sort_key(value):
    """By what values are ordered (VALUE-2)."""
    rank = KINDS_OF_VALUES.index(type(value))
    if isinstance(value, list):
        return rank, [sort_key(one) for one in value]
    if isinstance(value, dict):
        return rank, [(name, sort_key(value[name])) for name in sorted(value)]
    return rank, 0 if value is None else value


def depth(value):
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 0


def is_id(text):
    """ID-1: 36 characters with hyphens."""
    return isinstance(text, str) and re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


def id_of(data):
    return str(uuid.UUID(bytes=bytes(data)))


def id_bytes(text):
    return uuid.UUID(text).bytes


def mint(now_ms, random):
    """A UUIDv7 of a time and random bits (ID-2)."""
    data = bytearray(now_ms.to_bytes(8, "big")[2:] + random[:10])
    data[6] = data[6] & 0x0F | 0x70
    data[8] = data[8] & 0x3F | 0x80
    return id_of(data)


def key_text(kind, record):
    return f"{kind}:{record}"


def read_key(text):
    """A kind and an id (ID-4)."""
    kind, colon, record = text.partition(":")
    if not colon or not is_id(record):
        raise Refused(f"{text!r} is not kind:id")
    return kind, record


def time_text(ms):
    moment = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03}Z"


def read_time(text):
    """The milliseconds of a time in its one spelling (DAY-1)."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text):
        raise Refused(f"{text!r} is not a time")
    try:
        moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError as error:
        raise Refused(str(error)) from error
    seconds = moment.replace(tzinfo=datetime.timezone.utc) - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    return seconds // datetime.timedelta(milliseconds=1)


def read_day(text):
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise Refused(f"{text!r} is not a day")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(str(error)) from error


def day_of(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, SHANGHAI).strftime("%Y-%m-%d")
