"""``python3 -m sdctl.observer.cgroups``: every container's figures at ``GET /metrics``.

It reads what is mounted, read-only: the engine's folder of containers and the kernel's two trees.
"""

from __future__ import annotations

from http.server import ThreadingHTTPServer
from pathlib import Path

from prometheus_client.exposition import MetricsHandler

from sdctl.observer.cgroups import exposition, usage
from sdctl.observer.cgroups.containers import ContainerInventory
from sdctl.observer.families import registry

PORT = 8080
STACK = Path("/etc/sdctl/stack")
CONTAINERS, CPU, MEMORY = Path("/containers"), Path("/cgroup/cpu"), Path("/cgroup/memory")


def made() -> ThreadingHTTPServer:
    """The server, listening."""
    inventory = ContainerInventory(CONTAINERS, STACK.read_text().strip())

    class Handler(MetricsHandler):
        timeout = 60
        error_content_type = "text/plain"
        error_message_format = "%(explain)s\n"

        def do_GET(self) -> None:  # noqa: N802 - its library's name
            used = [
                (container, usage.read(CPU, MEMORY, container.id))
                for container in inventory.containers()
            ]
            seen = [(container, found) for container, found in used if found is not None]
            if self.path != "/metrics":
                self.send_error(404, explain=f"there is no {self.path}")
            elif not seen:
                text = "no container of this stack has a control group here"
                self.send_error(503, explain=text)
            else:
                self.registry = registry(exposition.families(seen))
                super().do_GET()

    return ThreadingHTTPServer(("", PORT), Handler)


def main() -> None:
    """Serve until told to stop."""
    made().serve_forever()


if __name__ == "__main__":
    main()
