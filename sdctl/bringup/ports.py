"""Host ports: are they free, and if not, who holds them?"""

from __future__ import annotations

import socket

_FIRST, _END = 1024, 65536
"""Those that any user may have."""


def is_free(host: str, number: int) -> bool:
    """Whether nobody has the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # as a server binds it: a connection in TIME_WAIT is no hindrance
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except PermissionError:
            # a low port, such as 80: this user may not bind it, and what runs the stack may
            return probe.connect_ex((host, number)) != 0
        except OSError:
            return False
    return True


def next_free(host: str, start: int, avoid: set[int]) -> int:
    """The first free port from ``start`` up that is not in ``avoid``; where there is none, the
    first one below. 0: none is free."""
    candidates = (number for number in (*range(start, _END), *range(_FIRST, start)))
    return next((n for n in candidates if n not in avoid and is_free(host, n)), 0)


def holder(number: int) -> str:
    """The process that listens on the port, or else has a connection from it, as ``name (pid N)``;
    a container by its proxy."""
    import psutil

    try:
        found = [
            connection
            for connection in psutil.net_connections("tcp")
            if connection.laddr and connection.laddr.port == number and connection.pid
        ]
        found.sort(key=lambda connection: connection.status != psutil.CONN_LISTEN)
        for connection in found[:1]:
            name = psutil.Process(connection.pid).name()
            what = f"{name} (pid {connection.pid})"
            if connection.status != psutil.CONN_LISTEN:
                return f"a connection that {what} has made from it"
            if name == "docker-proxy":
                what += f", a container: `docker ps --filter publish={number}` names it"
            return what
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        pass
    return "a process of another user"
