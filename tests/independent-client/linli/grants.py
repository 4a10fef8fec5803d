"""What a person may read, from their assignments (GRANT-1, GRANT-3). The relay tells it; a client may foresee it."""

from .channels import FACETS, channel_of_code, sort_key


class Places:
    """Which grid a building is in, which division a unit belongs to, and every division and grid."""

    def __init__(self, grid_of_buildings, division_of_units, codes):
        self.grid_of_buildings, self.division_of_units, self.codes = grid_of_buildings, division_of_units, codes

    def under(self, code):
        return [one for one in self.codes if one.startswith(code) and len(one) > len(code)]


def above(code):
    return [code[:length] for length in (12, 9, 6) if length < len(code)]


def grants(person, assignments, day, places):
    """Channels with facets, as `me` tells them."""
    sum_ = Sum()
    for one in assignments:
        if one["from"] <= day and (one["until"] is None or day <= one["until"]):
            sum_.assignment(one, places)
    sum_.add(f"person:{person}", "open personal review")
    return sum_.listed()


def console_grants(division, places):
    sum_ = Sum()
    for code in [division, *places.under(division)]:
        sum_.code(code, " ".join(FACETS))
    sum_.above(division)
    return sum_.listed()


class Sum:
    def __init__(self):
        self.held = {}

    def add(self, channel, facets):
        self.held.setdefault(channel, set()).update(facets.split())

    def code(self, code, facets):
        self.add(channel_of_code(code), facets)

    def above(self, code):
        for one in above(code):
            self.code(one, "open")

    def assignment(self, one, places):
        role, scope, rights = one["role"], one["scope"], one["rights"]
        code, identity = scope.get("division"), " identity" if "identity" in rights else ""
        if role == "grid_worker" and code:
            self.code(code, "open personal guarded" + identity)
            self.above(code)
        elif role == "building_lead" and "building" in scope:
            self.add(f"building:{scope['building']}", "open")
            self.above(places.grid_of_buildings)
        elif role == "handler" and "unit" in scope:
            self.add(f"unit:{scope['unit']}", "open personal")
            self.code(places.division_of_units, "open")
            self.above(places.division_of_units)
        elif role == "supervisor" and code:
            if len(code) >= 12:
                own = below = "open personal guarded review" + identity
            else:
                own, below = "open personal review", "open personal guarded" if "register" in rights else "open"
            self.code(code, own)
            for under in places.under(code):
                self.code(under, below)
            self.above(code)
        elif role == "volunteer" and code:
            self.code(code, "open")
        elif role == "administrator" and code:
            for under in [code, *places.under(code)]:
                self.code(under, "open")

    def listed(self):
        return [
            {"channel": channel, "facets": sorted(self.held[channel], key=FACETS.index)}
            for channel in sorted(self.held, key=sort_key)
        ]
