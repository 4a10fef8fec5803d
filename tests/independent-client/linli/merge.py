"""Merging, and the state of a record (section 8).

An accepted edit is a dict with `id`, `edit`, and `order` where the relay gave one.
"""

from .canonical import same
from .values import sort_key


def order_of(one):
    return one.get("order") or one["edit"]["stamp"]


def mark_of(one):
    edit = one["edit"]
    mark = {"stamp": edit["stamp"], "edit": one["id"], "author": edit["author"]}
    return {**mark, "order": one["order"]} if one.get("order") else mark


def mark_order(mark):
    return mark.get("order", mark["stamp"]), mark["edit"]


def unnamed(versions, field):
    """The versions that nobody answered, the winner first (MERGE-1)."""
    named = {base for one in versions for base in one["edit"]["fields"][field].get("bases", ())}
    left = [one for one in versions if one["edit"]["stamp"] not in named]
    return sorted(left, key=lambda one: (order_of(one), one["id"]), reverse=True)


def from_edits(schema, accepted):
    """The state that follows from a set of edits, or None (MERGE-2, MERGE-7)."""
    accepted = list({one["id"]: one for one in accepted}.values())
    creations = [one for one in accepted if one["edit"].get("create")]
    if not creations:
        return None
    created = min(creations, key=lambda one: (one["edit"]["stamp"], one["id"]))
    kind, fields = created["edit"]["kind"], {}
    for field in sorted({name for one in accepted for name in one["edit"]["fields"]}):
        versions = [one for one in accepted if field in one["edit"]["fields"]]
        rule = schema.rule(kind, field)
        if rule == "once":
            kept = [one for one in versions if one is created]
        elif rule == "greatest":
            value = lambda one: (sort_key(one["edit"]["fields"][field]["value"]), one["edit"]["stamp"])
            kept = [max(versions, key=value)]
        else:
            kept = unnamed(versions, field)
        if kept:
            fields[field] = kept
    shown = {one["id"]: one for kept in fields.values() for one in kept if one is not created}
    rest = sorted(shown.values(), key=lambda one: (one["edit"]["stamp"], one["id"]))
    order = {one["id"]: index for index, one in enumerate([created, *rest])}
    return {
        "kind": kind,
        "id": created["edit"]["record"],
        "marks": [mark_of(one) for one in [created, *rest]],
        "fields": {
            field: [[order[one["id"]], one["edit"]["fields"][field]["value"]] for one in kept]
            for field, kept in fields.items()
        },
    }


def overlay(schema, state, own):
    """Own edits laid over what the relay said, in the order they were made (CLIENT-3)."""
    marks, fields = list(state["marks"]), {name: list(held) for name, held in state["fields"].items()}
    for one in own:
        at = len(marks)
        marks.append(mark_of(one))
        for name, field in one["edit"]["fields"].items():
            rule, held = schema.rule(state["kind"], name), fields.get(name, [])
            if rule == "once" and not one["edit"].get("create"):
                continue
            new = [at, field["value"]]
            if rule == "greatest":
                if not held or sort_key(held[0][1]) <= sort_key(field["value"]):
                    fields[name] = [new]
                continue
            bases = field.get("bases", ())
            kept = [version for version in held if marks[version[0]]["stamp"] not in bases] + [new]
            fields[name] = sorted(kept, key=lambda version: mark_order(marks[version[0]]), reverse=True)
    return {**state, **without_unused(marks, fields)}


def without_unused(marks, fields):
    used = {index for held in fields.values() for index, _ in held} - {0}
    order = [0, *sorted(used, key=lambda index: (marks[index]["stamp"], marks[index]["edit"]))]
    place = {old: new for new, old in enumerate(order)}
    return {
        "marks": [marks[old] for old in order],
        "fields": {name: [[place[index], value] for index, value in held] for name, held in fields.items()},
    }


def value(state, field):
    held = state["fields"].get(field)
    return held[0][1] if held else None


def elements(state, name):
    """The elements of a set (MERGE-6)."""
    prefix = name + ":"
    present = lambda held: any(value is True for _, value in held)
    return sorted(
        field[len(prefix) :] for field, held in state["fields"].items() if field.startswith(prefix) and present(held)
    )


def shown_stamps(state, field):
    """What somebody is shown of a field, and lists as bases (STATE-3)."""
    held = state["fields"].get(field, [])
    return [state["marks"][index]["stamp"] for index, one in held if same(one, held[0][1])]


def all_stamps(state, field):
    """Every unanswered version: what a settlement lists (CONFLICT-4)."""
    return [state["marks"][index]["stamp"] for index, _ in state["fields"].get(field, [])]


def open_sides(schema, state):
    """By field of the rule `latest`, the values that stand against the winner's (MERGE-3)."""
    sides = {}
    for field, held in state["fields"].items():
        others = [one for _, one in held[1:] if not same(one, held[0][1])]
        if others and schema.rule(state["kind"], field) == "latest":
            sides[field] = others
    return sides


def is_deleted(state):
    return value(state, "deleted") is True
