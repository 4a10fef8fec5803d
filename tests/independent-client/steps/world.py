"""The relay is restored from a backup, or is another one."""

from linli.client import Replaced

from .stage import agree, fails, step

STEPS = []


@step(STEPS, "the relay comes back from a backup: what it lacks is brought again, and all agree", "ME-2", "EPOCH-1", "EPOCH-3", "EPOCH-4", "EPOCH-5", "EPOCH-6", "EPOCH-7")
def restored(stage):
    wangwei, xuli, lina = clients = stage.wangwei, stage.xuli, stage.lina
    resident = stage.found["home"][0]
    agree(*clients)
    backup = stage.relay.backup()
    ahead = wangwei.machine_ms
    # A day ahead, so that the relay gives an order that must outlive it.
    wangwei.machine_ms = lambda: ahead() + 86_400_000
    lost = wangwei.save("resident", resident, {"phone": "10000000099"})
    wangwei.machine_ms = ahead
    refused = wangwei.save("resident", resident, {"name": "x"}, seen={"name": []})
    need = wangwei.mint()
    fields = {"household": stage.found["home"][1], "category": stage.found["category"], "urgency": "soon", "state": "open"}
    wangwei.save("need", need, {**fields, "words": "量血压"}, create=True)
    agree(wangwei, lina)
    answered = lina.save("need", need, {"answer": "周五上门", "state": "answered"})
    agree(lina, wangwei, xuli)
    epoch, old = wangwei.store.fact("epoch"), {number: wangwei.store.outcome(number) for number in (lost, refused)}
    revision = wangwei.store.relay_state(f"need:{need}")[0]
    # Written, and not yet sent when the relay died.
    pending = xuli.save("building", next(id_ for kind, id_ in sorted(xuli.store.records()) if kind == "building"), {"lift": True})
    stage.relay.stop()
    stage.relay.restore(backup)
    stage.relay.start()
    # Lina comes first: her answer to a need that the relay does not know waits for it.
    lina.round()
    assert lina.store.fact("epoch") != epoch and lina.store.outcome(answered)["result"] == "waiting"
    agree(wangwei, xuli, lina, wangwei, counted=True)
    assert {client.store.fact("epoch") for client in clients} == {lina.store.fact("epoch")}
    for client in (wangwei, lina):
        assert client.value("need", need, "answer") == "周五上门"
        assert client.value("resident", resident, "phone") == "10000000099"
    for number, was in old.items():
        now = wangwei.store.outcome(number)
        assert now["result"] == was["result"] and now.get("order") == was.get("order")
        assert now["receipt"] == was["receipt"], "the same seal over the same outcome"
    assert wangwei.store.relay_state(f"need:{need}")[0] > revision
    assert xuli.store.outcome(pending)["result"] == "merged"


@step(STEPS, "another relay at the same address: nothing is sent and nothing dropped", "EPOCH-2")
def replaced(stage):
    client = stage.wangwei
    before, epoch = client.store.records(), client.store.fact("epoch")
    strange = {**client.me(), "epoch": client.mint()}
    assert "restored" not in client.me(client.mint()), "of an epoch that was never this store's the relay says nothing"
    fails(Replaced, lambda: client.follow_epoch(strange))
    assert client.store.records() == before and client.store.fact("epoch") == epoch
    agree(client)
