"""What a certificate that servers know each other by says of its holders."""

from __future__ import annotations

import base64

from cryptography import x509

from sdctl.foundation import certificate


def test_it_must_name_its_hosts_and_be_nobodys_login() -> None:
    pem = base64.b64decode(certificate.make(["etcd-1", "etcd-2"]))
    made = x509.load_pem_x509_certificate(pem)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["etcd-1", "etcd-2"]
    assert not made.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert made.subject == made.issuer
