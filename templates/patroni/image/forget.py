"""Lets go of what the leader, in which this runs, keeps for nodes that are gone for good: their
replication slots, each of which holds the log from its node's last position on.

A node that is away may come back, so Patroni keeps its slot for ``member_slots_ttl``. It has no
command to forget a node, and makes a slot anew that somebody else dropped. So for a moment that
time is 0. Slots of nodes that are there stay.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from cluster_settings import change

NAME = "member_slots_ttl"
USUAL = json.loads(Path("/etc/sdctl/dynamic.json").read_text())[NAME]
WITHIN_S = 30
SLOTS = {node.replace("-", "_") for node in sys.argv[1:]}
ASKED = ("psql", "-U", "postgres", "-Atc", "SELECT slot_name FROM pg_replication_slots")


def left() -> set[str]:
    """The slots that are still there."""
    said = subprocess.run(ASKED, capture_output=True, text=True, check=True).stdout
    return SLOTS.intersection(said.split())


def forget() -> str:
    """Empty: they are gone; else why not."""
    deadline = time.monotonic() + WITHIN_S
    try:
        if why := change(json.dumps({NAME: 0}).encode(), WITHIN_S):
            return why
        while there := left():
            if time.monotonic() > deadline:
                return f"still there after {WITHIN_S} s: {', '.join(sorted(there))}"
            time.sleep(0.2)
    finally:
        lasting = change(json.dumps({NAME: USUAL}).encode(), WITHIN_S)
    return lasting


if left() and (why := forget()):
    sys.exit(why)
