"""Who begins the cluster of these nodes, as the consensus store has it.

One node puts a key there, empty, and makes the cluster. When it is made, the key says which one it
is. The other nodes wait for that.
"""

import base64
import json
from pathlib import Path

import yaml
from consensus_store import AUTHENTICATE, LOGIN, ask

HALF_MADE = Path("/data/half-made")
"""There while this node makes its data (making.sh)."""
SCOPE = yaml.safe_load(Path("/etc/sdctl/patroni.yml").read_text())["scope"]
_FIRST, _AFTER = f"/service/{SCOPE}/", f"/service/{SCOPE}0"
_KEY = f"{_FIRST}initialize"


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Beginning:
    """What one member of the store says of it now. Raises ``OSError``, ``HTTPException`` and
    ``ValueError``."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._token = ask(host, AUTHENTICATE, LOGIN)["token"]
        every = {"key": _coded(_FIRST), "range_end": _coded(_AFTER)}
        found = ask(host, "/v3/kv/range", every, self._token).get("kvs", ())
        values = {
            base64.b64decode(one["key"]).decode(): base64.b64decode(one.get("value", "")).decode()
            for one in found
        }
        revisions = {one["key"]: one["mod_revision"] for one in found}
        self.began = "" if values.get(_KEY) else revisions.get(_coded(_KEY), "")
        """The revision of the empty key; empty: nobody has begun, or the cluster is made."""
        self.made = bool(values.get(_KEY))
        self.worked_on = HALF_MADE.exists() or any(
            json.loads(value).get("state") != "stopped"
            for key, value in values.items()
            if key.startswith(f"{_FIRST}members/")
        )
        """Whether any node does more than wait."""

    def give_up(self) -> None:
        """Let another node begin. Nothing happens where the key has changed meanwhile."""
        same = {"key": _coded(_KEY), "target": "MOD", "mod_revision": self.began}
        removal = {"request_delete_range": {"key": _coded(_KEY)}}
        change = {"compare": [same], "success": [removal]}
        ask(self._host, "/v3/kv/txn", change, self._token)
