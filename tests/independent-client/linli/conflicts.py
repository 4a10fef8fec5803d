"""What stands in a conflict record (section 9). Only the relay writes one; a client may foresee it."""

from .canonical import same, uuid8
from .merge import from_edits, is_deleted, mark_order, order_of, unnamed
from .values import time_text
from .stamps import parts

MOST_SIDES = 8
MOST_STEPS_BACK = 64


def conflict_id(key, field):
    return uuid8(f"conflict\n{key}\n{field}".encode())


def bases_of(one, field):
    return one["edit"]["fields"][field].get("bases", ())


def newest_first(accepted, field):
    versions = {one["id"]: one for one in accepted if field in one["edit"]["fields"]}.values()
    return sorted(versions, key=lambda one: (order_of(one), one["id"]), reverse=True)


def written_by(one):
    edit = one["edit"]
    return {"stamp": edit["stamp"], "author": edit["author"], "device": edit["device"]}


def value_of(one, field):
    return one["edit"]["fields"][field]["value"]


def named_by(one, field, versions):
    """The versions that one lists as bases, the newest first."""
    return [other for other in versions if other is not one and other["edit"]["stamp"] in bases_of(one, field)]


def rivals(one, field, versions):
    """What a version chose between: those it lists that did not know of each other, if they disagree."""
    if len(bases_of(one, field)) < 2:
        return []
    named = named_by(one, field, versions)
    known = {base for other in named for base in bases_of(other, field)}
    left = [other for other in named if other["edit"]["stamp"] not in known]
    return left if any(not same(value_of(other, field), value_of(left[0], field)) for other in left) else []


def first_written(one, field, versions):
    """The version that one says again because a settlement was taken back (CONFLICT-7); else itself."""
    for _ in range(MOST_STEPS_BACK):
        device, listed = one["edit"]["device"], lambda other: bases_of(other, field)

        def is_taken_back(base):
            return any(
                other is not one
                and other["edit"]["device"] == device
                and base["edit"]["stamp"] in listed(other)
                and one["edit"]["stamp"] not in listed(other)
                and other["edit"]["stamp"] not in listed(one)
                for other in versions
            )

        back = [rivals(base, field, versions) for base in named_by(one, field, versions) if is_taken_back(base)]
        chosen = next((found for found in back if found), [])
        again = next((other for other in chosen if same(value_of(other, field), value_of(one, field))), None)
        if again is None:
            return one
        one = again
    return one


def side(one, field, versions):
    first = first_written(one, field, versions)
    named = named_by(first, field, versions)
    by = {**written_by(first), "stamp": one["edit"]["stamp"]}
    at = time_text(parts(first["edit"]["stamp"])[0])
    return {**by, "value": value_of(one, field), "base": value_of(named[0], field) if named else None, "at": at}


def conflict(sides, settled=None):
    return {"sides": sides[:MOST_SIDES], "count": len(sides), "settled": settled}


def field_conflict(accepted, field):
    """What people disagree about in a field, or last did; None where they never did (CONFLICT-2 to CONFLICT-4)."""
    versions = newest_first(accepted, field)
    of = lambda one: value_of(one, field)
    open_ones = unnamed(versions, field)
    if any(not same(of(one), of(open_ones[0])) for one in open_ones):
        return conflict([side(one, field, versions) for one in open_ones])
    for settlement in versions:
        chosen = rivals(settlement, field, versions)
        if chosen:
            settled = {**written_by(settlement), "edit": settlement["id"], "value": of(settlement)}
            return conflict([side(one, field, versions) for one in chosen], settled)
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
    deletions = [
        {**written_by(one), "value": value_of(one, "deleted"), "base": None, "at": time_text(parts(one["edit"]["stamp"])[0])}
        for one in open_ones
    ]
    changes = [(order_of(one), one["id"], unknown(written_by(one), sorted(one["edit"]["fields"]))) for one in missed]
    changes += [(*mark_order(one["created"]), unknown(child(one["created"]), ["child:" + one["kind"]])) for one in new]
    changes.sort(key=lambda one: one[:2], reverse=True)
    return conflict(deletions + [side for *_, side in changes])


def unknown(by, changed):
    return {**by, "value": False, "base": None, "at": time_text(parts(by["stamp"])[0]), "changed": changed}


def child(mark):
    return {"stamp": mark["stamp"], "author": mark["author"], "device": parts(mark["stamp"])[2]}
