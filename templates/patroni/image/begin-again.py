"""Lets a node begin the cluster where the one that had begun it does not go on.

Patroni would wait for it for ever. That node is gone, with its disk. Or the store was slow: it
wrote the key, but its answer came too late, so the node does not know that it is the one.
"""

import itertools
import sys
import time
from http.client import HTTPException

from beginning import Beginning
from consensus_store import HOSTS

PATIENCE_S = 20
"""Of a node that makes the cluster, the others hear within Patroni's `loop_wait`: 2 s here."""

seen, since = "", time.monotonic()
for host in itertools.cycle(HOSTS):
    time.sleep(1)
    try:
        now = Beginning(host)
        if now.made:
            break
        if now.worked_on or now.began != seen:
            seen, since = now.began, time.monotonic()
        elif seen and time.monotonic() - since > PATIENCE_S:
            print(f"for {PATIENCE_S} s nobody made the cluster: begun again", file=sys.stderr)
            now.give_up()
    except (OSError, HTTPException, ValueError):
        seen = ""
