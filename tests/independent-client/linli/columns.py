"""Columns (section 13): how edits and records travel. What is read is hostile until shown otherwise (COL-9)."""

import re

from . import Refused
from .canonical import from_base64url
from .channels import FACETS, read_channel, read_digest
from .stamps import parts, stamp
from .values import id_of, is_id, key_text

MOST_ROWS = 65536


def refuse(why):
    raise Refused(why)


def is_whole(number):
    return isinstance(number, int) and not isinstance(number, bool)


# --- runs and steps (COL-1, COL-2) ---


def runs(values):
    out = []
    for value in values:
        if out and out[-1][0] == value and type(out[-1][0]) is type(value):
            out[-1][1] += 1
        else:
            out.append([value, 1])
    return [value if count == 1 else [value, count] for value, count in out]


def unfold(packed, count, of):
    """The values one by one. Counted before anything is made: a run of four thousand million takes twelve bytes."""
    pairs = []
    for one in packed:
        value, times = one if isinstance(one, list) and len(one) == 2 else (one, 1)
        if not of(value) or not is_whole(times) or not 0 <= times < 2**32:
            refuse(f"{one!r} does not belong here")
        pairs.append((value, times))
    if sum(times for _, times in pairs) != count or count > MOST_ROWS:
        refuse("not as many as there are rows")
    return [value for value, times in pairs for _ in range(times)]


def signed(number):
    number %= 2**64
    return number - 2**64 if number >= 2**63 else number


def steps(numbers):
    before, out = 0, []
    for number in numbers:
        out.append(signed(number - before))
        before = number
    return runs(out)


def unfold_steps(packed, count):
    at, numbers = 0, []
    for step in unfold(packed, count, is_whole):
        at = signed(at + step)
        numbers.append(at)
    return numbers


def total(packed):
    """What counts of another column's rows sum up to."""
    sum_ = sum(one[0] * one[1] if isinstance(one, list) else one for one in packed)
    return sum_ if 0 <= sum_ <= MOST_ROWS else refuse("more than there can be")


# --- ids and stamps (COL-3, COL-4) ---


def pack_ids(ids):
    before, out = "0" * 32, []
    for one in ids:
        digits = one.replace("-", "")
        shared = next((at for at in range(32) if digits[at] != before[at]), 32)
        out.append(digits[shared:])
        before = digits
    return out


def unfold_ids(packed):
    digits, ids = "0" * 32, []
    for text in packed:
        if not isinstance(text, str) or not re.fullmatch("[0-9a-f]{0,32}", text):
            refuse(f"{text!r} is no id")
        digits = digits[: 32 - len(text)] + text
        ids.append(id_of(bytes.fromhex(digits)))
    return ids


def pack_stamps(stamps):
    split = [parts(one) for one in stamps]
    ms, counters, devices = ([one[at] for one in split] for at in range(3))
    return {"ms": steps(ms), "counters": steps(counters), "devices": runs(devices)}


def unfold_stamps(packed, count):
    ms, counters = unfold_steps(packed["ms"], count), unfold_steps(packed["counters"], count)
    devices = unfold(packed["devices"], count, is_whole)
    for one in zip(ms, counters, devices):
        if not (0 <= one[0] < 2**48 and 0 <= one[1] < 2**16 and 0 <= one[2] < 2**32):
            refuse("a stamp beyond its bits")
    return [stamp(*one) for one in zip(ms, counters, devices)]


# --- columns of values that not every row has (COL-5) ---


def pack_column(rows):
    last, out = -1, []
    for row, _ in rows:
        out.append(row - last)
        last = row
    return {"rows": runs(out), "values": [value for _, value in rows]}


def unfold_column(packed, count):
    at, out = -1, []
    for step, value in zip(unfold(packed["rows"], len(packed["values"]), is_whole), packed["values"]):
        at += step
        if step < 1 or at >= count:
            refuse("a row that is not there")
        out.append((at, value))
    return out


# --- edits (COL-6) ---


def pack_edits(edits):
    fields = {}
    for row, edit in enumerate(edits):
        for name, field in edit["fields"].items():
            fields.setdefault(name, []).append((row, field))
    return {
        "kinds": runs(edit["kind"] for edit in edits),
        "records": pack_ids(edit["record"] for edit in edits),
        "creates": runs(edit.get("create", False) for edit in edits),
        "authors": runs(edit["author"] for edit in edits),
        "devices": runs(edit["device"] for edit in edits),
        "numbers": steps(edit["number"] for edit in edits),
        "stamps": pack_stamps(edit["stamp"] for edit in edits),
        "fields": {name: pack_field(rows) for name, rows in sorted(fields.items())},
    }


def pack_field(rows):
    bases = [base for _, field in rows for base in field.get("bases", ())]
    column = pack_column([(row, field["value"]) for row, field in rows])
    packed = {"column": column, "bases": runs(len(field.get("bases", ())) for _, field in rows)}
    return {**packed, "stamps": pack_stamps(bases)} if bases else packed


def unfold_edits(packed):
    records = unfold_ids(packed["records"])
    count = len(records)
    kinds = unfold(packed["kinds"], count, lambda one: isinstance(one, str))
    creates = unfold(packed["creates"], count, lambda one: isinstance(one, bool))
    authors = unfold(packed["authors"], count, is_id)
    devices = unfold(packed["devices"], count, is_whole)
    numbers = unfold_steps(packed["numbers"], count)
    stamps = unfold_stamps(packed["stamps"], count)
    if not all(0 <= number < 2**32 for number in numbers):
        refuse("a number beyond its bits")
    edits = []
    for kind, record, create, author, device, number, one in zip(
        kinds, records, creates, authors, devices, numbers, stamps
    ):
        edit = {"kind": kind, "record": record, "create": create, "author": author, "device": device}
        edits.append({**edit, "number": number, "stamp": one, "fields": {}})
        if not create:
            del edits[-1]["create"]
    for name, field in packed["fields"].items():
        counts = unfold(field["bases"], len(field["column"]["values"]), is_whole)
        bases = iter(unfold_stamps(field["stamps"], total(field["bases"])) if "stamps" in field else [])
        if "stamps" not in field and any(counts):
            refuse("fewer bases than counted")
        for (row, value), number in zip(unfold_column(field["column"], count), counts):
            own = [next(bases) for _ in range(number)]
            edits[row]["fields"][name] = {"value": value, **({"bases": own} if own else {})}
    return edits


# --- records (COL-7) and pages (COL-8) ---


def unfold_table(table):
    ids = unfold_ids(table["ids"])
    count, mark_count = len(ids), total(table["marks"])
    revisions, mark_counts = unfold_steps(table["revisions"], count), unfold(table["marks"], count, is_whole)
    stamps, authors = unfold_stamps(table["stamps"], mark_count), unfold(table["authors"], mark_count, is_id)
    try:
        edits = from_base64url(table["edits"])
    except ValueError:
        refuse("edit ids that are not base64url")
    if len(edits) != 16 * mark_count:
        refuse("not an edit id for each mark")
    marks = [
        {"stamp": one, "edit": id_of(edits[16 * at : 16 * at + 16]), "author": author}
        for at, (one, author) in enumerate(zip(stamps, authors))
    ]
    for row, order in unfold_column(table.get("orders", {"rows": [], "values": []}), mark_count):
        parts(order)
        marks[row]["order"] = order
    records, at = [], 0
    for record, revision, number in zip(ids, revisions, mark_counts):
        state = {"kind": table["kind"], "id": record, "marks": marks[at : at + number], "fields": {}}
        records.append({"revision": revision % 2**64, "state": state})
        at += number
    for row, more in unfold_column(table.get("apart", {"rows": [], "values": []}), count):
        records[row]["state"]["fields"] = dict(more)
    for name, column in table["fields"].items():
        for row, value in unfold_column(column, count):
            fields = records[row]["state"]["fields"]
            if name in fields:
                refuse("a field twice over")
            fields[name] = [[0, value]]
    for record in records:
        held = len(record["state"]["marks"])
        if any(not 0 <= version[0] < held for versions in record["state"]["fields"].values() for version in versions):
            refuse("an index without a mark")
    return records


def unfold_page(packed):
    records = [record for table in packed["records"] for record in unfold_table(table)]
    keys = [key_text(one["state"]["kind"], one["state"]["id"]) for one in records]
    for kind in sorted(packed.get("keys", {})):
        keys += [key_text(kind, one) for one in unfold_ids(packed["keys"][kind])]
    claimed = 0
    channels = []
    for channel in packed["channels"]:
        read_channel(channel["channel"])
        if channel["facet"] not in FACETS:
            refuse("no facet")
        named = {}
        for name in ("listed", "departed", "erased"):
            count, numbers = channel.get(name, [0, []])
            claimed += count
            if claimed > MOST_ROWS:
                refuse("more than there can be")
            numbers = unfold_steps(numbers, count)
            if any(not 0 <= number < len(keys) for number in numbers):
                refuse("a number without a key")
            named[name] = [keys[number] for number in numbers]
        if channel.get("digest") is not None:
            read_digest(channel["digest"])
        plain = {name: channel.get(name) for name in ("channel", "facet", "position", "digest")}
        channels.append({**plain, **named})
    rest = {name: packed[name] for name in ("epoch", "more", "remaining", "grants_version", "now_ms")}
    return {"channels": channels, "records": records, **rest}


