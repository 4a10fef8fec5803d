"""A replica on the disk: what the relay said, own edits, cursors. Everything that belongs together commits together."""

import json
import sqlite3

from . import stamps
from .channels import digest, read_digest, spelled
from .merge import value
from .values import key_text, read_key

TABLES = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS edit (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, body TEXT NOT NULL,
    outcome TEXT, fate TEXT, refill INTEGER NOT NULL DEFAULT 0, accounted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS edit_of ON edit (key);
CREATE TABLE IF NOT EXISTS record (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cursor (
    no INTEGER PRIMARY KEY, channel TEXT NOT NULL, facet TEXT NOT NULL, position INTEGER NOT NULL DEFAULT 0,
    digest TEXT NOT NULL, told TEXT, left_alone TEXT, UNIQUE (channel, facet)
);
CREATE TABLE IF NOT EXISTS entry (key TEXT NOT NULL, cursor INTEGER NOT NULL, PRIMARY KEY (key, cursor)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_of ON entry (cursor);
CREATE TABLE IF NOT EXISTS stale (key TEXT NOT NULL, cursor INTEGER NOT NULL, PRIMARY KEY (key, cursor)) WITHOUT ROWID;
"""
PENDING = "(fate IS NULL OR fate = 'later' OR refill = 1)"
NOTHING = spelled(0)


class Store:
    def __init__(self, path):
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None)
        # Saved means saved: also through a power cut (CLIENT-1).
        self.db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + TABLES)

    def close(self):
        self.db.close()

    def __enter__(self):
        self.db.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind, *_):
        self.db.execute("COMMIT" if kind is None else "ROLLBACK")

    def rows(self, sql, *given):
        return self.db.execute(sql, given).fetchall()

    def one(self, sql, *given):
        row = self.db.execute(sql, given).fetchone()
        return row[0] if row else None

    # --- facts ---

    def fact(self, name, default=None):
        text = self.one("SELECT value FROM fact WHERE name = ?", name)
        return default if text is None else json.loads(text)

    def put_fact(self, name, value):
        self.db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, json.dumps(value)))

    def clock(self):
        return stamps.Clock(self.fact("device"), self.fact("clock", stamps.ZERO))

    # --- own edits (CLIENT-2) ---

    def chain_end(self):
        rows = self.rows("SELECT number, id FROM edit ORDER BY number DESC LIMIT 1")
        return rows[0] if rows else (0, None)

    def add_edit(self, edit, edit_id):
        key = key_text(edit["kind"], edit["record"])
        row = (edit["number"], edit_id, key, json.dumps(edit))
        self.db.execute("INSERT INTO edit (number, id, key, body) VALUES (?, ?, ?, ?)", row)

    def pending(self, after, most):
        """The pending edits after a number, as a run without gaps, and the id before the first (PUSH-12)."""
        first = self.one(f"SELECT min(number) FROM edit WHERE number > ? AND {PENDING}", after)
        if first is None:
            return None, []
        before = self.one("SELECT id FROM edit WHERE number = ?", first - 1)
        rows = self.rows("SELECT body FROM edit WHERE number >= ? ORDER BY number LIMIT ?", first, most)
        return before, [json.loads(body) for (body,) in rows]

    def decided(self, first, last):
        """What became once of edits that are offered again (EPOCH-4)."""
        sql = "SELECT number, outcome FROM edit WHERE number BETWEEN ? AND ? AND refill = 1 AND outcome IS NOT NULL"
        return {str(number): json.loads(outcome) for number, outcome in self.rows(sql, first, last)}

    def count_pending(self):
        return self.one(f"SELECT count(*) FROM edit WHERE {PENDING}")

    def laid_over(self, key):
        sql = "SELECT id, body, outcome FROM edit WHERE key = ? AND accounted = 0 ORDER BY number"
        own = []
        for edit_id, body, outcome in self.rows(sql, key):
            one = {"id": edit_id, "edit": json.loads(body)}
            order = json.loads(outcome).get("order") if outcome else None
            own.append({**one, "order": order} if order else one)
        return own

    def unsettled(self, key):
        sql = f"SELECT body FROM edit WHERE key = ? AND accounted = 0 AND {PENDING} ORDER BY number"
        return [json.loads(body) for (body,) in self.rows(sql, key)]

    def settle(self, outcome):
        fate = outcome["result"]
        row = (json.dumps(outcome), fate, int(fate in ("refused", "erased")), outcome["edit"])
        sql = f"""UPDATE edit SET outcome = ?, fate = ?, refill = 0, accounted = max(accounted, ?)
            WHERE id = ? AND {PENDING} RETURNING key"""
        for (key,) in self.db.execute(sql, row).fetchall():
            held = self.relay_state(key)
            if fate == "erased":
                self.forget(key)
            elif held:
                self.account(key, *held)

    def forget(self, key):
        """Whatever is held of an erased record goes, also what own edits said of it (ERASE-2)."""
        for (no,) in self.rows("SELECT cursor FROM entry WHERE key = ?", key):
            self.drop(no, key)
        self.db.execute("DELETE FROM record WHERE key = ?", (key,))
        self.db.execute("UPDATE edit SET accounted = 1 WHERE key = ?", (key,))
        settled = "SELECT number, body FROM edit WHERE key = ? AND fate IS NOT NULL AND fate <> 'later'"
        for number, body in self.rows(settled, key):
            without = json.dumps({**json.loads(body), "fields": {}})
            self.db.execute("UPDATE edit SET body = ?, fate = 'erased' WHERE number = ?", (without, number))

    def erased_ids(self, first, last):
        """The ids of edits without words (ERASE-4)."""
        sql = "SELECT number, id FROM edit WHERE number BETWEEN ? AND ? AND fate = 'erased'"
        return {str(number): edit_id for number, edit_id in self.rows(sql, first, last)}

    def account(self, key, revision, state):
        """Edits that a copy shows are laid over it no longer (CLIENT-4)."""
        named = {mark["edit"] for mark in state["marks"]}
        sql = "SELECT number, id, outcome FROM edit WHERE key = ? AND accounted = 0 AND outcome IS NOT NULL"
        for number, edit_id, text in self.rows(sql, key):
            outcome = json.loads(text)
            shown = outcome.get("revision") is not None and outcome["revision"] <= revision
            if shown or (outcome["result"] == "waiting" and edit_id in named):
                self.db.execute("UPDATE edit SET accounted = 1 WHERE number = ?", (number,))

    def outcome(self, number):
        text = self.one("SELECT outcome FROM edit WHERE number = ?", number)
        return json.loads(text) if text else None

    # --- what the relay said ---

    def relay_state(self, key):
        rows = self.rows("SELECT revision, state FROM record WHERE key = ?", key)
        return (rows[0][0], json.loads(rows[0][1])) if rows else None

    def put_record(self, record, whatever_is_here=False):
        """Takes a copy unless one as new is held (PULL-8)."""
        state, revision = record["state"], record["revision"]
        key = key_text(state["kind"], state["id"])
        held = self.relay_state(key)
        if held and held[0] >= revision and not whatever_is_here:
            return
        self.account(key, revision, state)
        self.db.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (key, revision, json.dumps(state)))
        change = digest(state) - (digest(held[1]) if held else 0)
        for (no,) in self.rows("SELECT cursor FROM entry WHERE key = ?", key):
            self.change_digest(no, change)
        if state["kind"] == "held_edit" and value(state, "decision") is not None:
            # Decided: its author's edit is laid over no longer (RIGHT-4, CLIENT-4).
            self.db.execute("UPDATE edit SET accounted = 1 WHERE id = ?", (state["id"],))

    def keys(self, kind):
        return [key for (key,) in self.rows("SELECT key FROM record WHERE key >= ? AND key < ?", kind + ":", kind + ";")]

    # --- channels ---

    def cursors(self):
        names = ("no", "channel", "facet", "position", "digest", "told", "left_alone")
        return [dict(zip(names, row)) for row in self.rows(f"SELECT {', '.join(names)} FROM cursor ORDER BY no")]

    def cursor(self, channel, facet):
        return next((one for one in self.cursors() if (one["channel"], one["facet"]) == (channel, facet)), None)

    def begin_cursor(self, channel, facet):
        self.db.execute("INSERT INTO cursor (channel, facet, digest) VALUES (?, ?, ?)", (channel, facet, NOTHING))

    def move_cursor(self, no, position, told):
        self.db.execute("UPDATE cursor SET position = ?, told = ? WHERE no = ?", (position, told, no))

    def change_digest(self, no, change):
        held = read_digest(self.one("SELECT digest FROM cursor WHERE no = ?", no))
        self.db.execute("UPDATE cursor SET digest = ? WHERE no = ?", (spelled(held + change), no))

    def digest_of(self, key):
        held = self.relay_state(key)
        return digest(held[1]) if held else 0

    def load_anew(self, no):
        """From the start, while every row stays in use (PULL-13)."""
        self.db.execute("DELETE FROM stale WHERE cursor = ?", (no,))
        self.db.execute("INSERT INTO stale SELECT key, cursor FROM entry WHERE cursor = ?", (no,))
        self.move_cursor(no, 0, None)

    def loaded_anew(self, no):
        """At the head: what was not listed again leaves."""
        for (key,) in self.rows("SELECT key FROM stale WHERE cursor = ?", no):
            self.drop(no, key)
        self.db.execute("DELETE FROM stale WHERE cursor = ?", (no,))

    def list(self, no, key):
        self.db.execute("DELETE FROM stale WHERE key = ? AND cursor = ?", (key, no))
        if self.db.execute("INSERT OR IGNORE INTO entry VALUES (?, ?)", (key, no)).rowcount:
            self.change_digest(no, self.digest_of(key))

    def drop(self, no, key):
        """Takes a record off a list; without any it leaves this replica (PULL-9)."""
        if self.db.execute("DELETE FROM entry WHERE key = ? AND cursor = ?", (key, no)).rowcount:
            self.change_digest(no, -self.digest_of(key))
        if self.one("SELECT count(*) FROM entry WHERE key = ?", key) == 0:
            self.db.execute("DELETE FROM record WHERE key = ?", (key,))

    def listed(self, no):
        return [key for (key,) in self.rows("SELECT key FROM entry WHERE cursor = ?", no)]

    def drop_cursor(self, no):
        for key in self.listed(no):
            self.drop(no, key)
        self.db.execute("DELETE FROM cursor WHERE no = ?", (no,))

    def records(self):
        """Everything that is held, by key."""
        return {read_key(key): json.loads(state) for key, state in self.rows("SELECT key, state FROM record")}
