"""A cluster, by the library ``lightkube``: opens the connection, and asks. Objects are plain data
both ways. Nothing but our own errors comes out of it, see ``refusals.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from sdctl.foundation.errors import NoSuchTarget, SdctlError
from sdctl.foundation.verbose import LOG
from sdctl.targets.kubernetes import kubeconfig, refusals
from sdctl.targets.kubernetes.kinds import plain, resource
from sdctl.targets.kubernetes.names import Object

if TYPE_CHECKING:
    from lightkube import Client
    from lightkube.config.kubeconfig import SingleConfig

_MANAGER = "sdctl"
_FIRST_S = 12.0
"""Until the first answer of the API."""
_TIMEOUT_S = 30.0
"""Until each later one: a busy API takes its time."""
_TRIES = 3


class Cluster:
    """The cluster of a context, asked for the first time when needed."""

    def __init__(self, context: str, namespace: str) -> None:
        self.namespace = namespace
        self._context = context

    @cached_property
    def config(self) -> SingleConfig:
        """The context of the user's kubeconfig. Raises ``TargetUnavailable``."""
        return kubeconfig.read(self._context)

    @property
    def context(self) -> str:
        """The context's name."""
        return self.config.context_name

    @cached_property
    def client(self) -> Client:
        """The library's, of a cluster that has answered. Raises ``TargetUnavailable``."""
        import httpx2
        from lightkube import Client

        config, _ = self.config, self.version
        client: Client = self.ask(
            lambda: Client(
                config,
                namespace=self.namespace,
                field_manager=_MANAGER,
                timeout=httpx2.Timeout(_TIMEOUT_S),
            )
        )
        return client

    def ask(self, call: Callable[[], Any], node: str = "") -> Any:
        """What a call of the library returns. Raises ``NoSuchTarget``, ``TargetRefused``,
        ``TargetUnavailable``."""
        try:
            return self.carry_out(call, node)
        except SdctlError:
            raise
        except Exception:  # the library lets out whatever an ill answer made it meet
            LOG.debug("the cluster", exc_info=True)
            raise self._asked(node).ill() from None

    def carry_out(self, work: Callable[[], Any], node: str = "") -> Any:
        """The same of work of our own, which uses the library. What else goes wrong in it is no
        fault of the cluster, and comes out as it is."""
        try:
            return work()
        except Exception as error:
            if (told := self._asked(node).told(error)) is None:
                raise
            LOG.debug("the cluster", exc_info=True)
            raise told from None

    def _asked(self, node: str) -> refusals.Asked:
        return refusals.Asked(
            context=self.context,
            namespace=self.namespace,
            server=self.config.cluster.server,
            node=node,
        )

    def get(self, kind: str, name: str) -> Object | None:
        """An object; None: there is none."""
        try:
            client = self.client
            found: Object = self.ask(_patient(lambda: plain(client.get(resource(kind), name))))
            return found
        except NoSuchTarget:
            return None

    def list(self, kind: str, labels: Mapping[str, str] | None = None) -> list[Object]:
        """All of a kind, in the namespace if it has one, that have the labels."""
        wanted: dict[str, Any] = dict(labels or {})
        client = self.client
        found: list[Object] = self.ask(
            _patient(lambda: [plain(found) for found in client.list(resource(kind), labels=wanted)])
        )
        return found

    def apply(self, document: Object) -> None:
        """Make an object what the document says; what others said of it stays."""
        LOG.debug("apply %s %s", document["kind"], document["metadata"]["name"])
        made = resource(document["kind"])(document)
        self.ask(lambda: self.client.apply(made, force=True), document["metadata"]["name"])

    def patch(self, kind: str, name: str, change: Object) -> None:
        """Merge a change into an object."""
        from lightkube.types import PatchType

        kind_ = resource(kind)
        self.ask(lambda: self.client.patch(kind_, name, change, patch_type=PatchType.MERGE), name)

    def delete(self, kind: str, name: str, grace_s: int | None = None) -> None:
        """Delete an object, and what belongs to it; nothing if it is gone."""
        LOG.debug("delete %s %s", kind, name)
        try:
            self.ask(lambda: self.client.delete(resource(kind), name, grace_period=grace_s), name)
        except NoSuchTarget:
            return

    def evict(self, pod: str) -> bool:
        """Have a pod leave its machine; whether its budget lets it go."""
        from lightkube.core.exceptions import ApiError
        from lightkube.models.meta_v1 import ObjectMeta
        from lightkube.resources.core_v1 import Pod

        def evict() -> bool:
            wanted = Pod.Eviction(metadata=ObjectMeta(name=pod, namespace=self.namespace))
            try:
                self.client.create(wanted, pod)
            except ApiError as error:
                if error.status.code != 429:
                    raise
                return False
            return True

        LOG.debug("evict %s", pod)
        try:
            return bool(self.ask(evict, pod))
        except NoSuchTarget:
            return True

    def execute(self, pod: str, command: tuple[str, ...]) -> tuple[int, str, str]:
        """Run a command in a pod: its exit code, and what it printed."""
        from lightkube import AsyncClient

        LOG.debug("exec in %s", pod)
        config = self.config

        async def execute() -> Any:
            async with AsyncClient(config, namespace=self.namespace) as client:
                return await client.exec(
                    pod, command=list(command), stdout=True, stderr=True, decode=None
                )

        done = self.ask(lambda: in_one_thread(execute()), pod)
        texts = [(text or b"").decode(errors="replace") for text in (done.stdout, done.stderr)]
        return done.exit_code, texts[0], texts[1]

    def log(self, pod: str, **options: Any) -> Iterator[str]:
        """The lines of a pod's log, each asked for: the cluster may go away between two."""
        lines = self.ask(lambda: self.client.log(pod, newlines=False, **options), pod)
        while (line := self.ask(partial(next, lines, None), pod)) is not None:
            yield line

    @cached_property
    def version(self) -> str:
        """``v1.34.4``. What a command asks first, so it is not asked twice: a cluster that says
        nothing is told soon."""
        import httpx2
        from lightkube.config.client_adapter import Client, ConnectionParams

        def ask() -> str:
            parameters = ConnectionParams(timeout=httpx2.Timeout(_FIRST_S))
            with Client(self.config, parameters) as connection:
                answer = connection.get("/version").raise_for_status()
                return str(answer.json()["gitVersion"])

        said: str = self.ask(ask)
        return said

    def connection(self) -> Any:
        """A plain client of its API, for what the library does not know; asynchronous."""
        import httpx2
        from lightkube.config.client_adapter import ConnectionParams

        parameters = ConnectionParams(timeout=httpx2.Timeout(_TIMEOUT_S))
        config = self.config
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
        return self.ask(
            lambda: httpx2.AsyncClient(**parameters.httpx_params(config), limits=limits)
        )


def in_one_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """What it returns. What is both written and read needs one thread for both: a TLS connection is
    not safe with two."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work).result()


def _patient(call: Callable[[], Any]) -> Callable[[], Any]:
    """A question that is asked again where the API was too busy to answer."""
    import httpx2

    def ask() -> Any:
        for _ in range(_TRIES - 1):
            try:
                return call()
            except httpx2.TimeoutException:
                LOG.debug("no answer from the cluster: asked again")
        return call()

    return ask
