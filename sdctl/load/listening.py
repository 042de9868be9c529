"""A look beforehand: whether anybody takes a connection at a load's address."""

from __future__ import annotations

import socket

from sdctl.load.address import Address
from sdctl.load.dialer import named

_LOOK_S = 2.0
"""Who takes longer is measured: a slow server is no absent one."""
_WHY = {
    "refused": "nobody listens at {where}",
    "dns": "the name {host} has no address",
    "unreachable": "no way leads to {where}",
}


def absent(address: Address) -> str | None:
    """Why surely no request would arrive, in words; None: somebody takes connections there, or it
    could not be told. One connection is opened and closed, and nothing is sent."""
    try:
        socket.create_connection((address.host, address.port), timeout=_LOOK_S).close()
    except TimeoutError:
        return None
    except OSError as problem:
        why, _ = named(problem)
    except UnicodeError:
        why = "dns"
    else:
        return None
    where = f"{address.host}, port {address.port}"
    return _WHY[why].format(where=where, host=address.host) if why in _WHY else None
