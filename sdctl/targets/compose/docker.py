"""Docker: the only importer of ``docker``.

Compose builds and converges (``compose.py``); everything else asks the engine directly, which is
one quick call.
"""

from __future__ import annotations

import subprocess
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdctl.foundation.errors import DockerRefused, NoSuchTarget
from sdctl.targets.compose import answers, command, refusals, surroundings
from sdctl.targets.compose.labels import LABEL, project
from sdctl.targets.compose.surroundings import Endpoint
from sdctl.targets.operations import Exec, Kill, Op, Pause, Remove, Start, Stop, Unpause
from sdctl.targets.target import Instance, Output, Removed

if TYPE_CHECKING:
    import docker

_REGISTRY_S = 5


class ComposeTarget:
    """One stack on the machine's Docker."""

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self._project = project(stack)

    @cached_property
    def _client(self) -> docker.DockerClient:
        import docker

        refusals.check_place()
        try:
            client = docker.DockerClient(**_where(surroundings.endpoint()), timeout=60)
        except (docker.errors.DockerException, OSError, ValueError) as error:
            raise refusals.why(error) from None
        # its connections end with the engine, not whenever they happen to be collected
        weakref.finalize(self, client.close)
        refusals.check_api(client.api.api_version)
        return client

    def nodes(self) -> tuple[Instance, ...]:
        """See :class:`sdctl.targets.target.Target`: one call, however many nodes."""
        raw = self._ask(
            lambda: self._client.api.containers(
                all=True, filters={"label": f"{LABEL}stack={self.stack}"}
            )
        )
        found = (answers.container(each) for each in raw if f"{LABEL}node" in each["Labels"])
        return tuple(sorted(found, key=lambda container: container.node))

    def owners(self) -> Mapping[str, str | None]:
        """See ``Target.owners``: by sdctl's label and by Compose's, whose project
        of that name may be a user's own."""
        api, found = self._client.api, dict[str, str | None]()
        made = f"com.docker.compose.project={self._project}"
        # Compose marks the images that it builds as well, and what somebody runs from one has that
        # mark; only what Compose itself made has this one
        by_compose = [made, "com.docker.compose.config-hash"]
        for label in (f"{LABEL}stack={self.stack}", by_compose):
            ask = partial(api.containers, all=True, filters={"label": label})
            for each in self._ask(ask):
                found[each["Names"][0].lstrip("/")] = answers.owner(each["Labels"])
        volumes = self._ask(lambda: api.volumes(filters={"label": made}))["Volumes"] or ()
        return found | {each["Name"]: answers.owner(each["Labels"]) for each in volumes}

    def restarts(self, nodes: Sequence[str]) -> Mapping[str, int]:
        """See :class:`sdctl.targets.target.Target`."""
        names = {f"{self._project}-{node}": node for node in nodes}
        inspect = self._client.api.inspect_container
        return {
            node: int(self._ask(partial(inspect, name), node)["RestartCount"])
            for name, node in names.items()
        }

    def ended_at(self, node: str) -> float | None:
        """See :class:`sdctl.targets.target.Target`."""
        name = f"{self._project}-{node}"
        return answers.ended(self._ask(lambda: self._client.api.inspect_container(name), node))

    def missing_images(self, images: Sequence[str]) -> tuple[str, ...]:
        """See :class:`sdctl.targets.target.Target`."""
        present = {
            tag
            for image in self._ask(lambda: self._client.api.images())
            for tag in image["RepoTags"] or ()
        }
        return tuple(image for image in images if image not in present)

    def root(self) -> str:
        """See :class:`sdctl.targets.target.Target`."""
        return str(self._ask(self._client.api.info)["DockerRootDir"])

    def version(self) -> str:
        """See :class:`sdctl.targets.target.Target`."""
        return f"Docker {self._ask(self._client.api.version)['Version']}"

    def cgroup_trees(self) -> tuple[str, str]:
        """See :class:`sdctl.targets.target.Target`; by the version that the engine says it uses."""
        if self._ask(self._client.api.info).get("CgroupVersion") == "1":
            return "/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup/memory"
        return "/sys/fs/cgroup", "/sys/fs/cgroup"

    def can_pull(self, reference: str) -> bool:
        """See :class:`sdctl.targets.target.Target`: asked by Docker, so by way of its mirrors."""
        if not self.missing_images([reference]):
            return True
        import docker
        import requests

        api = docker.APIClient(
            **_where(surroundings.endpoint()),
            timeout=_REGISTRY_S,
            version=self._client.api.api_version,
        )
        try:
            api.inspect_distribution(reference)  # type: ignore[no-untyped-call]
        except (docker.errors.DockerException, requests.exceptions.RequestException):
            return False
        return True

    def build(self, bundle: Path, nodes: Sequence[str], report: Callable[[str], None]) -> None:
        """See :class:`sdctl.targets.target.Target`."""
        refusals.check_compose()
        command.build(self._project, bundle, nodes, report)

    def converge(self, bundle: Path) -> None:
        """See :class:`sdctl.targets.target.Target`."""
        refusals.check_compose()
        command.converge(self._project, bundle)

    def apply(self, op: Op) -> Output:
        """See :class:`sdctl.targets.target.Target`."""
        container, *others = self._found(op.node)
        match op:
            case Remove():
                for each in (container, *others):
                    self._ask(partial(each.remove, force=True), op.node)
            case Start():
                self._ask(container.start, op.node)
            case Stop():
                self._ask(container.stop, op.node)
            case Kill():
                self._ask(container.kill, op.node)
            case Pause():
                self._ask(container.pause, op.node)
            case Unpause():
                if container.status == "paused":
                    self._ask(container.unpause, op.node)
            case Exec():
                code, (stdout, stderr) = self._ask(
                    lambda: container.exec_run(list(op.command), demux=True), op.node
                )
                return Output(code, (stdout or b"").decode(), (stderr or b"").decode())
        return Output(0, "", "")

    def frozen(self, node: str, since: float) -> float | None:
        """See :class:`sdctl.targets.target.Target`."""
        import time

        # whole seconds; the answer ends when the second that runs now is over
        until = int(time.time()) + 1
        filters = {"container": [self._find(node).id], "event": ["pause", "unpause"]}
        raw = self._ask(
            lambda: list(
                self._client.api.events(since=int(since), until=until, filters=filters, decode=True)
            ),
            node,
        )
        return answers.last_pause(raw, since)

    def logs(
        self,
        node: str,
        *,
        tail: int | None = None,
        follow: bool = False,
        since_s: float | None = None,
        timestamps: bool = False,
    ) -> Iterator[str]:
        """See :class:`sdctl.targets.target.Target`."""
        import time

        container = self._find(node)
        raw = self._ask(
            lambda: container.logs(
                stream=True,
                follow=follow,
                timestamps=timestamps,
                tail=tail if tail is not None else "all",
                since=None if since_s is None else time.time() - since_s,
            ),
            node,
        )
        rest = b""
        for chunk in raw:
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace").rstrip("\r") for line in lines)
        if rest:
            yield rest.decode(errors="replace")

    def attach(self, node: str, command: Sequence[str]) -> int:
        """See :class:`sdctl.targets.target.Target`."""
        import sys

        flags = ["-i", "-t"] if sys.stdin.isatty() and sys.stdout.isatty() else ["-i"]
        container = self._find(node)
        words = ["docker", "exec", *flags, container.id, *command]
        try:
            return subprocess.call(words, env=surroundings.variables())
        except FileNotFoundError:
            raise refusals.no_command() from None

    def remove(self, *, keep_data: bool) -> Removed:
        """See ``Target.owners``: by label, so it needs no bundle."""
        from sdctl.targets.compose import removal

        return removal.remove(
            self._client.api, self._ask, self.stack, self._project, keep_data=keep_data
        )

    def _find(self, node: str) -> Any:
        return self._found(node)[0]

    def _found(self, node: str) -> list[Any]:
        """The node's container; two where an `up` was cut off while it changed one."""
        labels = [f"{LABEL}stack={self.stack}", f"{LABEL}node={node}"]
        found: list[Any] = self._ask(
            lambda: self._client.containers.list(all=True, sparse=True, filters={"label": labels})
        )
        if not found:
            raise NoSuchTarget(
                f"there is no node {node!r} in the stack {self.stack!r}",
                hint="`sdctl status` shows what there is.",
            )
        return found

    def _ask(self, call: Callable[[], Any], node: str = "") -> Any:
        import docker
        import requests

        try:
            return call()
        except docker.errors.NotFound as error:
            raise NoSuchTarget(
                str(error.explanation), hint="`sdctl status` shows what there is."
            ) from None
        except docker.errors.APIError as error:
            where = f" ({node})" if node else ""
            raise DockerRefused(
                f"Docker refused{where}: {error.explanation or error}",
                hint=f"`sdctl status` shows what there is; `docker logs` of {node or 'the node'} "
                "may tell more.",
            ) from None
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
            raise refusals.why(error) from None


def _where(endpoint: Endpoint) -> dict[str, Any]:
    """For Docker's library, which knows the environment but no contexts."""
    import docker.tls
    import docker.utils

    if endpoint.host is None:
        return {**docker.utils.kwargs_from_env()}
    tls: Any = False
    if folder := endpoint.certificates:
        pair = (str(folder / "cert.pem"), str(folder / "key.pem"))
        tls = docker.tls.TLSConfig(
            client_cert=pair if (folder / "cert.pem").is_file() else None,
            ca_cert=str(folder / "ca.pem") if (folder / "ca.pem").is_file() else None,
            verify=endpoint.verify,
        )
    return {"base_url": endpoint.host, "tls": tls}
