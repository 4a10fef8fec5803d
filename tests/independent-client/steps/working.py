"""Two who do not see each other, deletion, and what is left between the relay's copy and ours."""

import threading

from linli import merge
from linli.conflicts import conflict_id
from linli.schema import Schema
from linli.wire import Problem

from .stage import SCHEMA, agree, fails, step

STEPS = []


def conflict_of(client, key, field):
    return client.shown("conflict", conflict_id(key, field))


@step(STEPS, "a conflict is seen on both, and settled", "EDIT-3", "MERGE-1", "MERGE-3", "CONFLICT-1", "CONFLICT-2", "CONFLICT-4", "PUSH-5")
def conflict(stage):
    wangwei, lina = stage.wangwei, stage.lina
    resident = stage.found["home"][0]
    key = f"resident:{resident}"
    agree(wangwei, lina)
    wangwei.save("resident", resident, {"phone": "10000000010"})
    number = lina.save("resident", resident, {"phone": "10000000020"})
    agree(wangwei)
    agree(lina)
    agree(wangwei)
    assert lina.store.outcome(number)["result"] == "conflict"
    for client in (wangwei, lina):
        state = client.shown("resident", resident)
        values = [merge.value(state, "phone"), *merge.open_sides(client.schema, state)["phone"]]
        assert values == ["10000000020", "10000000010"], values
        record = conflict_of(client, key, "phone")
        sides = merge.value(record, "sides")
        assert [side["value"] for side in sides] == values and merge.value(record, "settled") is None
        assert [side["stamp"] for side in sides] == merge.all_stamps(state, "phone")
    state = lina.shown("resident", resident)
    lina.save("resident", resident, {"phone": "10000000010"}, seen={"phone": merge.all_stamps(state, "phone")})
    agree(lina, wangwei)
    for client in (wangwei, lina):
        state = client.shown("resident", resident)
        assert merge.value(state, "phone") == "10000000010" and not merge.open_sides(client.schema, state)
        assert merge.value(conflict_of(client, key, "phone"), "settled")["value"] == "10000000010"


@step(STEPS, "deleted by the one, changed by the other, restored", "EDIT-6", "DELETE-1", "DELETE-2")
def deletion(stage):
    wangwei, lina, need = stage.wangwei, stage.lina, stage.found["need"]
    wangwei.save("need", need, {"words": "买菜和药"})
    agree(wangwei, lina)
    lina.save("need", need, {"deleted": True})
    agree(lina)
    assert conflict_of(lina, f"need:{need}", "deleted") is None, "who knew all there was is no side"
    wangwei.save("need", need, {"words": "不用了"})
    agree(wangwei, lina)
    for client in (wangwei, lina):
        assert client.shown("need", need) is None
        sides = merge.value(conflict_of(client, f"need:{need}", "deleted"), "sides")
        assert [(side["value"], side.get("changed")) for side in sides] == [(True, None), (False, ["words"])]
    stamps = [side["stamp"] for side in sides]
    lina.save("need", need, {"deleted": False}, seen={"deleted": stamps})
    agree(lina, wangwei)
    assert wangwei.value("need", need, "words") == "不用了"


@step(STEPS, "what stands below a deleted record, known and unknown to who deleted it", "EDIT-6", "DELETE-3")
def below(stage):
    wangwei, lina, need = stage.wangwei, stage.lina, stage.found["need"]
    home = stage.found["home"][1]
    agree(wangwei, lina)
    new = lina.mint()
    fields = {"household": home, "category": stage.found["category"], "words": "修灯", "urgency": "soon", "state": "open"}
    lina.save("need", new, fields, create=True)
    lina.save("attachment", lina.mint(), attachment(f"need:{new}", lina), create=True)
    agree(lina, wangwei)
    photo = wangwei.mint()
    wangwei.save("attachment", photo, attachment(f"need:{new}", wangwei), create=True)
    lina.save("need", new, {"deleted": True})
    agree(lina, wangwei)
    agree(lina)
    sides = merge.value(conflict_of(lina, f"need:{new}", "deleted"), "sides")
    assert [side.get("changed") for side in sides] == [None, ["child:attachment"]], "the one she did not know"
    assert sides[1]["stamp"] == wangwei.shown("attachment", photo)["marks"][0]["stamp"]
    lina.save("need", new, {"deleted": False}, seen={"deleted": [side["stamp"] for side in sides]})
    agree(lina, wangwei)
    assert wangwei.value("need", new, "words") == "修灯" and wangwei.value("need", need, "words") == "不用了"


def attachment(about, client):
    name = client.mint().replace("-", "") * 2
    return {"about": about, "use": "photo", "sha256": name, "media_type": "image/jpeg", "bytes": 7, "place_kept": False}


@step(STEPS, "who changed what of a record", "HISTORY-1")
def history(stage):
    resident = stage.found["home"][0]
    ask = lambda client: client.relay.call("GET", f"/v1/records/resident/{resident}/history")
    said = ask(stage.lina)
    phones = [one["fields"]["phone"] for one in said["changes"] if "phone" in one["fields"]]
    assert phones[0]["after"] == "10000000010" and phones[0]["before"] == "10000000020"
    assert said["changes"][-1]["created"] is True and said["earlier"] == 0
    times = [one["at_ms"] for one in said["changes"]]
    assert times == sorted(times, reverse=True) and {one["author"] for one in said["changes"]} >= {stage.wangwei.person}
    fails(Problem, lambda: ask(stage.xuli), status=404, code="not_there")


@step(STEPS, "the relay tells when something moves", "CHANGES-1")
def changes(stage):
    heard, came = [], threading.Event()

    def listen():
        for event, heads in stage.lina.relay.changes():
            heard.append((event, heads))
            came.set()
            if len(heard) > 1:
                return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert came.wait(10), "the first event comes at once"
    came.clear()
    stage.wangwei.save("resident", stage.found["home"][0], {"reading": "fang fang"})
    stage.wangwei.round()
    assert came.wait(10), "and another with the change"
    listener.join(10)
    (first, before), (second, after) = heard
    assert first == second == "heads" and before["grants_version"] == stage.lina.store.fact("grants_version")
    at = lambda heads: {(one["channel"], one["facet"]): one["position"] for one in heads["heads"]}
    grid = ("grid:" + stage.found["grid"], "personal")
    assert at(after)[grid] > at(before)[grid]
    assert set(at(after)) == {(one["channel"], one["facet"]) for one in stage.lina.store.cursors()}
    agree(stage.lina, stage.wangwei)


@step(STEPS, "rows that were damaged are compared and healed", "PULL-11", "COMPARE-1", "COMPARE-2", "COMPARE-3", "DIGEST-3")
def damage(stage):
    client, resident = stage.wangwei, stage.found["home"][0]
    key = f"resident:{resident}"
    revision, good = client.store.relay_state(key)
    cursor = client.store.cursor("grid:" + stage.found["grid"], "personal")
    dropped = next(one for one in client.store.listed(cursor["no"]) if one.startswith("visit:"))
    with client.store:
        # A value that changed behind our back, a record that is gone, and one that nobody ever sent.
        spoilt = {"revision": revision + 1_000, "state": {**good, "fields": {**good["fields"], "phone": [[0, "spoilt"]]}}}
        client.store.put_record(spoilt)
        client.store.drop(cursor["no"], dropped)
        stray = {"revision": 1, "state": {**good, "id": client.mint()}}
        client.store.put_record(stray)
        client.store.list(cursor["no"], f"resident:{stray['state']['id']}")
    agree(client, counted=True)
    assert client.store.relay_state(key) == (revision, good)
    assert client.store.relay_state(dropped) and not client.store.relay_state(f"resident:{stray['state']['id']}")


@step(STEPS, "a cursor that became too old: the channel is loaded anew, and no row is missed meanwhile", "PULL-13")
def too_old(stage):
    client = stage.wangwei
    agree(client)
    cursor = client.store.cursor("grid:" + stage.found["grid"], "personal")
    stray = f"visit:{client.mint()}"
    with client.store:
        # Something that departed while nobody was told of it.
        client.store.list(cursor["no"], stray)
    # What a relay says to who was away for more than half a year.
    channel = {"channel": cursor["channel"], "facet": "personal", "position": 0, "digest": None}
    channel |= {"listed": [], "departed": [], "erased": []}
    held = client.store.listed(cursor["no"])
    page = {"now_ms": 0, "records": [], "channels": [channel], "more": True}
    client.take_page(page, client.machine_ms())
    assert client.store.listed(cursor["no"]) == held and client.store.cursor(cursor["channel"], "personal")["position"] == 0
    agree(client, counted=True)
    assert client.store.listed(cursor["no"]) == [key for key in held if key != stray]


@step(STEPS, "an older client keeps what it does not know", "PULL-12")
def older(stage):
    schema = Schema(SCHEMA)
    del schema.kinds["visit"], schema.fields["visit"], schema.fields["resident"]["phone"]
    client = stage.enrol("older", "wangwei", schema=schema)
    agree(client, counted=True)
    assert client.store.keys("visit") and client.store.records().keys() == stage.wangwei.store.records().keys()
    try:
        client.save("resident", stage.found["home"][0], {"phone": "1"})
        raise AssertionError("a field it does not know was written")
    except ValueError:
        pass
