"""`sdctl load` as it is called, against a service of a stranger."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from fake_orders import Answer, OrderService
from odd_servers import OddServer

from sdctl.__main__ import run
from sdctl.foundation.errors import SdctlError, UsageError
from sdctl.load.histogram import decoded

pytestmark = pytest.mark.sends

SHORT = ("--rps", "100", "--duration", "1s")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SDCTL_HOME", str(tmp_path / "home"))
    return tmp_path


def code_of(*words: str) -> int:
    """How the command ends."""
    try:
        return run(list(words))
    except SdctlError as error:
        return error.code


def hello(service: OrderService) -> list[tuple[str, str, dict[str, str]]]:
    asked = []

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        asked.append((method, path, headers))
        return 200, {}

    service.behave = answer
    return asked


def test_two_documents_must_not_go_to_one_stdout(service: OrderService, tmp_path: Path) -> None:
    asked = hello(service)
    with (tmp_path / "printed").open("w") as printed:
        done = subprocess.run(
            [sys.executable, "-m", "sdctl", "--json", "load", "--url", service.url, *SHORT,
             "--out", "/dev/stdout"],
            stdout=printed, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    error = json.loads((tmp_path / "printed").read_text())["error"]
    assert (done.returncode, done.stderr) == (2, "")
    assert error["message"].startswith("--out: /dev/stdout is stdout")
    assert asked == []


def test_a_strangers_service_must_get_gets_of_that_path_and_no_key(
    service: OrderService, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = hello(service)
    out = home / "run.json"
    url = f"{service.url}/hello?a=b"
    words = ["--url", url, "--out", str(out), *SHORT, "--processes", "2"]
    code = code_of("--json", "load", *words)
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
    assert sum(tick["offered_rps"] * tick["span_s"] for tick in written["series"]) == pytest.approx(
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
    code_of("--json", "load", "--url", service.url, *SHORT)
    assert not seen


def test_an_assertion_that_does_not_hold_must_end_with_8(
    service: OrderService, capsys: pytest.CaptureFixture[str]
) -> None:
    hello(service)
    code = code_of("--json", "load", "--url", service.url, "--assert", "p50<1us", *SHORT)
    printed = json.loads(capsys.readouterr().out)
    saturated = printed["generator"]["saturated"]  # a busy machine judges no time
    assert printed["assertions"] == [{"expr": "p50<1us", "ok": None if saturated else False}]
    assert code == (9 if saturated else 8)


@pytest.mark.slow("it sends as fast as it can")
def test_a_generator_that_is_the_limit_must_end_with_9(service: OrderService) -> None:
    hello(service)
    words = ["--url", service.url, "--rps", "200000", "--duration", "100ms"]
    assert code_of("--json", "load", *words) == 9


def test_https_must_be_refused_and_nothing_sent(home: Path) -> None:
    with pytest.raises(UsageError, match="TLS is not spoken"):
        run(["load", "--url", "https://127.0.0.1/"])
    assert not list(home.rglob("runs"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rps", "0"], "--rps: a load needs a rate above 0"),
        (["--rps", "-5"], "a rate is 0 rps or more"),
        (["--rps", "nan"], "not a number: 'nan' (write 20 or 0.5)"),
        (["--rps", "inf"], "not a number: 'inf'"),
        (["--duration", "0s"], "a duration above 0"),
        (["--for", "0s"], "a duration above 0"),  # faults have it by this name
        (["--for", "999999999999999999h"], "--for: a load lasts at most 30 days"),
        (["--ramp", "0s:1,9000h:2"], "--ramp: a load lasts at most 30 days"),
        (["--for", "3s", "--duration", "4s"], "is given 2 times, as --for is the same: 3s, 4s"),
        (["--duration", "-1s"], "--duration: a duration cannot be negative"),
        (["--processes", "0"], "at least one process"),
        (["--processes", "1000000"], "at most 64 processes"),
        (["--processes", "1_0"], "not a whole number: '1_0'"),
        (["--retries", "-1"], "retries are 0 to 10, not -1"),
        (["--retries", "11"], "retries are 0 to 10, not 11"),
        (["--retries", "٣"], "not a whole number: '٣'"),
        (["--retries", "1", "--method", "POST"], "a POST that is sent again may be done twice"),
        (["--ramp", "0s:5,1s:10", "--duration", "30s"], "after 1s, and not after 30s"),
        (["--ramp", "0s:5,1s:10", "--rps", "5"], "--rps and --ramp both say the rate"),
        (["--ramp", "0s:5"], "a last point after 0s"),
        (["--ramp", ""], "--ramp is empty"),
        (["--assert", "p99<fast"], "--assert: not an assertion"),
        (["--header", "X-A"], "--header: not a header"),
        (["--header", "X-A: b\r\nX-B: c"], "line end"),
        (["--method", "GE T"], "--method: not a method"),
        (["--body", "@/no/such/file"], "'/no/such/file' cannot be read: No such file"),
        (["--method", "PUT", "--workload", "orders"], "only with --url"),
        (["--rps", "5000000"], "a rate is at most 1,000,000"),
        (["--ramp", "0s:1,1s:9000000"], "a rate is at most 1,000,000"),
        (["--url", ""], "--url is empty"),
        (["--url", "http://a b/"], "cannot be the name of a host"),
        (["--url", "http://h/\r\nX: y"], "control character"),
        (["--url", "http://h:99999/"], "a port is a number from 1 to 65535"),
    ],
)
def test_what_cannot_be_must_be_refused_and_nothing_sent(
    words: list[str], said: str, home: Path
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        run(["load", "--url", "http://127.0.0.1:9/", *words])
    assert not list(home.rglob("runs"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--header", "X-A: b"], "--header works only with --url"),
        (["--workload", "get"], "--workload get works only with --url"),
    ],
)
def test_what_is_for_a_strangers_service_must_be_refused_for_a_stack(
    words: list[str], said: str
) -> None:
    """A stack answers 404 at its root, so every request would fail."""
    with pytest.raises(UsageError, match=said):
        run(["load", *words])


def test_a_ramp_must_end_at_its_last_point(
    service: OrderService, capsys: pytest.CaptureFixture[str]
) -> None:
    hello(service)
    code_of("--json", "load", "--url", service.url, "--ramp", "0s:50,1s:100")
    printed = json.loads(capsys.readouterr().out)
    assert 1 <= printed["duration_s"] < 10  # a busy machine sends its last late
    assert printed["requests"]["sent"] == 75


def test_a_request_as_asked_for_must_arrive(
    service: OrderService, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    got = []

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        got.append((method, path, headers["x-a"], headers["authorization"], body))
        return 201, {}

    service.behave = answer
    (home / "item.json").write_bytes(b"{}")
    words = ["--header", "X-A: b", "--body", f"@{home / 'item.json'}", *SHORT]
    url = service.url.replace("//", "//u:p@") + "/a b"
    code_of("--json", "load", "--url", url, *words)
    assert set(got) == {("POST", "/a%20b", "b", "Basic dTpw", b"{}")}
    printed = json.loads(capsys.readouterr().out)
    assert (printed["writes"]["ok"], printed["reads"]["sent"]) == (100, 0)
    # neither in the run's files
    assert not [path for path in home.rglob("*.json") if "u:p@" in path.read_text()]


@pytest.mark.slow("a real load of a second, from a process of its own")
@pytest.mark.parametrize(
    ("files", "code", "said"),
    [(12, 2, "allows 12 open files"), (64, 9, "limit on open files leaves the generator 16")],
)
def test_too_few_open_files_must_be_named(files: int, code: int, said: str) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    with OddServer().serving() as server:
        words = ["load", "--url", f"{server.url}/slow", "--rps", "100", "--duration", "1s"]
        done = subprocess.run(
            [Path(sys.executable).with_name("sdctl"), *words],
            preexec_fn=limited, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert said in " ".join((done.stdout + done.stderr).split())
    assert done.returncode == code


def test_help_must_name_every_workload(capsys: pytest.CaptureFixture[str]) -> None:
    run(["load", "--help"])
    # a line may end at a hyphen
    text = " ".join(capsys.readouterr().out.split()).replace("- ", "-")
    assert "events, get, hot-key, ledger, mixed, orders, read-heavy" in text
