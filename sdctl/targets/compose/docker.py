"""Docker: the only importer of ``docker``. Opens the connection, and turns its errors into ours."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sdctl.foundation import waiting
from sdctl.foundation.errors import NoSuchTarget, TargetRefused
from sdctl.targets.compose import answers, refusals, surroundings
from sdctl.targets.compose.surroundings import Endpoint
from sdctl.targets.target import Output

if TYPE_CHECKING:
    import docker

_REGISTRY_S = 5
_GREETING_S = 5
"""Until an engine that took a connection has said its version. A sound one takes milliseconds."""
_END_S = 10.0
"""Until it knows how a command ended whose output has ended."""
_ANSWER_S = 60
"""Until it has answered what may take it long, such as ending a container."""


class Docker:
    """The engine that the ``docker`` command would reach; asked for the first time when needed."""

    def __init__(self) -> None:
        self._offers: dict[str, tuple[float, Future[bool]]] = {}
        """By image: when its registry was asked, and the answer."""

    @cached_property
    def client(self) -> docker.DockerClient:
        """The library's client, whose API is one that sdctl knows."""
        import docker

        refusals.check_place()
        try:
            where = _where(surroundings.endpoint())
            greeting = docker.APIClient(**where, timeout=_GREETING_S)
            # its adapters keep the time they were made with
            greeting.close()
            client = docker.DockerClient(**where, timeout=_ANSWER_S, version=greeting.api_version)
        except (docker.errors.DockerException, OSError, ValueError) as error:
            raise refusals.why(error) from None
        except (AttributeError, TypeError):  # the library takes what stands there on trust
            raise refusals.odd_settings() from None
        # its connections end with the engine, not whenever they happen to be collected
        weakref.finalize(self, client.close)
        refusals.check_api(client.api.api_version)
        return client

    @property
    def api(self) -> Any:
        """Its low-level client, whose answers are Docker's JSON."""
        return self.client.api

    def ask(self, call: Callable[[], Any], node: str = "") -> Any:
        """What a call returns. Raises ``NoSuchTarget``, ``TargetRefused``,
        ``TargetUnavailable``."""
        import docker
        import requests
        import urllib3

        try:
            return call()
        except docker.errors.NotFound as error:
            raise NoSuchTarget(
                str(error.explanation), hint="`sdctl status` shows what there is."
            ) from None
        except docker.errors.APIError as error:
            if taken := answers.taken_name(str(error.explanation)):
                raise TargetRefused(
                    f"the name {taken} is taken by another container, which was not touched",
                    hint=f"Rename it: `docker rename {taken} OTHER`. Or remove it, if nobody "
                    "needs it.",
                ) from None
            where = f" ({node})" if node else ""
            raise TargetRefused(
                f"Docker refused{where}: {error.explanation or error}",
                hint=f"`sdctl status` shows what there is; `docker logs` of {node or 'the node'} "
                "may tell more.",
            ) from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            raise refusals.why(error) from None

    def run(self, container: str, command: Sequence[str], node: str) -> Output:
        """What a command inside a container printed, once it has ended. Raises as ``ask``.

        Docker's library asks for another protocol, and then reads past its own HTTP client: what
        came together with the head of the answer is lost, which happens on a busy machine
        (docker-py, issue 3332). The same question without that has an ordinary answer.
        """
        return self.ask(lambda: self._run(container, command), node)  # type: ignore[no-any-return]

    def _run(self, container: str, command: Sequence[str]) -> Output:
        import docker
        import requests

        asked = self.api.exec_create(container, list(command))["Id"]
        answer = self.api.post(
            f"{self.api.base_url}/v{self.api.api_version}/exec/{asked}/start",
            json={"Detach": False, "Tty": False},
            timeout=(_ANSWER_S, None),  # a command may be silent for long
        )
        try:
            answer.raise_for_status()
        except requests.exceptions.HTTPError as error:
            docker.errors.create_api_error_from_http_exception(error)
        out, err = (text.decode(errors="replace") for text in answers.printed(answer.content))
        return Output(self._code_of(asked, command), out, err)

    def _code_of(self, asked: str, command: Sequence[str]) -> int:
        """How a command ended. What it printed may end before the engine has heard of that."""
        ended, said = waiting.until(
            lambda: self.api.exec_inspect(asked)["ExitCode"],
            lambda code: code is not None,
            timeout_s=_END_S,
            every_s=0.05,
        )
        if not ended:
            raise TargetRefused(
                f"Docker does not say how `{' '.join(command)}` ended",
                hint="Nobody knows whether it was done. `sdctl status` shows what there is.",
            )
        return int(said)

    def info(self) -> Any:
        """What the engine says of itself and of the machine."""
        return self.ask(self.api.info)

    def missing_images(self, images: Sequence[str]) -> tuple[str, ...]:
        """Those of ``images`` that are not there yet."""
        present = {
            tag for image in self.ask(lambda: self.api.images()) for tag in image["RepoTags"] or ()
        }
        return tuple(image for image in images if image not in present)

    def can_pull(self, image: str, within_s: int = _REGISTRY_S) -> bool:
        """Whether an image's registry offers it; asked by Docker, so by way of its mirrors. A
        registry that is silent is waited for once: who asks again meanwhile waits for what is left
        of ``within_s`` since the first question."""
        own: Future[bool] = Future()
        asked_at, answer = self._offers.setdefault(image, (time.monotonic(), own))
        if answer is own:
            found = False
            try:
                found = self._offered(image, within_s)
            finally:
                own.set_result(found)
        with suppress(TimeoutError):
            return answer.result(max(0.0, asked_at + within_s - time.monotonic()))
        return False

    def _offered(self, image: str, within_s: int) -> bool:
        import docker
        import requests

        api = docker.APIClient(
            **_where(surroundings.endpoint()), timeout=within_s, version=self.api.api_version
        )
        try:
            api.inspect_distribution(image)  # type: ignore[no-untyped-call]
        except (docker.errors.DockerException, requests.exceptions.RequestException):
            return False
        return True


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
