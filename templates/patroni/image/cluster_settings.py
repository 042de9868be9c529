"""Patroni's cluster-wide settings, changed by the node that this runs in."""

import base64
import os
import time
import urllib.error
import urllib.request


def change(settings: bytes, within_s: float) -> str:
    """Send a part of them, again until a node takes it; what is as it should be stays. Says why it
    was not taken; empty: it was."""
    login = base64.b64encode(f"patroni:{os.environ['PATRONI_RESTAPI_PASSWORD']}".encode()).decode()
    request = urllib.request.Request(
        "http://127.0.0.1:8008/config",
        data=settings,
        method="PATCH",
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
