"""Enrolment and the first load."""

from linli.columns import unfold_page
from linli.keys import DeviceKey
from linli.wire import NotTheRelay, Problem

from .stage import agree, fails, step

STEPS = []


@step(STEPS, "a relay with a district, as its program makes it")
def found(stage):
    stage.accounts = {name: (password, role) for name, password, role in stage.relay.found()}
    stage.relay.start()


@step(STEPS, "tablets are enrolled, and only by the relay of the link", "ENROL-2", "ENROL-3", "ENROL-4", "CHAIN-3", "HTTP-6")
def enrol(stage):
    link = stage.relay.code("--person", "wangwei")
    key, client = DeviceKey(), stage.client("wangwei")
    address, _, rest = link.partition("&p=")
    fails(NotTheRelay, lambda: client.enrol(f"{address}&p={'0' * len(rest)}", key))
    assert client.store.fact("token") is None, "nothing is kept of an answer that is not believed"
    first = client.enrol(link, key)
    again = client.enrol(link, key)
    assert first["device"] == again["device"] and first["token"] != again["token"]
    fails(Problem, lambda: stage.client("stranger").enrol(link), status=409, code="enrol_code_used")
    expired = stage.relay.code("--person", "xuli", "--minutes", "0")
    fails(Problem, lambda: stage.client("stranger").enrol(expired), status=410, code="enrol_code_expired")
    stage.client("wangwei")
    stage.enrol("xuli")
    stage.enrol("lina")


@step(STEPS, "who they are and what they may have", "ME-1", "GRANT-2")
def me(stage):
    said = stage.wangwei.me()
    assert said["person"]["id"] == stage.wangwei.person and said.get("last") is None
    grids = [one["channel"] for one in said["grants"] if one["channel"].startswith("grid:")]
    assert len(grids) == 1 and said["epoch"] == stage.wangwei.store.fact("epoch")
    stage.found["grid"] = grids[0].partition(":")[2]
    others = [one["channel"] for one in stage.xuli.me()["grants"] if one["channel"].startswith("grid:")]
    stage.found["other_grid"] = others[0].partition(":")[2]
    strange = {"epoch": said["epoch"], "cursors": [{"channel": others[0], "facet": "personal", "position": 0}]}
    page = stage.wangwei.relay.call("POST", "/v1/pull", strange)
    assert page["channels"] == [] and page["records"] == [], "another grid looks as if it were not there"


@step(STEPS, "the first load, page by page and cut in the middle", "PULL-1", "PULL-2", "PULL-3", "PULL-5", "PULL-7", "PULL-8", "DIGEST-2", "CLIENT-6")
def first_load(stage):
    client = stage.wangwei
    client.follow_grants(client.me())
    request = client.pull_request(limit=300)
    page = unfold_page(client.relay.call("POST", "/v1/pull", request))
    assert page["more"] and sum(len(one["listed"]) for one in page["channels"]) <= 300
    client.take_page(page, client.machine_ms())
    held = len(client.store.records())
    # The same page again changes nothing, and a replica that is opened anew goes on behind it.
    client.take_page(page, client.machine_ms())
    assert len(client.store.records()) == held
    agree(stage.client("wangwei"), stage.xuli, stage.lina, counted=True)
    kinds = {kind for kind, _ in stage.wangwei.store.records()}
    assert {"building", "dwelling", "household", "resident", "residence", "visit"} <= kinds, kinds
