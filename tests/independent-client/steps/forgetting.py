"""A person's right to be forgotten."""

import json

from linli import merge
from linli.wire import Problem

from .saving import home
from .stage import agree, fails, step

STEPS = []


@step(STEPS, "somebody is erased, also from what was written here", "ERASE-1", "ERASE-2", "ERASE-3", "ERASE-4")
def erased(stage):
    wangwei, xuli, lina = stage.wangwei, stage.xuli, stage.lina
    agree(wangwei, xuli, lina)
    resident = next(
        merge.value(state, "resident")
        for (kind, _), state in sorted(wangwei.store.records().items(), reverse=True)
        if kind == "residence" and merge.value(state, "resident") != stage.found["home"][0]
    )
    key = f"resident:{resident}"
    told = wangwei.save("resident", resident, {"reading": "secret words"})
    agree(wangwei, lina)
    # Written and not sent when the erasure happens: it keeps its words until the relay has said what becomes of it.
    pending = wangwei.save("resident", resident, {"reading": "more secret words"})
    erase = lambda client: client.relay.call("POST", "/v1/erasures", {"resident": resident, "reason": "request"})
    fails(Problem, lambda: erase(xuli), status=404, code="not_there")
    fails(Problem, lambda: erase(wangwei), status=403, code="never_allowed")
    assert erase(lina)["records"] >= 2
    fails(Problem, lambda: erase(lina), status=404, code="not_there")
    agree(wangwei, xuli, lina, counted=True)
    for client in (wangwei, lina):
        assert client.shown("resident", resident) is None
        assert not any(resident in json.dumps(state) for state in client.store.records().values())
    for number in (told, pending):
        body = json.loads(wangwei.store.one("SELECT body FROM edit WHERE number = ?", number))
        assert body["fields"] == {} and body["number"] == number, "its place stays, without a word"
    assert wangwei.store.outcome(pending)["result"] == "erased"
    # What is written of them later is gone as well, and the chain goes on over it.
    late = stage.behind.save("resident", resident, {"reading": "what I did not know"}) if stage.behind.shown("resident", resident) else None
    agree(stage.behind)
    assert late is None or stage.behind.store.outcome(late)["code"] == "erased"
    agree(wangwei)
    building = next(id_ for kind, id_ in sorted(wangwei.store.records()) if kind == "building")
    with wangwei.store:
        # As after a restore: all from here on is offered again, and what has no words any more is named by its id.
        wangwei.store.db.execute("UPDATE edit SET refill = 1 WHERE number >= ?", (told,))
    wangwei.save("building", building, {"lift": False})
    agree(wangwei)
    assert wangwei.store.outcome(wangwei.store.chain_end()[0])["result"] == "merged"
