"""What may be written (section 7), from vectors/schema.json."""

import json
import re
import unicodedata

from . import Refused
from .values import depth, is_id, read_day, read_key, read_time

MOST_ELEMENTS = 32
MOST_WORDS = 4000
# Kinds that move a record which they do not belong below otherwise, and the field that names it.
MOVES = {"residence": "resident", "issue_step": "issue", "assignment": "person"}


class Schema:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            declared = json.load(file)
        kinds = declared["kinds"]
        self.issue_steps = {step["name"]: step for step in declared["issue_steps"]}
        self.kinds = {kind["name"]: kind for kind in kinds}
        self.fields = {kind["name"]: {field["name"]: field for field in kind["fields"]} for kind in kinds}

    def above(self, state):
        """The records that one stands below (DELETE-3)."""
        kind = self.kinds.get(state["kind"])
        if kind is None or kind["name"] in ("conflict", "held_edit"):
            return set()
        fields = named_fields([*kind["route"], kind["facet"]]) | {MOVES.get(kind["name"])}
        found = {(kind["same_id_as"], state["id"])} if kind["same_id_as"] else set()
        for field in fields & set(self.fields[kind["name"]]):
            text = (state["fields"].get(field) or [[0, None]])[0][1]
            of = self.fields[kind["name"]][field]["type"]
            if isinstance(text, str) and of["name"] in ("ref", "ref_any"):
                found.add((of["kinds"][0], text) if of["name"] == "ref" else read_key(text))
        return found

    def field(self, kind, written):
        """The declaration behind a written name, which may be an element of a set (EDIT-5)."""
        name = written.partition(":")[0]
        field = self.fields.get(kind, {}).get(name)
        return field if field and (field["rule"] == "set") == (name != written) else None

    def rule(self, kind, written):
        if written == "deleted":
            return "latest"
        field = self.field(kind, written)
        return field["rule"] if field else None

    def check(self, edit):
        """The code an edit is refused with (None: none), and all faults by field."""
        kind = self.kinds.get(edit["kind"])
        if kind is None:
            return "unknown_kind", {"": "unknown_kind"}
        create, faults = edit.get("create", False), []
        for name in sorted(edit["fields"]):
            fault = self.fault(edit["kind"], create, name, edit["fields"][name]["value"])
            if fault:
                faults.append((name, fault))
        if create:
            for field in kind["fields"]:
                given = edit["fields"].get(field["name"], {}).get("value")
                if not field["optional"] and field["rule"] != "set" and given is None:
                    faults.append((field["name"], "value_invalid"))
        elif not edit["fields"]:
            faults.append(("", "value_invalid"))
        return (faults[0][1] if faults else None), dict(faults)

    def fault(self, kind, create, name, value):
        if name == "deleted":
            return None if isinstance(value, bool) else "value_invalid"
        field = self.field(kind, name)
        if field is None:
            return None if kind == "answer" and name.startswith("q.") else "unknown_field"
        if field["rule"] == "once" and not create:
            return "set_once"
        if field["rule"] == "set":
            element = name.partition(":")[2]
            return None if isinstance(value, bool) and is_of(field["type"], element) else "value_invalid"
        if value is None:
            return None if field["optional"] else "value_invalid"
        return None if is_of(field["type"], value) else "value_invalid"


def named_fields(hops):
    """The fields that hops and facet rules name, those inside `first_of` too."""
    named = set()
    for hop in hops:
        for one in hop[1:]:
            named |= named_fields(one) if isinstance(one, list) else {one}
    return named


def is_control(character):
    return unicodedata.category(character) == "Cc"


def reads(reader, value):
    try:
        reader(value)
        return True
    except Refused:
        return False


def is_of(of, value):
    """Whether a value is of a type (CHECK-4)."""
    name, text = of["name"], value if isinstance(value, str) else None
    if name in ("text", "words"):
        most, allowed = (of["most"], "") if name == "text" else (MOST_WORDS, "\n")
        good = text is not None and text.strip() != "" and len(text) <= most
        return good and not any(is_control(one) and one not in allowed for one in text)
    if name == "int":
        return isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31
    if name == "bool":
        return isinstance(value, bool)
    if name == "date":
        return reads(read_day, value)
    if name == "time":
        return reads(read_time, value)
    if name == "code":
        return text is not None and re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15}", text) is not None
    if name == "one_of":
        return value in of["choices"]
    if name == "hash":
        return text is not None and re.fullmatch("[0-9a-f]{64}", text) is not None
    if name == "ref":
        return is_id(value)
    if name == "ref_any":
        return text is not None and reads(read_key, text) and (not of["kinds"] or read_key(text)[0] in of["kinds"])
    if name == "list":
        return isinstance(value, list) and len(value) <= MOST_ELEMENTS and all(is_of(of["of"], one) for one in value)
    return name == "structure" and depth(value) <= 8
