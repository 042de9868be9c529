"""Why a cluster did not do what it was asked: from what the client's library raised to what is so,
and what to do. Nothing of the library's comes out of here."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from sdctl.foundation.errors import NoSuchTarget, SdctlError, TargetRefused, TargetUnavailable


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who was asked."""

    context: str
    namespace: str
    server: str
    node: str = ""
    """About which node, if about one."""

    def told(self, error: Exception) -> SdctlError | None:
        """What an error of the library means; None: it is none of the library's."""
        import httpx2
        from httpx2.websockets import HTTPXWSException, WebSocketUpgradeError
        from lightkube.core.exceptions import ApiError, ConfigError

        while isinstance(error, ExceptionGroup):  # as what ends a session comes out of it
            error = error.exceptions[0]
        match error:
            case SdctlError():
                return error
            case ApiError() if isinstance(error.status.code, int):
                return self._refusal(error.status.code, error.status.message or str(error))
            case httpx2.HTTPStatusError() if error.response.status_code in (401, 403):
                return self._refusal(error.response.status_code, str(error))
            case httpx2.TimeoutException():
                return self._silent("it takes a connection and says nothing")
            case WebSocketUpgradeError():
                return self._refusal(error.response.status_code, error.response.reason_phrase)
            case HTTPXWSException():
                return self._silent("it closed the connection")
            case ConfigError():
                return self._unable(f"the login command of the context {self.context}: {error}")
            case httpx2.TransportError():
                return self._unreached(error)
            case OSError():
                return self._unable(error.strerror or str(error) or type(error).__name__)
        return None

    def ill(self) -> SdctlError:
        """What an answer means that nobody can read."""
        return self._unavailable(
            f"what answers at {self.server} is no Kubernetes",
            "Is this the address of your cluster's API? The kubeconfig says it.",
            "cluster-is-none",
        )

    def _refusal(self, code: int, message: str) -> SdctlError:
        if code == 401:
            return self._unavailable(
                f"the cluster of the context {self.context} refused the credentials of the "
                "kubeconfig (401)",
                "Log in to the cluster again: they may have expired.",
                "cluster-credentials",
            )
        if code == 404:
            return NoSuchTarget(message, hint="`sdctl status` shows what there is.")
        where = f" ({self.node})" if self.node else ""
        return TargetRefused(
            f"Kubernetes refused{where}: {message}",
            hint="Your user lacks a right: who runs the cluster can give it."
            if code == 403
            else f"`kubectl --context {self.context} --namespace {self.namespace} get events` "
            "may tell more.",
        )

    def _unreached(self, error: Exception) -> SdctlError:
        root: BaseException = error
        while (deeper := root.__cause__ or root.__context__) is not None:
            root = deeper
        if isinstance(root, ssl.SSLCertVerificationError):
            return self._unavailable(
                f"{self.server} shows a certificate that the kubeconfig does not trust: "
                f"{root.verify_message}",
                "Was the cluster made anew? Then get its kubeconfig again.",
                "cluster-certificate",
            )
        return self._silent(str(error) or type(error).__name__)

    def _silent(self, why: str) -> SdctlError:
        return self._unavailable(
            f"the cluster of the context {self.context} does not answer at {self.server}: {why}",
            "Does it run? `kubectl cluster-info` asks it as well.",
            "cluster-silent",
        )

    def _unable(self, why: str) -> SdctlError:
        return self._unavailable(
            f"this machine cannot ask the cluster: {why}",
            "The cluster was not reached; the kubeconfig says what is used.",
            "kubeconfig-invalid",
        )

    def _unavailable(self, message: str, hint: str, name: str) -> SdctlError:
        fix = f"kubectl --context {self.context} cluster-info"
        return TargetUnavailable(message, hint=hint, id=name, fix=fix)
