"""People move, and so do those who look after them."""

from linli import merge

from .stage import agree, step

STEPS = []


@step(STEPS, "a household moves to another grid: it departs, and arrives with all that follows it", "ROUTE-3", "PULL-4", "PULL-9", "RIGHT-3", "RIGHT-4", "CLIENT-4")
def household(stage):
    wangwei, xuli, lina = stage.wangwei, stage.xuli, stage.lina
    resident, home, dwelling = stage.found["home"]
    agree(wangwei, xuli, lina)
    door = next(id_ for (kind, id_), one in sorted(xuli.store.records().items()) if kind == "dwelling")
    unsent = wangwei.save("household", home, {"home_hours": "18:00"})
    lina.save("household", home, {"dwelling": door})
    agree(lina, xuli)
    assert xuli.value("household", home, "dwelling") == door and xuli.shown("resident", resident)
    assert xuli.shown("need", stage.found["need"]), "what hangs below it came along"
    agree(wangwei, counted=True)
    for kind, record in (("household", home), ("resident", resident), ("need", stage.found["need"])):
        assert wangwei.shown(kind, record) is None
    assert wangwei.shown("dwelling", dwelling), "places stay"
    outcome = wangwei.store.outcome(unsent)
    assert (outcome["result"], outcome["code"]) == ("held", "moved_away"), "he may where it was, and it is elsewhere"
    assert wangwei.store.one("SELECT count(*) FROM edit WHERE number = ?", unsent) == 1, "and it is kept here"
    lina.save("household", home, {"dwelling": dwelling})
    agree(lina, wangwei, xuli)
    assert wangwei.shown("resident", resident) and xuli.shown("resident", resident) is None
    # While it is held its author sees it laid over; the supervisor declines.
    assert wangwei.value("household", home, "home_hours") == "18:00"
    held = lina.shown("held_edit", outcome["edit"])
    assert merge.value(held, "record") == f"household:{home}" and merge.value(held, "reason") == "moved_away"
    lina.save("held_edit", outcome["edit"], {"decision": "decline", "words": "搬走了"})
    agree(lina, wangwei)
    assert wangwei.value("household", home, "home_hours") != "18:00"


@step(STEPS, "a second grid is given and taken away again", "PULL-10", "GRANT-2")
def grants(stage):
    wangwei, lina = stage.wangwei, stage.lina
    before, version = wangwei.store.records().keys(), wangwei.store.fact("grants_version")
    assignment = lina.mint()
    fields = {"person": wangwei.person, "role": "grid_worker", "division": stage.found["other_grid"], "from": stage.today(-1)}
    lina.save("assignment", assignment, fields, create=True)
    agree(lina, wangwei)
    assert wangwei.store.fact("grants_version") != version
    assert wangwei.store.cursor("grid:" + stage.found["other_grid"], "personal")["position"] > 0
    theirs = {key for key in stage.xuli.store.records() if key[0] == "resident"}
    assert theirs and theirs <= wangwei.store.records().keys()
    lina.save("assignment", assignment, {"until": stage.today(-1)})
    agree(lina, wangwei)
    assert wangwei.store.fact("grants_version") == version
    after = wangwei.store.records().keys()
    assert not theirs & after - before and after - before <= {("assignment", assignment)}


@step(STEPS, "two of a kind that shares an id, and a record that comes after its edit", "PUSH-8", "PUSH-9", "MERGE-7")
def waiting(stage):
    wangwei, lina = stage.wangwei, stage.lina
    resident, home, _ = stage.found["home"]
    agree(wangwei, lina)
    new, residence = lina.mint(), lina.mint()
    # Said before the relay knows the resident, as over a bundle that a colleague carries.
    early = wangwei.save("residence", residence, {"resident": new, "household": home, "relation": "parent", "stays": "main"}, create=True)
    consent = wangwei.save("consent", wangwei.mint(), {"resident": new, "purpose": "care", "text_version": "1", "given_by": "self"}, create=True)
    wangwei.round()
    fates = [wangwei.store.outcome(number)["result"] for number in (early, consent)]
    assert fates == ["merged", "waiting"] or fates == ["waiting", "waiting"], fates
    lina.save("resident", new, {"name": "王大山"}, create=True)
    agree(lina, wangwei)
    assert wangwei.value("resident", new, "name") == "王大山"
    assert not wangwei.store.laid_over(f"residence:{residence}")
    taken = lina.save("resident", resident, {"name": "Another"}, create=True)
    agree(lina)
    assert lina.store.outcome(taken)["code"] == "already_there"
    assert merge.value(lina.shown("resident", resident), "name") != "Another"
