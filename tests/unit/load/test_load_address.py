"""Addresses, headers and methods as people write them."""

from __future__ import annotations

import re

import pytest
from plans import Plan

from sdctl.load import headers
from sdctl.load.address import parse
from sdctl.load.plan import Encoder
from sdctl.workloads.get import Get
from sdctl.workloads.workload import Request

PORT = "a port is a number from 1 to 65535"


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("http://127.0.0.1:8000/a b.html", "127.0.0.1", 8000, "http://127.0.0.1:8000/a%20b.html"),
        ("http://h/münchen.html", "h", 80, "http://h/m%C3%BCnchen.html"),
        ("http://h/a%20b%2Fc", "h", 80, "http://h/a%20b%2Fc"),
        ("http://h/100%", "h", 80, "http://h/100%25"),
        ("http://h/a?q=ä b&c=[1]", "h", 80, "http://h/a?q=%C3%A4%20b&c=[1]"),
        ("http://h/a\"<>\\^`{|}", "h", 80, "http://h/a%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("http://h/\udcff", "h", 80, "http://h/%FF"),
        ("http://h?x=1", "h", 80, "http://h?x=1"),
        ("http://h/a#part", "h", 80, "http://h/a"),
        ("http://h#part", "h", 80, "http://h"),
        ("http://日本.invalid/", "xn--wgv71a.invalid", 80, "http://xn--wgv71a.invalid/"),
        ("http://faß.de/", "xn--fa-hia.de", 80, "http://xn--fa-hia.de/"),
        ("HTTP://EXAMPLE.com:080/A", "example.com", 80, "http://example.com/A"),
        ("http://redis_1.local.:81", "redis_1.local.", 81, "http://redis_1.local.:81"),
        (" http://h/ ", "h", 80, "http://h/"),
        ("http://[::1]:8080/x", "::1", 8080, "http://[::1]:8080/x"),
        ("http://[fe80::1%25eth0]/", "fe80::1%eth0", 80, "http://[fe80::1]/"),
        ("http://h:/", "h", 80, "http://h/"),
        ("http://u:p@h/", "h", 80, "http://h/"),
    ],
)  # fmt: skip
def test_an_address_must_be_made_fit_for_the_wire(
    text: str, host: str, port: int, shown: str
) -> None:
    found = parse(text)
    assert (found.host, found.port, str(found)) == (host, port, shown)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://h/a\r\nX: y", "control character"),
        ("http://h\n/", "control character"),
        ("http://h/\x00", "control character"),
        ("\thttp://h/", "control character"),
        ("http://a b/", "cannot be the name of a host"),
        ("http://a%41/", "cannot be the name of a host"),
        ("http://-a/", "cannot be the name of a host"),
        ("http:///a", "not a plain HTTP address"),
        ("http://:80/", "names no host"),
        ("http://u@/", "names no host"),
        ("http://h:0/", PORT),
        ("http://h:65536/", PORT),
        ("http://h:-1/", PORT),
        ("http://h:80:80/", PORT),
        ("http://h:８０/", f"{PORT}|its host cannot be read"),
        ("http://[::1/", "its host cannot be read"),
        ("http://[h]/", "is no IPv6 address|its host cannot be read"),
        ("http://xn--\u0378.de/", "no host can have this name"),
        ("https://h/", "TLS is not spoken"),
        ("ftp://h/", "write http://host:port/path"),
        ("127.0.0.1:8000/x", "write http://host:port/path"),
        ("localhost:8000", "write http://host:port/path"),
        ("", "write http://host:port/path"),
    ],
)
def test_what_is_no_address_must_be_refused_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_a_login_must_be_sent_and_never_shown(plan: Plan) -> None:
    one = plan(base_url="http://Jörg:a%3Ab%40@h/x")
    # Jörg:a:b@ in UTF-8
    assert b"\r\nAuthorization: Basic SsO2cmc6YTpiQA==\r\n" in Encoder(one)(_GET)
    assert "a%3Ab" not in f"{one} {one.address} {one.address!r}"
    with pytest.raises(ValueError, match="//…@") as caught:
        parse("https://user:secret@h/")
    assert "secret" not in str(caught.value)
    own = plan(base_url="http://u:p@h/x", headers={"authorization": "Bearer b"})
    assert Encoder(own)(_GET).lower().count(b"authorization:") == 1


_GET = Request(b"GET", b"", "read", "")


def test_a_request_must_carry_the_host_and_what_was_given(plan: Plan) -> None:
    def sent(url: str, **given: str) -> list[bytes]:
        return Encoder(plan(base_url=url, headers=given))(_GET).split(b"\r\n")

    assert sent("http://h:81/a b?c=d e#f")[:2] == [b"GET /a%20b?c=d%20e HTTP/1.1", b"Host: h:81"]
    assert sent("http://h:80?x")[:2] == [b"GET /?x HTTP/1.1", b"Host: h"]
    assert sent("http://[::1]:81")[:2] == [b"GET / HTTP/1.1", b"Host: [::1]:81"]
    assert b"Host: h" not in sent("http://h/", host="other")
    assert b"X-A: \xe6\x97\xa5\xff" in sent("http://h/", **{"X-A": "日\udcff"})


def test_headers_must_be_read_as_written() -> None:
    found = headers.parse(["X-A:b", "x-a: c ", "X-Empty:", "Cookie: a=1", "Cookie: b=2", "T: a:b"])
    assert found == {"X-A": "b, c", "X-Empty": "", "Cookie": "a=1; b=2", "T": "a:b"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("X-A", "has no colon"),
        ("", "has no colon"),
        (": b", "name of a header"),
        ("X A: b", "name of a header"),
        ("X-Ä: b", "name of a header"),
        ("X-A: b\r\nX-B: c", "line end"),
        ("X-A\r\n: b", "name of a header"),
        ("X-A: \x00", "control character"),
        ("content-length: 5", "set by sdctl itself"),
        ("Transfer-Encoding: chunked", "set by sdctl itself"),
    ],
)
def test_what_is_no_header_must_be_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        headers.parse([text])


@pytest.mark.parametrize("text", ["", "GE T", "GET\r\n", "GÄT", "CONNECT", "connect"])
def test_what_is_no_method_must_be_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.compile("not a method|tunnel")):
        headers.method(text)


def test_a_method_and_a_body_must_be_sent_as_given(plan: Plan) -> None:
    patch = Get(method="PATCH", body=b"\x00\xff")
    one = plan(base_url="http://h/x", workload=patch)
    sent = Encoder(one)(next(iter(patch.requests(None, None))))  # type: ignore[arg-type]
    assert sent.startswith(b"PATCH /x HTTP/1.1\r\n")
    assert sent.endswith(b"Content-Length: 2\r\n\r\n\x00\xff")
