"""The consensus store, asked over HTTP by a node under Patroni, as Patroni's own user."""

import json
import os
import ssl
import urllib.request

PEM = "/tmp/consensus.pem"
HOSTS = os.environ["PATRONI_ETCD3_HOSTS"].split(",")
AUTHENTICATE = "/v3/auth/authenticate"
LOGIN = {
    "name": os.environ["PATRONI_ETCD3_USERNAME"],
    "password": os.environ["PATRONI_ETCD3_PASSWORD"],
}
_context = ssl.create_default_context(cafile=PEM)
_context.load_cert_chain(PEM)


def ask(host: str, path: str, value: dict, token: str = "") -> dict:
    """The answer of one member to a POST. Raises ``OSError`` and ``HTTPException``."""
    headers = {"Authorization": token} if token else {}
    request = urllib.request.Request(f"https://{host}{path}", json.dumps(value).encode(), headers)
    with urllib.request.urlopen(request, timeout=2, context=_context) as answer:
        return json.load(answer)
