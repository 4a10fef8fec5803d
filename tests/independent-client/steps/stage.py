"""What the steps share: the relay, the people's replicas, and what it means that they agree."""

import os
import time

from linli.channels import spelled
from linli.client import Client
from linli.schema import Schema
from linli.values import day_of

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../sync-protocol/vectors/schema.json")


class Step:
    def __init__(self, name, shows, run):
        self.name, self.shows, self.run = name, shows, run


def step(steps, name, *shows):
    """Adds a function to the steps of its file."""

    def add(run):
        steps.append(Step(name, list(shows), run))
        return run

    return add


class Stage:
    def __init__(self, relay, folder):
        self.relay, self.folder, self.replicas = relay, folder, {}
        self.schema = Schema(SCHEMA)
        self.accounts = self.people = None
        # What one step finds and a later one needs.
        self.found = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def client(self, name, schema=None, **more):
        """A replica with its file of this name; opened anew each time it is asked for."""
        if name in self.replicas:
            self.replicas.pop(name).close()
        self.replicas[name] = Client(self.path(name + ".db"), schema or self.schema, **more)
        return self.replicas[name]

    def __getattr__(self, name):
        """The replica of a person by their name: `stage.wangwei`."""
        try:
            return self.__dict__["replicas"][name]
        except KeyError:
            raise AttributeError(name) from None

    def enrol(self, name, person=None, **more):
        client = self.client(name, **more)
        client.enrol(self.relay.code("--person", person or name))
        return client

    def today(self, days=0):
        return day_of(int(time.time() * 1000) + days * 86_400_000)

    def end(self):
        for client in self.replicas.values():
            client.close()
        self.relay.stop()


def agree(*clients, counted=False):
    """After a round each holds what the relay says it should, on request also counted from the rows (DIGEST-2)."""
    for client in clients:
        client.round()
        for cursor in client.store.cursors():
            assert cursor["told"] == cursor["digest"], cursor
            if counted:
                sum_ = sum(client.store.digest_of(key) for key in client.store.listed(cursor["no"]))
                assert cursor["digest"] == spelled(sum_), cursor
        assert client.store.count_pending() == 0


def fails(kind, call, **wanted):
    """What a call fails with; it must be of this kind."""
    try:
        call()
    except kind as error:
        for name, value in wanted.items():
            assert getattr(error, name) == value, f"{error!r}: {name} is not {value!r}"
        return error
    raise AssertionError(f"no {kind.__name__}")
