"""The certificate that the consensus store asks for, and the only one that is trusted."""

from __future__ import annotations

import base64
import ssl
import tempfile


def shown(value: str) -> ssl.SSLContext:
    """A context that shows it; ``value``: PEM of key and certificate in base64."""
    pem = base64.b64decode(value)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem.decode())
    # it is read from files alone; this one nobody else may read, and it is gone at once
    with tempfile.NamedTemporaryFile() as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context
