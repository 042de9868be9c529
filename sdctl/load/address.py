"""Where a load goes: an address as people write it, made into what goes over the wire."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_.])?")
_KEPT = "!$&'()*+,/:;=?@[]~%"
"""What stands in a path or query as it is, besides letters, digits and ``-._`` (RFC 3986, 3.3 and
3.4); brackets too, as browsers do."""
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, kw_only=True)
class Address:
    """A plain HTTP address."""

    host: str
    """To connect to: a name, or an IP address without brackets."""
    port: int
    path: str
    """Percent-encoded; may be empty."""
    query: str
    """The same."""
    login: str = field(default="", repr=False)
    """``Basic …`` if the address had a user and a password."""

    @property
    def authority(self) -> str:
        """For the ``Host`` header: without a login, and without the usual port."""
        host = f"[{self.host.partition('%')[0]}]" if ":" in self.host else self.host
        return host if self.port == 80 else f"{host}:{self.port}"

    def __str__(self) -> str:
        """As it may be shown: without a login."""
        return f"http://{self.authority}{self.path}{f'?{self.query}' if self.query else ''}"


def parse(text: str) -> Address:
    """An address from what a user wrote. Raises ``ValueError`` saying what is wrong with it."""
    plain = text.strip(" ")
    shown = _shown(plain)
    if _CONTROL.search(plain):
        raise ValueError(f"not an address: {shown} holds a control character, such as a line end")
    try:
        parts = urlsplit(plain)
    except ValueError:
        raise ValueError(f"not an address: {shown} (its host cannot be read)") from None
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme == "https":
        raise ValueError(
            f"{shown}: TLS is not spoken here, so that its cost is in no figure; "
            "give the plain HTTP address behind it"
        )
    if parts.scheme != "http" or not parts.netloc:
        raise ValueError(f"not a plain HTTP address: {shown} (write http://host:port/path)")
    if port == 0:
        raise ValueError(f"not an address: {shown} (a port is a number from 1 to 65535)")
    try:
        host = _host(parts)
    except ValueError as error:
        raise ValueError(f"not an address: {shown} ({error})") from None
    return Address(
        host=host,
        port=port or 80,
        path=_encoded(parts.path),
        query=_encoded(parts.query),
        login=_login(parts.netloc),
    )


def _host(parts: SplitResult) -> str:
    netloc = parts.netloc.rpartition("@")[2]
    host = parts.hostname or ""
    if netloc.startswith("["):
        address = host.replace("%25", "%", 1)
        try:
            IPv6Address(address)
        except ValueError:
            raise ValueError(f"{host!r} is no IPv6 address") from None
        return address
    if not host:
        raise ValueError("it names no host")
    if not host.isascii():
        # here, because a load process never meets such a host
        import idna

        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise ValueError(f"no host can have this name: {error}") from None
    if not _NAME.fullmatch(host):
        raise ValueError(f"{host!r} cannot be the name of a host")
    return host


def _encoded(text: str) -> str:
    """Percent-encoded where it must be; what already is stays as it is."""
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_KEPT, errors="surrogateescape")


def _login(netloc: str) -> str:
    before, at, _ = netloc.rpartition("@")
    if not at:
        return ""
    user, _, password = before.partition(":")
    pair = unquote_to_bytes(user) + b":" + unquote_to_bytes(password)
    return f"Basic {base64.b64encode(pair).decode()}"


def _shown(text: str) -> str:
    """For an error: on one line, without a password."""
    return repr(re.sub(r"//[^/?#]*@", "//…@", text))
