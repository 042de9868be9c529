"""``python3 -m sdctl.observer``: looks at the stack that ``/etc/sdctl/topology.json`` describes."""

from __future__ import annotations

import os

import uvicorn

from sdctl.observer import inventory
from sdctl.observer.connections import Connections
from sdctl.observer.name_resolver import limit_look_ups
from sdctl.observer.server import application
from sdctl.observer.survey import Survey

PORT = 8000


def main() -> None:
    """Serve until told to stop."""
    limit_look_ups()
    connections = Connections(os.environ)
    survey = Survey(inventory.Followed(), connections)
    uvicorn.run(
        application(os.environ["OBSERVER_TOKEN"], survey, connections.close),
        host="0.0.0.0",
        port=PORT,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
