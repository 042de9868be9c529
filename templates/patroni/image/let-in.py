"""Ends when the consensus store lets this node in: its users are made when it starts first.

Patroni does not know what a store without users answers. It would look again only after 5 s.
"""

import itertools
import json
import os
import ssl
import sys
import time
import urllib.request
from http.client import HTTPException
from urllib.error import HTTPError

PEM = "/tmp/consensus.pem"
context = ssl.create_default_context(cafile=PEM)
context.load_cert_chain(PEM)
login = {
    "name": os.environ["PATRONI_ETCD3_USERNAME"],
    "password": os.environ["PATRONI_ETCD3_PASSWORD"],
}
said = ""
for host in itertools.cycle(os.environ["PATRONI_ETCD3_HOSTS"].split(",")):
    request = urllib.request.Request(
        f"https://{host}/v3/auth/authenticate", json.dumps(login).encode()
    )
    try:
        with urllib.request.urlopen(request, timeout=2, context=context):
            break
    except HTTPError as error:
        why = f"{host}: {error.read().decode(errors='replace')}"
    except (OSError, HTTPException) as error:
        why = f"{host}: {error}"
    if why != said:
        print(f"waits for the consensus store, {why}", file=sys.stderr)
        said = why
    time.sleep(0.1)
