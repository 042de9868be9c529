"""``python3 -m sdctl.observer.cgroups``: every container's figures at ``GET /metrics``.

It reads what is mounted, read-only: the engine's folder of containers and the kernel's two trees.
"""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sdctl.observer.cgroups import exposition, usage
from sdctl.observer.cgroups.inventory import Inventory

PORT = 8080
STACK = Path("/etc/sdctl/stack")
CONTAINERS, CPU, MEMORY = Path("/containers"), Path("/cgroup/cpu"), Path("/cgroup/memory")


def figures(inventory: Inventory, cpu: Path, memory: Path) -> str:
    """The text for Prometheus; empty when no container was found in the kernel's trees."""
    found = (
        (container, usage.read(cpu, memory, container.id)) for container in inventory.containers()
    )
    seen = [(container, used) for container, used in found if used is not None]
    return exposition.text(seen) if seen else ""


def made() -> ThreadingHTTPServer:
    """The server, listening."""
    inventory = Inventory(CONTAINERS, STACK.read_text().strip())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.answer(404, f"there is no {self.path}\n")
            elif body := figures(inventory, CPU, MEMORY):
                self.answer(200, body)
            else:
                self.answer(503, "no container of this stack has a control group here\n")

        def answer(self, status: int, body: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """A line for each look would say nothing."""

    return ThreadingHTTPServer(("", PORT), Handler)


def main() -> None:
    """Serve until told to stop."""
    made().serve_forever()


if __name__ == "__main__":
    main()
