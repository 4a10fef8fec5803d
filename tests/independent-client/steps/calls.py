"""HTTP by itself: what the relay takes, refuses and how it says so."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import zstandard

from linli.wire import NotTheRelay, Problem, Relay

from .stage import fails, step

STEPS = []
JSON = {"Content-Type": "application/json"}


def refused(relay, method, path, body=None, headers=None):
    """The problem that a call is answered with."""
    said = relay.ask(method, path, body, headers)
    assert said.headers.get_content_type() == "application/problem+json", said.status
    problem = said.json()
    assert problem["status"] == said.status and isinstance(problem["code"], str) and problem["title"]
    return said.status, problem["code"]


@step(STEPS, "who calls, and what is no call", "HTTP-1", "HTTP-4", "HTTP-7")
def callers(stage):
    known, unknown = stage.wangwei.relay, Relay(stage.relay.address, "nobody's token")
    assert refused(Relay(stage.relay.address), "GET", "/v1/me") == (401, "not_signed_in")
    assert refused(unknown, "GET", "/v1/me") == (401, "not_signed_in")
    assert refused(known, "GET", "/v1/no-such-call") == (404, "not_there")
    assert refused(known, "GET", "/v1/push") == (405, "not_there")
    pull = {**stage.wangwei.pull_request(), "of_a_later_version": {"a": 1}}
    assert known.ask("POST", "/v1/pull", json.dumps(pull), JSON).status == 200


@step(STEPS, "bodies: their type, packing, size and depth", "HTTP-2", "HTTP-3")
def bodies(stage):
    relay, pull = stage.wangwei.relay, json.dumps(stage.wangwei.pull_request()).encode()
    plain = relay.ask("POST", "/v1/pull", pull, JSON)
    packed = zstandard.ZstdCompressor().compress(pull)
    assert plain.status == relay.ask("POST", "/v1/pull", packed, {**JSON, "Content-Encoding": "zstd"}).status == 200
    assert relay.ask("GET", "/v1/me").headers["Content-Encoding"] == "zstd"
    assert relay.ask("GET", "/v1/me", headers={"Accept-Encoding": "identity"}).headers["Content-Encoding"] is None
    assert refused(relay, "POST", "/v1/pull", pull, {"Content-Type": "text/plain"})[0] == 415
    assert refused(relay, "POST", "/v1/pull", pull, {**JSON, "Content-Encoding": "gzip"})[0] == 415
    assert refused(relay, "POST", "/v1/pull", b"[" * 33 + b"]" * 33, JSON) == (400, "request_invalid")
    assert refused(relay, "POST", "/v1/pull", b"{}" + b" " * (9 << 20), JSON) == (413, "request_too_large")
    bomb = zstandard.ZstdCompressor(level=19).compress(b"{}" + b" " * (7 << 20))
    assert refused(relay, "POST", "/v1/pull", bomb, {**JSON, "Content-Encoding": "zstd"}) == (413, "request_too_large")


class Portal(BaseHTTPRequestHandler):
    """A sign-in page of a Wi-Fi, in the relay's place."""

    is_honest = True
    answer = (200, "text/html", b"<html>sign in</html>")

    def do_GET(self):
        status, media, body = self.answer
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Location", "/sign-in")
        self.send_header("Linli-Body-Sha256", hashlib.sha256(body if self.is_honest else b"another").hexdigest())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@step(STEPS, "something else answers: nothing is taken from it, nothing given up", "HTTP-5", "HTTP-8")
def portal(stage):
    client, before = stage.wangwei, stage.wangwei.store.records()
    server = HTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    relay, client.relay = client.relay, Relay(f"http://127.0.0.1:{server.server_port}", "token")
    try:
        for answer in [
            (200, "text/html", b"<html>sign in</html>"),
            (302, "text/html", b""),
            (200, "text/plain", b"{}"),
            (404, "application/json", b"{}"),
            (500, "application/problem+json", b"not JSON"),
        ]:
            Portal.answer = answer
            fails(NotTheRelay, client.round)
        Portal.answer = (503, "application/problem+json", b'{"code":"of_a_later_version","title":"","status":503}')
        assert fails(Problem, client.round).may_repeat()
        # A byte that was changed on the way and left JSON.
        Portal.is_honest = False
        fails(NotTheRelay, client.round)
    finally:
        client.relay = relay
        server.shutdown()
        server.server_close()
    assert client.store.records() == before
