"""What is large, photos, and a console."""

import hashlib
import os

from linli.wire import Problem

from .stage import agree, fails, step

STEPS = []


@step(STEPS, "an edit and a record that are too large", "PUSH-11")
def large(stage):
    lina = stage.lina
    fields = {"code": "Q1", "version": 1, "subject": "household", "facet": "personal", "purpose": "test", "basis": "duty"}
    fields |= {"title": "问卷", "division": stage.found["grid"][:12]}
    record = lina.save("questionnaire", lina.mint(), {**fields, "form": "x" * 70_000}, create=True)
    edit = lina.save("questionnaire", lina.mint(), {**fields, "form": "x" * 270_000}, create=True)
    agree(lina)
    assert lina.store.outcome(record)["code"] == "value_invalid"
    assert lina.store.outcome(edit)["code"] == "request_too_large"


def put(client, name, place, body=None):
    said = client.relay.ask("PUT", f"/v1/blobs/{name}", body, {"Content-Range": f"bytes {place}"})
    return client.relay.believed(said).json()


@step(STEPS, "a photo goes up in pieces and comes down to whoever may see it", "BLOB-1", "BLOB-2", "BLOB-3")
def photo(stage):
    wangwei, xuli, lina = stage.wangwei, stage.xuli, stage.lina
    photo = b"\xff\xd8\xff\xe0" + os.urandom(90_000)
    name, whole = hashlib.sha256(photo).hexdigest(), len(photo)
    assert put(wangwei, name, f"*/{whole}") == {"held": 0, "whole": False}
    assert put(wangwei, name, f"0-39999/{whole}", photo[:40_000]) == {"held": 40_000, "whole": False}
    assert put(wangwei, name, f"*/{whole}")["held"] == 40_000
    assert put(wangwei, name, f"40000-{whole - 1}/{whole}", photo[40_000:]) == {"held": whole, "whole": True}
    get = lambda client, *headers: client.relay.ask("GET", f"/v1/blobs/{name}", headers=dict(headers))
    assert get(lina).status == 404, "nothing names it yet"
    building = next(id_ for kind, id_ in sorted(wangwei.store.records()) if kind == "building")
    fields = {"about": f"building:{building}", "use": "photo", "sha256": name, "media_type": "image/jpeg", "bytes": whole, "place_kept": False}
    wangwei.save("attachment", wangwei.mint(), fields, create=True)
    agree(wangwei, lina)
    assert get(lina).body == photo and get(lina).headers.get_content_type() == "image/jpeg"
    rest = get(lina, ("Range", "bytes=50000-"))
    assert rest.status == 206 and rest.body == photo[50_000:]
    assert rest.headers["Content-Range"] == f"bytes 50000-{whole - 1}/{whole}"
    assert get(xuli).status == 404, "of another grid's building"
    wrong = hashlib.sha256(b"another").hexdigest()
    fails(Problem, lambda: put(wangwei, wrong, f"0-{whole - 1}/{whole}", photo), status=422, code="blob_hash_wrong")
    text = b"no photo at all"
    name = hashlib.sha256(text).hexdigest()
    fails(Problem, lambda: put(wangwei, name, f"0-{len(text) - 1}/{len(text)}", text), status=415, code="blob_type_wrong")
    fails(Problem, lambda: put(wangwei, name, f"*/{(4 << 20) + 1}"), status=413, code="request_too_large")


@step(STEPS, "somebody signs in at a console and writes there", "SIGNIN-1", "RIGHT-1")
def console(stage):
    console, lina = stage.client("console"), stage.lina
    answer = console.enrol(stage.relay.code("--console", stage.found["grid"][:6]))
    assert answer["person"] is None
    password, resident = stage.accounts["lina"][0], stage.found["home"][0]
    ask = lambda client, password: client.relay.call("POST", "/v1/sign-in", {"name": "lina", "password": password})
    fails(Problem, lambda: ask(lina, password), status=404, code="not_there")
    fails(Problem, lambda: ask(console, "wrong"), status=401, code="sign_in_wrong")
    console.round()
    unsigned = console.save("resident", resident, {"reading": "wang fang"}, author=lina.person)
    console.round()
    assert console.store.outcome(unsigned)["code"] == "session_ended" and console.store.count_pending() == 1
    session = ask(console, password)
    assert session["person"]["id"] == lina.person and session["grants"]
    console.author_tokens = {lina.person: session["token"]}
    agree(console)
    assert console.store.outcome(unsigned)["result"] == "merged"
    console.relay.call("POST", "/v1/sign-out", {"token": session["token"]})
    later = console.save("resident", resident, {"reading": "wáng fāng"}, author=lina.person)
    console.round()
    assert console.store.outcome(later)["result"] == "later"
    console.author_tokens = {lina.person: ask(console, password)["token"]}
    agree(console, stage.wangwei)
    assert stage.wangwei.value("resident", resident, "reading") == "wáng fāng"
