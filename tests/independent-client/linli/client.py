"""A replica that saves offline and goes rounds with the relay (sections 14 to 21)."""

import os
import time
from urllib.parse import urlencode

from . import columns, merge, stamps
from .canonical import to_base64url
from .channels import BUCKETS, bucket, spelled, standing
from .edits import chain_ids, edit_id, tidy
from .keys import DeviceKey, enrol_text, is_signed, pin
from .link import read_link
from .store import Store
from .values import id_bytes, key_text, mint, read_key
from .wire import NotTheRelay, Problem, Relay, presented

MOST_EDITS = 200
MOST_COMPARED = 64
FEW_CURSORS = 16


class Replaced(Exception):
    """Another relay is at the address (EPOCH-2)."""


class Client:
    def __init__(self, path, schema, now_ms=lambda: time.time_ns() // 1_000_000):
        self.store, self.schema, self.machine_ms = Store(path), schema, now_ms
        self.author_tokens = {}
        address = self.store.fact("address")
        self.relay = address and self.relay_at(address)

    def relay_at(self, address):
        authority = self.store.fact("authority")
        return Relay(address, self.store.fact("token"), authority and bytes.fromhex(authority))

    def close(self):
        self.store.close()

    # --- enrolment ---

    def enrol(self, text, key=None):
        """ENROL-2 and ENROL-3: the answer counts only if the key of the link's pin signed it."""
        link = read_link(text)
        authority = presented(link["address"], link["certificate_pin"]) if link["certificate_pin"] else None
        return self.enrol_by(link, authority, key)

    def renew(self):
        """A clock that ran ahead starts afresh under a new number (STAMP-7)."""
        code = self.relay.call("POST", "/v1/renew")["code"]
        link = {"address": self.relay.address, "code": code, "pin": pin(self.store.fact("relay_key"))}
        self.enrol_by(link, self.relay.authority)
        with self.store:
            self.store.put_fact("clock", self.store.fact("seen", stamps.ZERO))

    def enrol_by(self, link, authority, key=None):
        """What was written under a former number stays, to be brought in the chain of the new one (CHAIN-7)."""
        key, nonce = key or DeviceKey(), to_base64url(os.urandom(16))
        relay = Relay(link["address"], None, authority)
        request = {"code": link["code"], "device_key": key.public, "nonce": nonce, "app_version": "independent"}
        answer = relay.call("POST", "/v1/enrol", request)
        text = enrol_text(nonce, key.public, answer["device"])
        if pin(answer["relay_key"]) != link["pin"] or not is_signed(answer["relay_key"], text.encode(), answer["proof"]):
            raise NotTheRelay("the relay's key is not that of the link")
        with self.store:
            facts = {name: answer[name] for name in ("device", "token", "epoch", "person", "relay_key")}
            facts |= {"address": link["address"], "secret": f"{key.secret:x}", "authority": authority and authority.hex()}
            for name, value in facts.items():
                self.store.put_fact(name, value)
        self.relay = self.relay_at(link["address"])
        return answer

    @property
    def person(self):
        return self.store.fact("person")["id"]

    @property
    def key(self):
        return DeviceKey(int(self.store.fact("secret"), 16))

    # --- saving (CLIENT-1) ---

    def now_ms(self):
        """CLIENT-5: the machine's clock as the relay's corrects it."""
        return self.machine_ms() + self.store.fact("offset", 0)

    def mint(self):
        return mint(self.now_ms(), os.urandom(10))

    def shown(self, kind, record):
        """What the relay said with own edits laid over it; None where that is nothing or deleted (CLIENT-3)."""
        state = self.state(kind, record)
        return None if state is None or merge.is_deleted(state) else state

    def state(self, kind, record):
        key = key_text(kind, record)
        held, own = self.store.relay_state(key), self.store.laid_over(key)
        return merge.overlay(self.schema, held[1], own) if held else merge.from_edits(self.schema, own)

    def value(self, kind, record, field):
        state = self.shown(kind, record)
        return state and merge.value(state, field)

    def save(self, kind, record, fields, create=False, seen=None, author=None):
        """Saves an edit over what is shown now, or over the stamps of `seen`; gives its number."""
        with self.store:
            state, clock = self.state(kind, record), self.store.clock()
            number, before = self.store.chain_end()
            unsettled = self.store.unsettled(key_text(kind, record))
            edit = {
                "kind": kind,
                "record": record,
                "create": create,
                "author": author or self.person,
                "device": self.store.fact("device"),
                "number": number + 1,
                "stamp": clock.tick(self.now_ms()),
                "fields": {
                    name: {"value": value, "bases": self.bases(state, unsettled, name, (seen or {}).get(name))}
                    for name, value in fields.items()
                },
            }
            edit = tidy(edit)
            code, faults = self.schema.check(edit)
            if code:
                raise ValueError(f"{code}: {faults}")
            self.store.put_fact("clock", clock.last)
            self.store.add_edit(edit, edit_id(edit, before))
        return edit["number"]

    def bases(self, state, unsettled, name, seen):
        """EDIT-3, EDIT-4 and EDIT-6."""
        if seen is None:
            seen = merge.shown_stamps(state, name) if state else []
            if name == "deleted" and state:
                marks = state["marks"] + [child["marks"][0] for child in self.below(state["kind"], state["id"])]
                seen = list(dict.fromkeys(seen + [mark["stamp"] for mark in marks]))
        bases = list(seen)
        for own in unsettled:
            if own["stamp"] in seen and name in own["fields"]:
                bases += [base for base in own["fields"][name].get("bases", ()) if base not in bases]
        return bases

    def below(self, kind, record):
        """The records shown that stand below one (DELETE-3)."""
        own = [key.partition(":")[::2] for (key,) in self.store.rows("SELECT DISTINCT key FROM edit WHERE accounted = 0")]
        keys = {*self.store.records(), *map(tuple, own)}
        states = (self.shown(*key) for key in sorted(keys) if key != (kind, record))
        return [state for state in states if state and (kind, record) in self.schema.above(state)]

    # --- a round (CLIENT-6) ---

    def round(self):
        store, offered, relearnt = self.store, 0, False
        while True:
            try:
                offered = self.push_all(offered)
                grants = store.fact("grants_version")
                if grants is None:
                    self.follow_grants(self.me())
                self.pull_all()
                break
            except Problem as problem:
                if problem.code != "epoch_changed" or relearnt:
                    raise
                relearnt = True
                self.follow_epoch(self.me(store.fact("epoch")))
                offered = 0
        self.compare_all()

    def heard(self, asked_ms, relay_ms):
        """CLIENT-5: moved by as little as makes the two clocks agree. A relay that doubts its clock says 0 (TIME-3)."""
        if relay_ms == 0:
            return
        heard_ms = max(self.machine_ms(), asked_ms)
        self.store.put_fact("offset", relay_ms - min(max(relay_ms, asked_ms), heard_ms))

    def me(self, epoch=None):
        return self.relay.call("GET", "/v1/me" + ("?" + urlencode({"epoch": epoch}) if epoch else ""))

    def push_request(self, after):
        before, edits = self.store.pending(after, MOST_EDITS)
        if not edits:
            return None
        numbers = edits[0]["number"], edits[-1]["number"]
        request = {"before": before, "edits": columns.pack_edits(edits), "decided": self.store.decided(*numbers)}
        erased = self.store.erased_ids(*numbers)
        if erased:
            request["erased"] = erased
        request["signature"] = self.key.sign(id_bytes(chain_ids(edits, before, erased)[-1]))
        request["author_tokens"] = self.author_tokens
        if self.store.fact("epoch"):
            request["epoch"] = self.store.fact("epoch")
        return numbers[1], request

    def push_all(self, offered):
        while True:
            pending = self.push_request(offered)
            if pending is None:
                return offered
            asked = self.machine_ms()
            answer = self.relay.call("POST", "/v1/push", pending[1])
            self.take_outcomes(answer, asked)
            offered = pending[0]

    def take_outcomes(self, answer, asked_ms):
        with self.store:
            self.heard(asked_ms, answer["now_ms"])
            for outcome in answer["outcomes"]:
                self.store.settle(outcome)

    def follow_grants(self, me):
        """PULL-10: the cursors become those of the grants."""
        wanted = [(grant["channel"], facet) for grant in me["grants"] for facet in grant["facets"]]
        with self.store:
            for cursor in self.store.cursors():
                if (cursor["channel"], cursor["facet"]) not in wanted:
                    self.store.drop_cursor(cursor["no"])
            held = {(cursor["channel"], cursor["facet"]) for cursor in self.store.cursors()}
            for channel, facet in wanted:
                if (channel, facet) not in held:
                    self.store.begin_cursor(channel, facet)
            self.store.put_fact("epoch", me["epoch"])
            self.store.put_fact("grants_version", me["grants_version"])

    def follow_epoch(self, me):
        """EPOCH-2 and EPOCH-3."""
        if me["epoch"] == self.store.fact("epoch"):
            return
        if me.get("restored") is None:
            raise Replaced()
        heads = {(head["channel"], head["facet"]): head["position"] for head in me["restored"]["heads"]}
        last = me["last"]["number"] if me.get("last") else 0
        with self.store:
            for cursor in self.store.cursors():
                head = heads.get((cursor["channel"], cursor["facet"]), 0)
                self.store.move_cursor(cursor["no"], min(cursor["position"], head), None)
            sql = "UPDATE edit SET refill = 1 WHERE number > ? AND fate IS NOT NULL AND fate <> 'later'"
            self.store.db.execute(sql, (last,))
            self.store.put_fact("epoch", me["epoch"])
        self.follow_grants(me)

    def pull_request(self, limit=None):
        cursors = [
            {name: cursor[name] for name in ("channel", "facet", "position", "digest")} for cursor in self.store.cursors()
        ]
        request = {"epoch": self.store.fact("epoch"), "cursors": cursors}
        return {**request, "limit": limit} if limit else request

    def pull_all(self, limit=None):
        has_news = False
        while True:
            request = self.pull_request(limit)
            if not has_news and len(request["cursors"]) > FEW_CURSORS:
                # PULL-6: mostly nothing moved.
                request = {"epoch": request["epoch"], "standing": standing(request["cursors"])}
            asked = self.machine_ms()
            page = columns.unfold_page(self.relay.call("POST", "/v1/pull", request))
            self.take_page(page, asked)
            has_news = page["more"]
            if page["grants_version"] != self.store.fact("grants_version"):
                self.follow_grants(self.me())
            elif not page["more"]:
                with self.store:
                    # Whom the relay does not name is at the head with the digest that was said (PULL-2).
                    self.store.db.execute("UPDATE cursor SET told = digest WHERE told IS NULL")
                return

    def take_page(self, page, asked_ms):
        """PULL-7, in one transaction."""
        with self.store:
            self.heard(asked_ms, page["now_ms"])
            self.see(page["records"])
            for record in page["records"]:
                self.store.put_record(record)
            held = [(self.store.cursor(one["channel"], one["facet"]), one) for one in page["channels"]]
            for cursor, channel in held:
                if cursor and channel["position"] < cursor["position"]:
                    self.store.load_anew(cursor["no"])
            held = [(cursor["no"], one) for cursor, one in held if cursor and one["position"] >= cursor["position"]]
            for no, channel in held:
                for key in channel["listed"]:
                    self.store.list(no, key)
            for no, channel in held:
                for key in channel["departed"]:
                    self.store.drop(no, key)
            for key in {key for _, channel in held for key in channel["erased"]}:
                self.store.forget(key)
            for no, channel in held:
                self.store.move_cursor(no, channel["position"], channel["digest"])
                if channel["digest"] is not None:
                    self.store.loaded_anew(no)

    def see(self, records):
        """STAMP-5; the greatest order received is kept for STAMP-7."""
        clock, seen = self.store.clock(), self.store.fact("seen", stamps.ZERO)
        for record in records:
            for mark in record["state"]["marks"]:
                seen = max(seen, mark.get("order", mark["stamp"]))
        clock.see(seen)
        self.store.put_fact("seen", seen)
        self.store.put_fact("clock", clock.last)

    # --- comparing (section 18) ---

    def differing(self):
        return [one for one in self.store.cursors() if one["told"] is not None and one["told"] != one["digest"]]

    def counted(self, no):
        sums = [0] * BUCKETS
        for key in self.store.listed(no):
            sums[bucket(read_key(key)[1])] += self.store.digest_of(key)
        return [spelled(sum_) for sum_ in sums]

    def compare_all(self):
        for cursor in self.differing():
            if cursor["left_alone"] == f"{cursor['position']}":
                continue
            for _ in range(MOST_COMPARED):
                if not self.compare(cursor):
                    break
            with self.store:
                # What still differs is looked at again when the head moves (COMPARE-3).
                sql = "UPDATE cursor SET left_alone = position WHERE no = ?"
                self.store.db.execute(sql, (cursor["no"],))

    def compare(self, cursor):
        """One question; whether another one makes sense."""
        no = cursor["no"]
        request = {name: cursor[name] for name in ("channel", "facet", "position")}
        request |= {"epoch": self.store.fact("epoch"), "buckets": self.counted(no)}
        answer = self.relay.call("POST", "/v1/compare", request)
        page = columns.unfold_page(answer["page"])
        if not answer["buckets"]:
            return False
        channel = page["channels"][0]
        with self.store:
            self.see(page["records"])
            for record in page["records"]:
                self.store.put_record(record, whatever_is_here=True)
            for key in channel["listed"]:
                self.store.list(no, key)
            for key in self.store.listed(no):
                if bucket(read_key(key)[1]) in answer["buckets"] and key not in channel["listed"]:
                    self.store.drop(no, key)
            sum_ = sum(self.store.digest_of(key) for key in self.store.listed(no))
            self.store.db.execute("UPDATE cursor SET digest = ? WHERE no = ?", (spelled(sum_), no))
        return page["more"]
