"""Ends when the consensus store lets this node in: its users are made when it starts first.

Patroni does not know what a store without users answers. It would look again only after 5 s.
"""

import itertools
import sys
import time
from http.client import HTTPException
from urllib.error import HTTPError

from consensus_store import AUTHENTICATE, HOSTS, LOGIN, ask

said = ""
for host in itertools.cycle(HOSTS):
    try:
        ask(host, AUTHENTICATE, LOGIN)
        break
    except HTTPError as error:
        why = f"{host}: {error.read().decode(errors='replace')}"
    except (OSError, HTTPException, ValueError) as error:
        why = f"{host}: {error}"
    if why != said:
        print(f"waits for the consensus store, {why}", file=sys.stderr)
        said = why
    time.sleep(0.1)
