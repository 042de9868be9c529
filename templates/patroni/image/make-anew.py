"""Takes away what this node was making when it was killed: a new cluster, or a copy of its leader.

Patroni would take half a cluster for a whole one, which has no users, or wait for it for ever. Of
half a copy it says that somebody should do something. Nobody has read from either yet.
"""

import itertools
import shutil
import sys
import time
from http.client import HTTPException

from beginning import HALF_MADE, Beginning
from consensus_store import HOSTS

if HALF_MADE.exists():
    print("it was killed while its data was made: that is made anew", file=sys.stderr)
    shutil.rmtree("/data/pgdata", ignore_errors=True)
    for host in itertools.cycle(HOSTS):
        try:
            beginning = Beginning(host)
            if beginning.began:
                beginning.give_up()
            break
        except (OSError, HTTPException, ValueError) as error:
            print(f"{host}: {error}", file=sys.stderr)
        time.sleep(0.5)
    HALF_MADE.unlink()
