"""Certificates, and how often one may call."""

import os
import threading

from linli.canonical import from_base64url, to_base64url
from linli.keys import is_signed, time_text, trust_text
from linli.wire import NotTheRelay, Problem, Relay, Unreachable

from .stage import agree, fails, step

STEPS = []


@step(STEPS, "over TLS, by the certificate of the link alone", "TRUST-1", "TRUST-2")
def certificates(stage):
    stage.relay.stop()
    stage.relay.secure()
    stage.relay.start()
    link = stage.relay.code("--person", "xuli")
    assert link.count("&t=") == 1 and "u=https" in link
    pin = link.partition("&t=")[2][:64]
    fails(NotTheRelay, lambda: stage.client("stranger").enrol(link.replace(pin, "0" * 64)))
    client = stage.client("secured")
    client.enrol(link)
    agree(client)
    word = Relay(client.relay.address, None, client.relay.authority).call("GET", "/v1/trust")
    text = trust_text(word["authorities"], word["as_of_ms"]).encode()
    assert is_signed(client.store.fact("relay_key"), text, word["proof"])
    assert not is_signed(client.store.fact("relay_key"), text + b"x", word["proof"])
    assert from_base64url(word["authorities"][0]) == client.relay.authority and len(word["authorities"]) == 2
    spare = Relay(client.relay.address, client.relay.token, from_base64url(word["authorities"][1]))
    fails(Unreachable, lambda: spare.call("GET", "/v1/me"))


@step(STEPS, "the relay says what time it is, with proof", "TIME-1")
def told_time(stage):
    relay = Relay(stage.relay.address, None, stage.secured.relay.authority)
    nonce = to_base64url(os.urandom(16))
    said = relay.call("GET", f"/v1/time?nonce={nonce}")
    assert said["nonce"] == nonce and said["relay_key"] == stage.secured.store.fact("relay_key")
    assert is_signed(said["relay_key"], time_text(nonce, said["time_ms"]).encode(), said["proof"])
    assert abs(said["time_ms"] - stage.secured.machine_ms()) < 60_000
    assert not is_signed(said["relay_key"], time_text("another", said["time_ms"]).encode(), said["proof"])
    for bad in ("", "x" * 65, "a%0Ab"):
        fails(Problem, lambda: relay.call("GET", f"/v1/time?nonce={bad}"), status=400, code="request_invalid")


@step(STEPS, "a device in a loop is told to wait, and others are not", "LIMIT-1")
def limits(stage):
    hasty, answers = stage.secured.relay, []

    def loop():
        answers.extend(hasty.ask("GET", "/v1/me") for _ in range(15))

    threads = [threading.Thread(target=loop) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    told = [one for one in answers if one.status != 200]
    assert told and len(told) < len(answers)
    for one in told:
        problem = fails(Problem, lambda: hasty.believed(one), status=429, code="too_many_requests")
        assert problem.may_repeat() and int(one.headers["Retry-After"]) == problem.retry_after_s > 0
    other = stage.client("patient")
    other.enrol(stage.relay.code("--person", "wangwei"))
    other.me()
