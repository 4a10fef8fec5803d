#!/usr/bin/env python3
"""The journey of a few replicas of this client with a running relay of the product.

Each step names the rules that it shows; vectors/journey.json lists them, and is held to this file in every run.
"""

import argparse
import json
import os
import sys
import tempfile
import time

import steps
from relays import Program

HERE = os.path.dirname(os.path.abspath(__file__))
LISTED = os.path.join(HERE, "../../sync-protocol/vectors/journey.json")


def list_steps():
    """Compares the steps with what is committed, or writes it."""
    vectors = [{"name": step.name, "shows": step.shows} for step in steps.ALL]
    file = {"about": "Steps of the independent client's journey with a running relay, and the rules each shows.", "vectors": vectors}
    if os.environ.get("LINLI_WRITE_VECTORS"):
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in vectors)
        with open(LISTED, "w", encoding="utf-8") as out:
            out.write(f'{{\n"about": {json.dumps(file["about"])},\n"vectors": [\n{lines}\n]\n}}\n')
    with open(LISTED, encoding="utf-8") as held:
        if json.load(held) != file:
            sys.exit("journey.json lists other steps; LINLI_WRITE_VECTORS=1 writes it anew")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--relay", required=True, help="the program linli-relay")
    given = arguments.parse_args()
    list_steps()
    with tempfile.TemporaryDirectory(prefix="linli-") as folder:
        relay = Program(os.path.abspath(given.relay), folder)
        stage = steps.Stage(relay, folder)
        begun = time.monotonic()
        try:
            for step in steps.ALL:
                at = time.monotonic()
                step.run(stage)
                print(f"  {time.monotonic() - at:5.1f} s  {step.name}", flush=True)
        finally:
            stage.end()
    rules = {rule for step in steps.ALL for rule in step.shows}
    print(f"journey: {len(steps.ALL)} steps, {len(rules)} rules, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
