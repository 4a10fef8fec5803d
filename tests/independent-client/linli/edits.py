"""Edits and their chain (sections 5 and 6). An edit is a dict as the page writes it."""

from .canonical import canonical, uuid8
from .values import id_bytes


def tidy(edit):
    """What is absent has no name (CANON-3)."""
    fields = {
        name: {"value": field["value"], **({"bases": field["bases"]} if field.get("bases") else {})}
        for name, field in edit["fields"].items()
    }
    plain = {name: value for name, value in edit.items() if name != "create" or value}
    return {**plain, "fields": fields}


def edit_id(edit, before):
    """CHAIN-1; `before` is the id of the device's edit before it, or None."""
    return uuid8((id_bytes(before) if before else bytes(16)) + canonical(tidy(edit)))


def chain_ids(edits, before, erased=()):
    """`erased` names by number the ids of edits whose words are forgotten (ERASE-4)."""
    ids = []
    for edit in edits:
        number = str(edit["number"])
        before = erased[number] if number in erased else edit_id(edit, before)
        ids.append(before)
    return ids
