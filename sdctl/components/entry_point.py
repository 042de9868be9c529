"""How people reach a tier: with a client of their own, or in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from sdctl.components.layout import Layout as Layout  # plug-ins of 0.1 import it from here


@dataclass(frozen=True, kw_only=True)
class ClientUrl:
    """How a user's own client reaches a tier from the host, for ``sdctl env``."""

    url: str
    """With ``{SECRET_NAME}`` for secrets and ``{hosts}`` for ``host:port,...``."""
    port: str
    """The name of the published port."""


@dataclass(frozen=True, kw_only=True)
class WebPage:
    """A tier's own pages for people, and the login that ``sdctl env`` shows."""

    port: str
    """The name of the published port."""
    user: str
    secret: str
    """The name of the password's secret."""
