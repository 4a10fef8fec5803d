"""Saving without a network, and sending."""

import shutil

from linli import merge, stamps
from linli.values import read_key
from linli.wire import Problem, Unreachable

from .stage import agree, fails, step

STEPS = []


def home(stage):
    """Somebody of Wang Wei's grid with their household and dwelling."""
    for (kind, record), state in sorted(stage.wangwei.store.records().items()):
        if kind == "residence" and merge.value(state, "until") is None:
            resident, household = merge.value(state, "resident"), merge.value(state, "household")
            dwelling = stage.wangwei.value("household", household, "dwelling")
            if dwelling and stage.wangwei.value("resident", resident, "minor") is not True:
                return resident, household, dwelling
    raise AssertionError("nobody lives here")


@step(STEPS, "edits are saved offline and survive a restart", "CLIENT-1", "CLIENT-2", "CLIENT-3", "STAMP-5", "EDIT-1", "EDIT-3", "EDIT-4")
def offline(stage):
    client = stage.wangwei
    resident, household, _ = stage.found["home"] = home(stage)
    held = client.store.relay_state(f"resident:{resident}")[1]
    stage.relay.stop()
    first = client.save("resident", resident, {"phone": "10000000001"})
    second = client.save("resident", resident, {"phone": "10000000002", "other_names:小名": True})
    need = stage.found["need"] = client.mint()
    category = next(id_ for (kind, id_), one in client.store.records().items() if kind == "category" and merge.value(one, "group") == "need")
    stage.found["category"] = category
    words = {"household": household, "category": category, "words": "买菜", "urgency": "soon", "state": "open"}
    client.save("need", need, words, create=True)
    fails(ValueError, lambda: client.save("resident", resident, {"gender": "none of these"}))
    fails(Unreachable, client.round)
    client = stage.client("wangwei")
    assert client.store.count_pending() == 3 and client.value("resident", resident, "phone") == "10000000002"
    edits = {one["number"]: one for one in client.store.pending(0, 9)[1]}
    assert list(edits) == [first, second, second + 1]
    shown = merge.shown_stamps(held, "phone")
    assert edits[first]["fields"]["phone"].get("bases", []) == shown
    assert edits[second]["fields"]["phone"]["bases"] == [edits[first]["stamp"], *shown], "its own edit's bases too"
    seen = max(mark.get("order", mark["stamp"]) for one in client.store.records().values() for mark in one["marks"])
    assert all(edit["stamp"] > seen for edit in edits.values())


@step(STEPS, "an answer is lost: the same push again hears the same", "HTTP-6", "CHAIN-6", "PUSH-2", "PUSH-12", "CLIENT-4")
def lost_answer(stage):
    stage.relay.start()
    client = stage.wangwei
    last, request = client.push_request(0)
    lost = client.relay.call("POST", "/v1/push", request)
    assert [one["result"] for one in lost["outcomes"]] == ["merged"] * 3
    again = client.relay.call("POST", "/v1/push", request)
    assert again["outcomes"] == lost["outcomes"]
    client.push_all(0)
    key = f"resident:{stage.found['home'][0]}"
    assert [client.store.outcome(number) for number in range(last - 2, last + 1)] == lost["outcomes"]
    assert len(client.store.laid_over(key)) == 2, "laid over until a copy shows them"
    client.round()
    assert client.store.laid_over(key) == [] and client.value(*read_key(key), "phone") == "10000000002"
    agree(client, stage.lina)
    assert stage.lina.value(*read_key(key), "phone") == "10000000002"


@step(STEPS, "an edit behind a refused one, and one that the schema of the relay does not know", "PUSH-3", "PUSH-4", "CLIENT-4")
def refused(stage):
    client, resident = stage.wangwei, stage.found["home"][0]
    newer = client.schema
    newer.fields["resident"]["shoe_size"] = {"name": "shoe_size", "rule": "latest", "type": {"name": "int"}, "optional": True}
    bad = client.save("resident", resident, {"shoe_size": 42})
    good = client.save("resident", resident, {"reading": "fang"})
    assert client.value("resident", resident, "shoe_size") == 42
    agree(client)
    del newer.fields["resident"]["shoe_size"]
    outcome = client.store.outcome(bad)
    assert (outcome["result"], outcome["code"]) == ("refused", "unknown_field")
    assert client.value("resident", resident, "shoe_size") is None, "laid over no longer"
    assert client.store.one("SELECT count(*) FROM edit WHERE number = ?", bad) == 1, "and kept"
    assert client.store.outcome(good)["result"] == "merged"


@step(STEPS, "a machine whose clock is two hours behind", "CLIENT-5", "STAMP-6")
def clock(stage):
    behind = stage.enrol("behind", "wangwei", now_ms=lambda: stage.wangwei.machine_ms() - 7_200_000)
    resident = stage.found["home"][0]
    behind.pull_all() if behind.store.fact("grants_version") else behind.round()
    offset = behind.store.fact("offset")
    assert 7_190_000 < offset < 7_210_000, offset
    number = behind.save("resident", resident, {"reading": "fāng"})
    before = behind.store.pending(0, 9)[1][0]["stamp"]
    assert abs(stamps.parts(before)[0] - stage.wangwei.machine_ms()) < 60_000
    behind.machine_ms = stage.wangwei.machine_ms
    agree(behind)
    assert abs(behind.store.fact("offset")) < 5_000
    body = behind.store.one("SELECT body FROM edit WHERE number = ?", number)
    assert before in body, "a saved stamp is never corrected"
    agree(stage.wangwei, stage.lina)


@step(STEPS, "a clone: its push is not taken, both enrol again, and nothing is lost or doubled", "CHAIN-5", "CHAIN-7")
def clone(stage):
    client, resident = stage.behind, stage.found["home"][0]
    client.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(client.store.path, stage.path("clone.db"))
    copy = stage.client("clone")
    client.save("resident", resident, {"reading": "fang"})
    agree(client)
    copy.save("resident", resident, {"reading": "fàng"})
    fails(Problem, copy.round, status=409, code="chain_broken")
    assert copy.store.count_pending() == 1, "what it wrote is still there"
    for one in (client, copy):
        assert one.me()["enrol_again"] is True
        before = one.store.fact("device")
        one.enrol(stage.relay.code("--person", "wangwei"))
        assert one.store.fact("device") != before and "enrol_again" not in one.me()
        one.save("resident", resident, {"gender": "female"})
        agree(one)
    agree(client, stage.wangwei)
    state = stage.wangwei.shown("resident", resident)
    said = [merge.value(state, "reading"), *merge.open_sides(client.schema, state).get("reading", [])]
    assert sorted(said) == ["fang", "fàng"], "what both had written, once each"
    stage.wangwei.save("resident", resident, {"reading": "fang"}, seen={"reading": merge.all_stamps(state, "reading")})
    agree(stage.wangwei, client, copy)


@step(STEPS, "a clock that ran ten days ahead starts afresh under a new number", "STAMP-7")
def ahead(stage):
    machine = stage.wangwei.machine_ms
    client = stage.enrol("ahead", "wangwei", now_ms=lambda: machine() + 864_000_000)
    fields = {"about": "app", "words": "字太小", "state": "open"}
    first = client.save("complaint", client.mint(), fields, create=True)
    agree(client)
    assert client.store.outcome(first)["order"] < client.store.clock().last
    assert stamps.parts(client.store.clock().last)[0] > client.now_ms() + 60_000
    client.renew()
    client.save("complaint", client.mint(), fields, create=True)
    body = client.store.pending(0, 9)[1][0]
    assert abs(stamps.parts(body["stamp"])[0] - machine()) < 60_000, "the next stamp is of today"
    agree(client)
    assert "order" not in client.store.outcome(body["number"])
