"""`sdctl load` as it is called, against a service of a stranger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_orders import Answer, OrderService

from sdctl.__main__ import run
from sdctl.errors import UsageError
from sdctl.load.histogram import decoded

SHORT = ("--rps", "100", "--duration", "1s")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SDCTL_HOME", str(tmp_path / "home"))
    return tmp_path


def hello(service: OrderService) -> list[tuple[str, str, dict[str, str]]]:
    asked = []

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        asked.append((method, path, headers))
        return 200, {}

    service.behave = answer
    return asked


def test_a_strangers_service_must_get_gets_of_that_path_and_no_key(
    service: OrderService, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = hello(service)
    out = home / "run.json"
    url = f"{service.url}/hello?a=b"
    code = run(["--json", "load", "--url", url, "--out", str(out), *SHORT, "--processes", "2"])
    printed = json.loads(capsys.readouterr().out)
    assert (printed["workload"], printed["requests"]["ok"]) == ("get", 100)
    # a busy machine may make it late
    assert code == (9 if printed["generator"]["saturated"] else 0)
    assert {(method, path) for method, path, _ in asked} == {("GET", "/hello?a=b")}
    assert not any("x-api-key" in headers for *_, headers in asked)
    assert service.most_at_once < 100

    written = json.loads(out.read_text())
    assert written.items() >= printed.items()
    assert written["generator"]["processes"] == 2
    assert decoded(written["histograms"]["response"]).count == 100
    assert decoded(written["histograms"]["service"]).count == 100
    assert sum(each["offered_rps"] * each["span_s"] for each in written["series"]) == pytest.approx(
        100
    )
    assert written["series"][-1].keys() >= {
        "at_s", "target_rps", "offered_rps", "achieved_rps", "p50_ms", "p99_ms", "service_p99_ms",
        "late_ms_p99", "ok", "failed", "unknown", "acknowledged", "in_flight",
    }  # fmt: skip


def test_a_load_on_a_strangers_service_must_not_be_taken_for_the_stacks(
    service: OrderService, home: Path
) -> None:
    seen = []

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        seen.extend(home.rglob("load.json"))
        return 200, {}

    service.behave = answer
    run(["--json", "load", "--url", service.url, *SHORT])
    assert not seen


def test_an_assertion_that_does_not_hold_must_end_with_8(
    service: OrderService, capsys: pytest.CaptureFixture[str]
) -> None:
    hello(service)
    code = run(["--json", "load", "--url", service.url, "--assert", "p50<1us", *SHORT])
    printed = json.loads(capsys.readouterr().out)
    assert printed["assertions"] == [{"expr": "p50<1us", "ok": False}]
    assert code == (9 if printed["generator"]["saturated"] else 8)


def test_a_generator_that_is_the_limit_must_end_with_9(service: OrderService) -> None:
    hello(service)
    words = ["--json", "load", "--url", service.url, "--rps", "200000", "--duration", "500ms"]
    assert run(words) == 9


def test_https_must_be_refused_and_nothing_sent(home: Path) -> None:
    with pytest.raises(UsageError, match="TLS is not spoken"):
        run(["load", "--url", "https://127.0.0.1/"])
    assert not list(home.rglob("runs"))


def test_help_must_name_every_workload(capsys: pytest.CaptureFixture[str]) -> None:
    run(["load", "--help"])
    # a line may end at a hyphen
    text = " ".join(capsys.readouterr().out.split()).replace("- ", "-")
    assert "events, get, hot-key, ledger, mixed, orders, read-heavy" in text
