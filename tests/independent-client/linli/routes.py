"""Where a record is placed (ROUTE-1, ROUTE-2). A client needs none of this; it shows that the page says enough.

A town is a dict from (kind, id) to a dict with `kind`, `id`, `author` and `fields` (plain values).
"""

from .channels import channel_of_code
from .folds import LEVELS, Issue
from .stamps import ZERO
from .values import read_key


class Placing:
    def __init__(self, schema, district, town):
        self.schema, self.district, self.town = schema, district, town

    def place(self, key):
        record = self.town[key]
        kind = self.schema.kinds[key[0]]
        channels = set().union(*(self.walk(hop, record) for hop in kind["route"]))
        return channels, self.facet(kind["facet"], record)

    def target(self, record, field):
        """The record that a field names: by the kind of its type, or as it says itself."""
        text = record["fields"].get(field)
        if text is None:
            return None
        of = self.schema.fields[record["kind"]][field]["type"]
        return (of["kinds"][0], text) if of["name"] == "ref" else read_key(text)

    def channels(self, key):
        return self.place(key)[0] if key in self.town else set()

    def parent(self, record, field):
        return self.channels(self.target(record, field))

    def pointing(self, kind, field, at):
        return [one for one in self.town.values() if one["kind"] == kind and one["fields"].get(field) == at]

    def walk(self, hop, record):
        name, *rest = hop
        fields, own = record["fields"], record["id"]
        field = fields.get(rest[0]) if rest and isinstance(rest[0], str) else None
        if name == "district":
            return {channel_of_code(self.district)}
        if name == "division":
            return {channel_of_code(field)} if field else set()
        if name == "division_and_community":
            return {channel_of_code(code) for code in {field, field[:12]}} if field else set()
        if name in ("unit", "person"):
            return {f"{name}:{field}"} if field else set()
        if name == "units":
            return {f"unit:{one}" for one in field or ()}
        if name == "author":
            return {f"person:{record['author']}"}
        if name.startswith("own_"):
            return {f"{name[4:]}:{own}"}
        if name == "parent":
            return self.parent(record, rest[0])
        if name == "parent_in_grid_only":
            return without_buildings(self.parent(record, rest[0]))
        if name == "parent_while":
            return self.parent(record, rest[0]) if fields.get(rest[1]) is None else set()
        if name == "parent_unless_private":
            channels = self.parent(record, rest[0])
            return without_buildings(channels) if fields.get(rest[1]) is True else channels
        if name == "communities_of":
            codes = (one.partition(":") for one in self.parent(record, rest[0]))
            return {f"division:{code[:12]}" for scope, _, code in codes if scope in ("division", "grid") and len(code) >= 12}
        if name == "first_of":
            return next((found for found in (self.walk(one, record) for one in rest[0]) if found), set())
        if name == "same_id":
            return self.channels((rest[0], own))
        if name == "homes":
            return set().union(*(self.channels(("household", home)) for home in self.homes(own)))
        if name == "handling":
            return self.handling(own, field or "")
        if name == "assignments":
            keys = [("assignment", one["id"]) for one in self.pointing("assignment", "person", own)]
            return set().union(*map(self.channels, keys))
        if name == "every_side":
            return self.every_side(record, rest[0])
        raise AssertionError(f"an unknown hop {name}")

    def homes(self, resident):
        all_ = [one for one in self.pointing("residence", "resident", resident)]
        current = [one for one in all_ if one["fields"].get("until") is None and one["fields"].get("deleted") is not True]
        last = sorted(all_, key=lambda one: (one["fields"].get("until") or "", one["id"]))[-1:]
        return [one["fields"]["household"] for one in current or last]

    def handling(self, issue, grid):
        as_state = lambda one: {
            "id": one["id"],
            "marks": [{"stamp": ZERO, "edit": one["id"], "author": one["author"]}],
            "fields": {name: [[0, value]] for name, value in one["fields"].items()},
        }
        # In the town of the vectors nobody says when; steps are then in the order of their ids.
        steps = [as_state(one) for one in self.pointing("issue_step", "issue", issue)]
        for one in steps:
            one["fields"].setdefault("happened_at", [[0, "1970-01-01T00:00:00.000Z"]])
        fold = Issue(self.schema, as_state(self.town[("issue", issue)]), steps)
        reached = [grid[:digits] for digits, level in ((9, 1), (6, 2)) if LEVELS.index(fold.level) >= level]
        return {f"unit:{one}" for one in fold.keepers} | {channel_of_code(code) for code in reached}

    def every_side(self, record, field):
        key, disputed = self.target(record, field), record["fields"]["field"]
        channels = set(self.channels(key))
        if key not in self.town or not decides_place(self.schema.kinds[key[0]]["route"], disputed):
            return channels
        for side in record["fields"]["sides"]:
            was = self.town[key]
            as_if = {**was, "fields": {**was["fields"], disputed: side["value"]}}
            for hop in self.schema.kinds[key[0]]["route"]:
                channels |= self.walk(hop, as_if)
        return channels

    def facet(self, rule, record):
        name, *rest = rule
        fields = record["fields"]
        if name == "fixed":
            return rest[0]
        if name == "guarded_while_minor":
            return "guarded" if fields.get("minor") is True else "personal"
        if name == "personal_while_private":
            return "personal" if fields.get("private") is True else "open"
        key = self.target(record, rest[0])
        if name == "as":
            return self.place(key)[1] if key in self.town else "review"
        named = self.town.get(key)
        if name == "guarded_for_care":
            return "personal" if named and named["fields"].get("group") != "care" else "guarded"
        assert name == "as_questionnaire"
        return "personal" if named and named["fields"].get("facet") == "personal" else "guarded"


def without_buildings(channels):
    return {one for one in channels if not one.startswith("building:")}


def decides_place(route, field):
    return any(
        field in [one for one in hop[1:] if isinstance(one, str)]
        or any(decides_place(one, field) for one in hop[1:] if isinstance(one, list))
        for hop in route
    )
