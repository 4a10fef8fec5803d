"""Where an issue stands (section 27)."""

from .merge import mark_order, value
from .values import read_time

LEVELS = ["community", "street", "district"]
MINUTE_MS = 60_000
HOLDERS = {"supervisor": "reported opened checked suspended", "grid": "accepted handled", "reporter": "returned"}


def deadline_of(state):
    minutes = value(state, "limit_minutes")
    return None if minutes is None else read_time(value(state, "happened_at")) + minutes * MINUTE_MS


class Issue:
    def __init__(self, schema, issue, steps):
        self.rows = schema.issue_steps
        self.state, self.level, self.units, self.keepers, self.signed = "reported", "community", [], set(), set()
        self.deadline_ms, self.rating, self.merged_into = deadline_of(issue), None, None
        self.came_too_late, self.suspended, self.holder = set(), None, "supervisor"
        for step in sorted(steps, key=lambda one: (mark_order(one["marks"][0])[0], one["id"])):
            self.take(step)

    @property
    def first(self):
        return self.units[0] if self.units else None

    def take(self, step):
        name, unit = value(step, "step"), value(step, "for_unit")
        row = self.rows.get(name)
        if row is None:
            return
        late = self.state not in row["may_follow"]
        late = late or (name in ("pass_on", "hand_back") and unit != self.first)
        late = late or (name == "sign" and unit not in self.units)
        if late:
            self.came_too_late.add(step["id"])
            return
        if self.effect(name, unit, step):
            return
        if row["leads_to"]:
            self.state, self.deadline_ms = row["leads_to"], deadline_of(step)
        self.holder = self.holder_now()

    def effect(self, name, unit, step):
        """FOLD-4; true where there is no more to it."""
        happened = read_time(value(step, "happened_at"))
        if name in ("dispatch", "pass_on"):
            self.units = list(value(step, "to") or [])
            self.keepers = self.signed | set(self.units)
        elif name == "sign":
            self.signed.add(unit)
            return unit != self.first
        elif name == "handle":
            return unit != self.first
        elif name == "hand_back":
            self.units = []
        elif name == "suspend":
            left = None if self.deadline_ms is None else max(self.deadline_ms - happened, 0)
            self.suspended = (self.state, left)
        elif name == "resume" and self.suspended:
            self.state, left = self.suspended
            self.deadline_ms, self.suspended = (None if left is None else happened + left), None
        elif name == "grant_time" and value(step, "due"):
            self.deadline_ms = read_time(value(step, "due"))
        elif name == "escalate":
            self.level = LEVELS[min(LEVELS.index(self.level) + 1, 2)]
        elif name == "rate":
            self.rating = value(step, "rating")
        elif name == "merge":
            self.merged_into = value(step, "same_as")
        elif name == "reopen":
            self.rating, self.units = None, []
        return False

    def holder_now(self):
        if self.state in ("dispatched", "signed"):
            return {"unit": self.first} if self.first else "supervisor"
        if self.state == "closed":
            return "nobody" if self.rating else "reporter"
        return next((holder for holder, states in HOLDERS.items() if self.state in states.split()), "nobody")

    def said(self):
        return {
            "state": self.state,
            "level": self.level,
            "units": self.units,
            "keepers": sorted(self.keepers),
            "holder": self.holder,
            "deadline_ms": self.deadline_ms,
            "rating": self.rating,
            "merged_into": self.merged_into,
            "came_too_late": sorted(self.came_too_late),
        }
