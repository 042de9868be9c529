"""Takes away what this node was making when it was killed: a new cluster, or a copy of its leader.

Patroni would take half a cluster for a whole one, which has no users, or wait for it for ever. Of
half a copy it says that somebody should do something. Nobody has read from either yet.
"""

import base64
import itertools
import shutil
import sys
import time
from http.client import HTTPException
from pathlib import Path

import yaml
from consensus_store import AUTHENTICATE, HOSTS, LOGIN, ask

MARK = Path("/data/half-made")
SCOPE = yaml.safe_load(Path("/etc/sdctl/patroni.yml").read_text())["scope"]
KEY = base64.b64encode(f"/service/{SCOPE}/initialize".encode()).decode()
"""Who begins a cluster puts it there, empty; when the cluster is made it says which one it is."""


def give_up(host: str) -> None:
    """Let another node begin the cluster, where this one had begun it."""
    token = ask(host, AUTHENTICATE, LOGIN)["token"]
    for found in ask(host, "/v3/kv/range", {"key": KEY}, token).get("kvs", ()):
        if not found.get("value"):
            same = {"key": KEY, "target": "MOD", "mod_revision": found["mod_revision"]}
            removal = {"request_delete_range": {"key": KEY}}
            ask(host, "/v3/kv/txn", {"compare": [same], "success": [removal]}, token)


if MARK.exists():
    print("it was killed while its data was made: that is made anew", file=sys.stderr)
    shutil.rmtree("/data/pgdata", ignore_errors=True)
    for host in itertools.cycle(HOSTS):
        try:
            give_up(host)
            break
        except (OSError, HTTPException, ValueError) as error:
            print(f"{host}: {error}", file=sys.stderr)
        time.sleep(0.5)
    MARK.unlink()
