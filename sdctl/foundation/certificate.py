"""A key and its own certificate, for servers that must know each other.

All nodes of a cluster have the same pair and trust nothing else, so whoever has it is one of them:
what a shared key file is to MongoDB. It is made on the host with the stack's other secrets, so no
node waits for another that would sign for it, and none can be had from a rendered file.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_DAYS = 3650


def make(hosts: Sequence[str] = ()) -> str:
    """PEM of a new key (PKCS #8, P-256) and of its certificate, in base64: one line. ``hosts``: the
    names by which its holders are called, where who calls them compares."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    # No CommonName: where users have passwords besides, a server may take it for a user's (etcd
    # does, and its HTTP gateway refuses who has one). Hosts are compared with what stands below.
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "sdctl")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # a clock that is a little behind takes it too
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return base64.b64encode(private + certificate.public_bytes(serialization.Encoding.PEM)).decode()
