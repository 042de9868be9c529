"""How fencing asks the consensus store: as a user of its own, whose token is soon over."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sdctl.foundation import certificate
from sdctl.observer.client_certificate import shown
from sdctl.observer.fencing import consensus
from sdctl.observer.fencing.consensus import Consensus, Unavailable

TXN = "/v3/kv/txn"
OVER = (401, {"code": 16, "message": "etcdserver: invalid auth token"})
REFUSED = (403, {"code": 7, "message": "etcdserver: permission denied"})
NO_USERS = (400, {"code": 9, "message": "etcdserver: authentication is not enabled"})


class Store:
    """Answers as etcd's gateway does. Each ``authenticate`` gives another token."""

    def __init__(self) -> None:
        self.enabled = True
        self.hasty = False
        self.asked: list[str] = []
        self.logins: list[Any] = []
        self.known: set[str] = set()

    def answer(self, path: str, value: Any, token: str | None) -> tuple[int, Any]:
        self.asked.append(path)
        if path == consensus.AUTHENTICATE:
            if not self.enabled:
                return NO_USERS
            self.logins.append(value)
            made = f"token.{len(self.logins)}"
            self.known |= set() if self.hasty else {made}
            return 200, {"token": made}
        if token is None:
            return REFUSED
        if token not in self.known:
            return OVER
        return (200, {"succeeded": True}) if value == {"may": "be"} else REFUSED


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def asked(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Consensus]:
    """The second of two members answers, and only who shows the certificate."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            value = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, said = store.answer(self.path, value, self.headers["Authorization"])
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, *_: object) -> None:
            """Nobody reads it."""

    made = certificate.make(["localhost"])
    pem = tmp_path / "store.pem"
    pem.write_bytes(base64.b64decode(made))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(pem))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(pem)
    server = ThreadingHTTPServer(("localhost", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setattr(consensus, "PORT", server.server_port)
    asks = Consensus(["127.0.0.2", "localhost"], shown(made), "secret")
    yield asks
    asks.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_must_ask_as_its_own_user_and_log_in_once(asked: Consensus, store: Store) -> None:
    for _ in range(3):
        assert asked.ask(TXN, {"may": "be"}) == {"succeeded": True}
    assert store.logins == [{"name": "fencing", "password": "secret"}]
    assert store.asked == [consensus.AUTHENTICATE, TXN, TXN, TXN]


def test_a_token_that_is_over_must_be_had_anew_at_once(asked: Consensus, store: Store) -> None:
    asked.ask(TXN, {"may": "be"})
    store.known.clear()
    assert asked.ask(TXN, {"may": "be"}) == {"succeeded": True}
    assert len(store.logins) == 2


def test_a_member_that_takes_no_token_must_be_told_and_not_asked_for_ever(
    asked: Consensus, store: Store
) -> None:
    store.hasty = True
    with pytest.raises(Unavailable, match="localhost: etcdserver: invalid auth token"):
        asked.ask(TXN, {"may": "be"})
    assert len(store.logins) == 1


def test_what_it_has_no_right_to_must_be_a_refusal_and_no_reason_to_log_in_again(
    asked: Consensus, store: Store
) -> None:
    with pytest.raises(Unavailable, match="localhost: etcdserver: permission denied"):
        asked.ask(TXN, {"may": "not be"})
    assert asked.ask(TXN, {"may": "be"}) == {"succeeded": True}
    assert len(store.logins) == 1


def test_a_store_that_has_no_users_yet_must_be_asked_again(asked: Consensus, store: Store) -> None:
    store.enabled = False
    with pytest.raises(Unavailable, match="authentication is not enabled"):
        asked.ask(TXN, {"may": "be"})
    store.enabled = True
    assert asked.ask(TXN, {"may": "be"}) == {"succeeded": True}
