#!/usr/bin/env python3
"""Holds this client to every vector of sync-protocol/vectors, and sees that what must be refused is refused."""

import hashlib
import hmac
import json
import os
import sys

from linli import Refused, canonical, channels, columns, conflicts, edits, keys, link, merge, stamps, values
from linli.canonical import canonical as spell
from linli.canonical import same, sha256, to_base64url
from linli.folds import Issue
from linli.grants import Places, console_grants, grants
from linli.routes import Placing
from linli.schema import Schema

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../sync-protocol/vectors")
SCHEMA = Schema(os.path.join(FOLDER, "schema.json"))

# What reads each thing that a vector says is to be refused.
READERS = {
    "stamp": stamps.parts,
    "value": values.read_json,
    "key": values.read_key,
    "time": values.read_time,
    "day": values.read_day,
    "channel": channels.read_channel,
    "edits": columns.unfold_edits,
    "page": columns.unfold_page,
    "link": link.read_link,
}


def read(name):
    with open(os.path.join(FOLDER, name + ".json"), encoding="utf-8") as file:
        return values.read_json(file.read())


def equal(given, wanted, what):
    if not same(given, wanted):
        raise AssertionError(f"{what}:\n  given  {given}\n  wanted {wanted}")


def refused(vector):
    try:
        READERS[vector["as"]](vector["refuse"])
    except (Refused, KeyError, TypeError):
        return
    raise AssertionError(f"not refused: {vector}")


def stamp(vector):
    if "text" in vector:
        ms, counter, device = stamps.parts(vector["text"])
        equal([ms, counter, device], [vector[name] for name in ("ms", "counter", "device")], "parts of a stamp")
        equal(stamps.stamp(ms, counter, device), vector["text"], "a stamp")
        equal(vector["text"], vector["bytes"], "the bytes of a stamp are its digits")
    elif "sorted" in vector:
        equal(sorted(reversed(vector["sorted"])), vector["sorted"], "stamps in order")
    else:
        clock = stamps.Clock(vector["device"])
        for step in vector["steps"]:
            if "sees" in step:
                clock.see(step["sees"])
            else:
                equal(clock.tick(step["now"]), step["gives"], vector["name"])


def value(vector):
    if "json" in vector:
        equal(spell(values.read_json(vector["json"])).decode(), vector["json"], "a value")
    elif "sorted" in vector:
        equal(sorted(reversed(vector["sorted"]), key=values.sort_key), vector["sorted"], "values in order")
    elif "uuid8" in vector:
        equal(canonical.uuid8(bytes.fromhex(vector["bytes"])), vector["uuid8"], "uuid8")
    elif "uuid7" in vector:
        equal(values.mint(vector["ms"], bytes.fromhex(vector["random"])), vector["uuid7"], "uuid7")
        assert values.is_id(vector["uuid7"]) and not values.is_id(vector["uuid7"].replace("-", ""))
    elif "key" in vector:
        equal(values.key_text(vector["kind"], vector["id"]), vector["key"], "a key")
        equal(values.read_key(vector["key"]), [vector["kind"], vector["id"]], "a key, read")
    else:
        equal(values.time_text(vector["ms"]), vector["time"], "a time")
        equal(values.read_time(vector["time"]), vector["ms"], "a time, read")
        equal(values.day_of(vector["ms"]), vector["day"], "a day")


def canonical_bytes(vector):
    equal(spell(vector["value"]).decode(), vector["canonical"], "canonical")
    equal(sha256(spell(vector["value"])).hex(), vector["sha256"], "its hash")


def edit(vector):
    ids = edits.chain_ids(vector["edits"], vector["before"])
    if "refuse" in vector:
        assert ids[-1] != vector["last"], vector["name"]
        return
    equal(ids, vector["ids"], vector["name"])
    equal([spell(edits.tidy(one)).decode() for one in vector["edits"]], vector["canonical"], vector["name"])


def check(vector):
    code, faults = SCHEMA.check(vector["edit"])
    equal([code, faults], [vector["code"], vector["faults"]], vector["name"])


def merged(vector):
    accepted = vector["accepted"]
    for _ in accepted:
        accepted = accepted[1:] + accepted[:1]
        equal(merge.from_edits(SCHEMA, accepted + accepted[:1]), vector["state"], vector["name"])
    state = vector["state"]
    if state is None:
        return
    equal(merge.open_sides(SCHEMA, state), vector["open_sides"], vector["name"])
    equal({name: merge.shown_stamps(state, name) for name in state["fields"]}, vector["shown_stamps"], vector["name"])
    equal({name: merge.elements(state, name) for name in vector["sets"]}, vector["sets"], vector["name"])
    equal(channels.spelled(channels.digest(state)), vector["digest"], vector["name"])


def conflict(vector):
    equal(conflicts.conflict_id(vector["record"], vector["field"]), vector["id"], "the id of a conflict")
    if vector["field"] == "deleted":
        found = conflicts.deletion_conflict(SCHEMA, vector["accepted"], vector["children"])
    else:
        found = conflicts.field_conflict(vector["accepted"], vector["field"])
    equal(found, vector["conflict"], vector["name"])
    equal(merge.is_deleted(merge.from_edits(SCHEMA, vector["accepted"])), vector["is_deleted"], vector["name"])


def history(vector):
    accepted = vector["accepted"]
    state = merge.from_edits(SCHEMA, accepted)
    equal(state, vector["state"], vector["name"])
    equal(channels.spelled(channels.digest(state)), vector["digest"], vector["name"])
    equal(conflicts.field_conflict(accepted, "phone"), vector["phone"], vector["name"])
    equal(conflicts.deletion_conflict(SCHEMA, accepted), vector["deleted"], vector["name"])


def channel(vector):
    if "sorted" in vector:
        wanted = vector["sorted"]
        at = (lambda one: channels.sort_key(one)) if vector["of"] == "channels" else channels.FACETS.index
        equal(sorted(reversed(wanted), key=at), wanted, "channels in order")
    elif "state" in vector:
        equal(channels.spelled(channels.digest(vector["state"])), vector["digest"], "a digest")
        equal(channels.bucket(vector["state"]["id"]), vector["bucket"], "a bucket")
    elif "sum" in vector:
        sum_ = channels.total(map(channels.read_digest, vector["digests"]))
        equal(channels.spelled(sum_), vector["sum"], "a sum of digests")
    else:
        equal(channels.standing(list(reversed(vector["cursors"]))), vector["standing"], "a standing")


class Routes:
    placing = None

    def __call__(self, vector):
        if "town" in vector:
            town = {(one["kind"], one["id"]): one for one in vector["town"]}
            self.placing = Placing(SCHEMA, vector["district"], town)
            return
        at, facet = self.placing.place(values.read_key(vector["record"]))
        equal([sorted(at), facet], [sorted(vector["channels"]), vector["facet"]], vector["record"])


class Grants:
    places = None

    def __call__(self, vector):
        if "places" in vector:
            self.places = Places(**vector["places"])
        elif "console" in vector:
            equal(console_grants(vector["console"], self.places), vector["grants"], vector["name"])
        else:
            given = grants(vector["person"], [vector], vector["day"], self.places)
            equal(given, vector["grants"], vector["name"])


def fold(vector):
    equal(Issue(SCHEMA, vector["issue"], vector["steps"]).said(), vector["fold"], vector["name"])


def column(vector):
    if "packed_edits" in vector:
        equal(columns.unfold_edits(vector["packed_edits"]), vector["edits"], vector["name"])
        equal(columns.pack_edits(vector["edits"]), vector["packed_edits"], vector["name"])
        return
    page = columns.unfold_page(vector["packed"])
    by_key = lambda records: sorted(records, key=lambda one: (one["state"]["kind"], one["state"]["id"]))
    equal(by_key(page["records"]), by_key(vector["records"]), vector["name"])
    equal(page["channels"], vector["channels"], vector["name"])


def proof(vector):
    if "device_key" in vector:
        equal(keys.enrol_text(vector["nonce"], vector["device_key"], vector["device"]), vector["text"], "enrolment")
    elif "relay_key" in vector:
        equal(keys.pin(vector["relay_key"]), vector["pin"], "a pin")
    elif "time_ms" in vector:
        equal(keys.time_text(vector["nonce"], vector["time_ms"]), vector["text"], "a time")
    elif "der" in vector:
        equal(sha256(bytes.fromhex(vector["der"])).hex(), vector["pin"], "a certificate's pin")
    else:
        equal(keys.trust_text(vector["authorities"], vector["as_of_ms"]), vector["text"], "a word on authorities")


def links(vector):
    equal(link.read_link(vector["link"]), vector["parts"], "a link")


class Exchanges:
    """What a client has to make of each recorded answer."""

    def __init__(self, file):
        self.keys = {one["device"]: one for one in file["devices"]}
        self.receipt_key = bytes.fromhex(file["receipt_key"])

    def __call__(self, vector):
        call, request, answer = vector["call"], vector["request"], vector["answer"]
        if vector["status"] != 200:
            assert answer["status"] == vector["status"] and answer["code"] in STATUS, vector["name"]
            if call == "POST /v1/push" and answer["code"] == "signature_invalid":
                assert not self.signed(vector), vector["name"]
        elif call == "POST /v1/enrol":
            text = keys.enrol_text(request["nonce"], request["device_key"], answer["device"])
            assert keys.is_signed(answer["relay_key"], text.encode(), answer["proof"]), vector["name"]
        elif call == "POST /v1/push":
            sent = columns.unfold_edits(request["edits"])
            equal([one["edit"] for one in answer["outcomes"]], edits.chain_ids(sent, request["before"]), vector["name"])
            equal([one["number"] for one in answer["outcomes"]], [one["number"] for one in sent], vector["name"])
            assert not sent or self.signed(vector), vector["name"]
            for outcome in answer["outcomes"]:
                equal(outcome.get("receipt"), self.receipt(outcome), vector["name"])
        elif call in ("POST /v1/pull", "POST /v1/compare"):
            self.page(columns.unfold_page(answer if call == "POST /v1/pull" else answer["page"]), vector)

    def signed(self, vector):
        request = vector["request"]
        ids = edits.chain_ids(columns.unfold_edits(request["edits"]), request["before"])
        key = self.keys[vector["device"]]["device_key"]
        assert keys.DeviceKey(int(self.keys[vector["device"]]["secret"], 16)).public == key
        return keys.is_signed(key, values.id_bytes(ids[-1]), request["signature"])

    def receipt(self, outcome):
        if outcome["result"] == "later":
            return None
        sealed = {name: one for name, one in outcome.items() if name not in ("receipt", "revision")}
        return to_base64url(hmac.new(self.receipt_key, spell(sealed), hashlib.sha256).digest()[:16])

    def page(self, page, vector):
        at = {values.key_text(one["state"]["kind"], one["state"]["id"]): one["state"] for one in page["records"]}
        for channel in page["channels"]:
            assert all(key in at for key in channel["listed"]), vector["name"]
            # Whoever began at nothing holds just what the page lists.
            begun = [one for one in vector["request"].get("cursors", []) if one["channel"] == channel["channel"]]
            if "buckets" in vector["request"] or (begun and begun[0]["position"] == 0 and not channel["departed"]):
                if channel["digest"] is not None:
                    total = channels.total(channels.digest(at[key]) for key in channel["listed"])
                    equal(channels.spelled(total), channel["digest"], vector["name"])


def code(vector):
    STATUS[vector["code"]] = vector["status"]
    assert 400 <= vector["status"] < 600


STATUS = {}


def mutated():
    """Vectors that were good, changed in one place: none may come through as if nothing had happened."""
    merged_ = next(one for one in read("merges")["vectors"] if one["name"] == "two who did not see each other")
    chain = read("edits")["vectors"][0]
    packed = next(one for one in read("columns")["vectors"] if one["name"].startswith("a page"))
    exchange = next(one for one in read("exchanges")["vectors"] if one["name"] == "a morning's edits")
    signed = Exchanges(read("exchanges"))
    enrolled = read("exchanges")["vectors"][0]

    def changed(vector, *path, to):
        copy = json.loads(json.dumps(vector))
        at = copy
        for name in path[:-1]:
            at = at[name]
        at[path[-1]] = to
        return copy

    settled = merged_["accepted"][1]["edit"]["stamp"]
    wrong = "ffffffff-ffff-8fff-bfff-ffffffffffff"
    outcome = ("answer", "outcomes", 0)
    return [
        (merged, changed(merged_, "accepted", 1, "edit", "fields", "phone", "value", to="other")),
        (merged, changed(merged_, "accepted", 2, "order", to="0" * 24)),
        (merged, changed(merged_, "accepted", 2, "edit", "fields", "phone", "bases", to=[settled])),
        (merged, changed(merged_, "state", "marks", 0, "author", to=wrong)),
        (merged, changed(merged_, "digest", to="0" * 32)),
        (edit, changed(chain, "before", to=wrong)),
        (edit, changed(chain, "edits", 0, "number", to=2)),
        (edit, changed(chain, "edits", 1, "fields", "phone", "value", to="")),
        (edit, changed(chain, "ids", 2, to=wrong)),
        (column, changed(packed, "packed", "channels", 0, "departed", to=[1, [2]])),
        (column, changed(packed, "packed", "records", 1, "revisions", to=[1, 1])),
        (column, changed(packed, "packed", "records", 0, "marks", to=[2])),
        (signed, changed(exchange, "request", "signature", to="A" * 86)),
        (signed, changed(exchange, *outcome, "edit", to=wrong)),
        (signed, changed(exchange, *outcome, "receipt", to="A" * 22)),
        (signed, changed(exchange, *outcome, "result", to="conflict")),
        (signed, changed(enrolled, "answer", "device", to=99)),
        (signed, changed(enrolled, "answer", "relay_key", to=enrolled["request"]["device_key"])),
    ]


def main():
    exchanges = read("exchanges")
    tries = [
        ("errors", code),
        ("stamps", stamp),
        ("values", value),
        ("canonical", canonical_bytes),
        ("edits", edit),
        ("checks", check),
        ("merges", merged),
        ("histories", history),
        ("conflicts", conflict),
        ("channels", channel),
        ("routes", Routes()),
        ("grants", Grants()),
        ("folds", fold),
        ("columns", column),
        ("proofs", proof),
        ("links", links),
        ("exchanges", Exchanges(exchanges)),
    ]
    passed = refusals = 0
    for name, try_ in tries:
        for vector in read(name)["vectors"]:
            if "refuse" in vector and vector["as"] in READERS:
                refused(vector)
                refusals += 1
            else:
                try_(vector)
                passed += 1
    changed = mutated()
    for try_, vector in changed:
        try:
            try_(vector)
        except (AssertionError, Refused):
            continue
        raise AssertionError(f"a changed vector came through: {vector}")
    print(f"vectors: {passed} as the page says, {refusals} refused as they must be, {len(changed)} changed ones noticed")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"a vector is not as the page says: {error}")
