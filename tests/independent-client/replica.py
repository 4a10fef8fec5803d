#!/usr/bin/env python3
"""One replica on the command line: enrols by a link, saves a field if asked to, goes a round, and says what it holds."""

import argparse
import json
import os

from linli.client import Client
from linli.schema import Schema
from linli.values import read_key

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../sync-protocol/vectors/schema.json")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--store", required=True, help="the file of the replica")
    arguments.add_argument("--link", help="enrol by this link first")
    arguments.add_argument("--set", nargs=3, metavar=("KIND:ID", "FIELD", "TEXT"), help="save this before the round")
    arguments.add_argument("--show", metavar="KIND:ID", help="the state of a record, too")
    given = arguments.parse_args()
    client = Client(given.store, Schema(SCHEMA))
    if given.link:
        client.enrol(given.link)
        client.round()
    if given.set:
        key, field, text = given.set
        client.save(*read_key(key), {field: text})
    client.round()
    cursors = [{name: one[name] for name in ("channel", "facet", "position", "digest")} for one in client.store.cursors()]
    said = {"cursors": cursors, "pending": client.store.count_pending(), "records": len(client.store.records())}
    if given.show:
        said["shown"] = client.shown(*read_key(given.show))
    print(json.dumps(said, ensure_ascii=False))
    client.close()


if __name__ == "__main__":
    main()
