"""What stands in a conflict record (section 9). Only the relay writes one; a client may foresee it."""

from .canonical import same, uuid8
from .merge import from_edits, is_deleted, mark_order, order_of, unnamed
from .values import time_text
from .stamps import parts

MOST_SIDES = 8


def conflict_id(key, field):
    return uuid8(f"conflict\n{key}\n{field}".encode())


def bases_of(one, field):
    return one["edit"]["fields"][field].get("bases", ())


def newest_first(accepted, field):
    versions = [one for one in accepted if field in one["edit"]["fields"]]
    return sorted(versions, key=lambda one: (order_of(one), one["id"]), reverse=True)


def written_by(one):
    edit = one["edit"]
    return {"stamp": edit["stamp"], "author": edit["author"], "device": edit["device"]}


def side(one, field, versions):
    named = [other for other in versions if other["edit"]["stamp"] in bases_of(one, field)]
    base = named[0]["edit"]["fields"][field]["value"] if named else None
    at = time_text(parts(one["edit"]["stamp"])[0])
    return {**written_by(one), "value": one["edit"]["fields"][field]["value"], "base": base, "at": at}


def conflict(sides, settled=None):
    return {"sides": sides[:MOST_SIDES], "count": len(sides), "settled": settled}


def field_conflict(accepted, field):
    """What people disagree about in a field, or last did; None where they never did (CONFLICT-2 to CONFLICT-4)."""
    versions = newest_first(accepted, field)
    of = lambda one: one["edit"]["fields"][field]["value"]
    open_ones = unnamed(versions, field)
    if any(not same(of(one), of(open_ones[0])) for one in open_ones):
        return conflict([side(one, field, versions) for one in open_ones])
    for settlement in versions:
        named = [one for one in versions if one["edit"]["stamp"] in bases_of(settlement, field)]
        known = {base for one in named for base in bases_of(one, field)}
        rivals = [one for one in named if one["edit"]["stamp"] not in known]
        if any(not same(of(one), of(rivals[0])) for one in rivals):
            settled = {**written_by(settlement), "edit": settlement["id"], "value": of(settlement)}
            return conflict([side(one, field, versions) for one in rivals], settled)
    return None


def deletion_conflict(schema, accepted, children=()):
    """What a deletion did not know, of the record (DELETE-2) and below it (DELETE-3)."""
    state = from_edits(schema, accepted)
    if state is None or not is_deleted(state):
        return field_conflict(accepted, "deleted")
    versions = newest_first(accepted, "deleted")
    by_stamp = {one["edit"]["stamp"]: one for one in versions}
    open_ones = unnamed(versions, "deleted")
    known, left = set(), [one["edit"]["stamp"] for one in open_ones if one["edit"]["fields"]["deleted"]["value"] is True]
    while left:
        stamp = left.pop()
        if stamp not in known:
            known.add(stamp)
            left += bases_of(by_stamp[stamp], "deleted") if stamp in by_stamp else ()
    shows = {mark["edit"] for mark in state["marks"]}
    missed = [
        one
        for one in accepted
        if one["id"] in shows
        and not one["edit"].get("create")
        and "deleted" not in one["edit"]["fields"]
        and one["edit"]["stamp"] not in known
    ]
    new = [one for one in children if one["created"]["stamp"] not in known]
    if not missed and not new:
        return field_conflict(accepted, "deleted")
    plain = lambda one: {**side(one, "deleted", []), "base": None}
    deletions = [plain(one) for one in open_ones]
    changes = [(order_of(one), one["id"], unknown(written_by(one), sorted(one["edit"]["fields"]))) for one in missed]
    changes += [(*mark_order(one["created"]), unknown(child(one["created"]), ["child:" + one["kind"]])) for one in new]
    changes.sort(key=lambda one: one[:2], reverse=True)
    return conflict(deletions + [side for *_, side in changes])


def unknown(by, changed):
    return {**by, "value": False, "base": None, "at": time_text(parts(by["stamp"])[0]), "changed": changed}


def child(mark):
    return {"stamp": mark["stamp"], "author": mark["author"], "device": parts(mark["stamp"])[2]}
