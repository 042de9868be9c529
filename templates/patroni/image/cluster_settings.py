"""Patroni's cluster-wide settings, changed by the node that this runs in."""

import base64
import math
import os
import time
import urllib.error
import urllib.request


def _said(method: str, path: str, data: bytes | None, within_s: float) -> str:
    """Ask this node's Patroni, again until it agrees. Says why it did not; empty: it did."""
    login = base64.b64encode(f"patroni:{os.environ['PATRONI_RESTAPI_PASSWORD']}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:8008{path}",
        data=data,
        method=method,
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
    )
    deadline, last = time.monotonic() + within_s, "nothing"
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=3):
                return ""
        except (urllib.error.URLError, OSError) as error:
            last = str(error)
        time.sleep(0.5)
    return f"cluster-wide settings not applied within {within_s:g} s: {last}"


def change(settings: bytes, within_s: float) -> str:
    """Send a part of them, again until a node takes it; what is as it should be stays. Says why it
    was not taken; empty: it was."""
    return _said("PATCH", "/config", settings, within_s)


def compare() -> None:
    """When PostgreSQL runs, have Patroni compare its settings with those that it should have. What
    changed while it started, Patroni has taken, but not given to it, and never would."""
    _said("GET", "/health", None, math.inf)
    _said("POST", "/reload", b"", math.inf)
