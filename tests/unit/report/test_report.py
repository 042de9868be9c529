"""A run and a bench as one page: what is on it, and that it loads nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from recorded_run import read, record, write_run

from sdctl.__main__ import run as sdctl
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.judge import bench, runs
from sdctl.judge.bench import Bench
from sdctl.judge.takeover import leaders
from sdctl.judge.trial import Trial
from sdctl.report import figures, of_bench, of_run, trials_page, write
from sdctl.report.material import gather
from sdctl.report.setting_rows import setting_rows
from sdctl.state.stack import Stack
from tests.unit.judge.test_trials import HEAD
from tests.verdicts import verdict


def test_the_page_must_load_nothing(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", url="https://example.org/?a=1")
    path = write(of_run(folder, record()), tmp_path / "page.html")
    page = read(path)
    assert page.fetched == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    [style] = re.findall(r"<style>(.*?)</style>", path.read_text(), re.S)
    assert not re.search(r"url\(|@import|https?:", style)
    assert "default-src 'none'" in path.read_text()
    assert "https://example.org/?a=1" in page.text


def test_what_a_stack_says_must_be_text_on_the_page(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"'&"
    folder = write_run(tmp_path / "r1", workload=evil, settings={"a": {evil: evil}})
    page = read(write(of_run(folder, record()), tmp_path / "page.html"))
    assert "script" not in page.tags
    assert page.text.count(evil) == 3


@pytest.mark.parametrize("only", ["run", "ledger", "series", "result", "verdict", "nothing"])
def test_a_killed_runs_page_must_say_what_is_not_there(tmp_path: Path, only: str) -> None:
    folder = write_run(tmp_path / "r1", only=only)
    page = read(write(of_run(folder, record()), tmp_path / "page.html"))
    names = {"run.json", "ledger.jsonl", "series.jsonl", "result.json", "verdict.json"}
    for name in names:
        assert (name in page.text) == (not name.startswith(only)), name
    assert "not measured" in page.text


def test_everything_asked_for_must_be_on_the_page(tmp_path: Path) -> None:
    text = read(write(of_run(write_run(tmp_path / "r1"), record()), tmp_path / "p.html")).text
    for part in ("f-1 kill-leader kill postgres-1", "4711", "sdctl/postgres:abc", "database.ttl",
                 "20.10", "elect 900 ms", "lease 2 s", "RDS Multi-AZ"):  # fmt: skip
        assert part in text, part


def test_the_command_must_write_into_the_runs_folder_and_print_where(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = write_run(Stack("sdctl").history / "runs" / "r1")
    sdctl(["--dry-run", "report", "r1"])
    assert "write " in capsys.readouterr().out
    assert not (folder.path / "report.html").exists(), "only told"
    sdctl(["report", "r1"])
    path = Path(capsys.readouterr().out.strip())
    assert path == folder.path / "report.html"
    sdctl(["--json", "report", "last", "-o", str(tmp_path / "x.html")])
    assert json.loads(capsys.readouterr().out) == {"path": str(tmp_path / "x.html")}
    assert (tmp_path / "x.html").read_text() == path.read_text()


def test_a_runs_first_chart_must_be_had_as_a_picture_that_loads_nothing(tmp_path: Path) -> None:
    write_run(Stack("sdctl").history / "runs" / "r1")
    sdctl(["report", "r1", "-o", str(tmp_path / "x.svg")])
    picture = (tmp_path / "x.svg").read_text()
    assert ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert "Acknowledged writes" in picture
    assert not re.search(r"url\(|@import|href|<script", picture)
    assert picture.count("http") == 1, "its own name space"
    page = of_run(runs.find(Stack("sdctl"), "r1", {}), record())
    bar = 'class="one bar"'
    assert picture.count(bar) == page.count(bar) > 10


def test_what_cannot_be_drawn_must_be_refused(tmp_path: Path) -> None:
    write_run(Stack("sdctl").history / "runs" / "r1", only="run")
    bench.write(Bench(**HEAD, trials=(Trial.of(verdict(1600.0)),)), tmp_path / "trials.json")
    for words, error in ((["r1"], NoSuchTarget), ([str(tmp_path / "trials.json")], UsageError)):
        with pytest.raises(error):
            sdctl(["report", *words, "-o", str(tmp_path / "x.svg")])
        assert not (tmp_path / "x.svg").exists()
    write_run(Stack("sdctl").history / "runs" / "r2")
    with pytest.raises(UsageError, match=r"a page \(\.html\), or a picture \(\.svg\)"):
        sdctl(["report", "r2", "-o", str(tmp_path / "x.png")])
    assert not (tmp_path / "x.png").exists(), "it would hold a page"


def test_a_benchs_page_must_show_every_trial_and_load_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    times = [1600.0 + 40 * number for number in range(20)]
    trials = tuple(Trial.of(verdict(time_s)) for time_s in [*times, None])
    bench.write(Bench(**HEAD, trials=trials), tmp_path / "trials.json")
    sdctl(["report", str(tmp_path / "trials.json")])
    path = Path(capsys.readouterr().out.strip())
    assert path == tmp_path / "trials.html"
    page = read(path)
    assert page.fetched == []
    assert path.read_text().count("<circle") == 20 + 1, "each measured trial, and one in the legend"
    for part in ("1.98 s", "in no figure of times: 1.", "20 of 20 so", "95.9%"):
        assert part in page.text, part
    with pytest.raises(UsageError, match="is not a file of"):
        of_bench(path)
    sdctl(["report", str(tmp_path / "trials.json")])  # its own page it may replace


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_page_that_nobody_named_and_sdctl_did_not_write_must_stay(
    tmp_path: Path, dry: list[str]
) -> None:
    bench.write(Bench(**HEAD, trials=(Trial.of(verdict(1600.0)),)), tmp_path / "index.json")
    (tmp_path / "index.html").write_text("<h1>mine</h1>")
    with pytest.raises(UsageError, match=r"index.html is no page of sdctl's"):
        sdctl([*dry, "report", str(tmp_path / "index.json")])
    assert (tmp_path / "index.html").read_text() == "<h1>mine</h1>"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "load"}, "kind is 'load', not 'bench' or 'bench failover'"),
        ({"settings": "x"}, "settings is 'x', not a mapping"),
        ({"trials": 5}, "trials is 5, not a list"),
        ({"trials": [{}]}, "a trial has no 'writes'"),
        (None, "kind is missing"),
    ],
)
def test_what_is_no_bench_must_be_refused_with_the_reason(
    change: dict[str, object] | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "trials.json"
    whole = Bench(**HEAD).to_json()
    path.write_text(json.dumps({} if change is None else {**whole, **change}))
    with pytest.raises(UsageError) as error:
        of_bench(path)
    assert error.value.message == f"{path} is not a file of `sdctl bench`: {said}"


def test_a_bench_that_is_not_there_must_be_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"`sdctl bench`: no such file or directory$"):
        of_bench(tmp_path / "away.json")


def test_a_setting_that_somebody_changed_must_stand_as_it_is() -> None:
    odd = {"cache": {"max_memory": "x"}, "database": {"retry_timeout": {"a": []}}}
    assert dict(setting_rows(odd))["cache.max_memory"] == "x"


def test_a_disturbed_baseline_must_be_said_on_the_page(tmp_path: Path) -> None:
    material = gather(write_run(tmp_path / "r1"), record())
    late = [write._replace(done_at=write.done_at + 3) for write in material.writes]
    material = replace(material, writes=late)
    found = figures.figures(material)
    assert found.disturbed
    assert any("are not to be compared" in remark for remark in found.remarks)


def test_the_fault_and_the_outage_must_be_told_apart_by_shape_word_and_legend(
    tmp_path: Path,
) -> None:
    page = of_run(write_run(tmp_path / "r1"), record())
    [first, *_] = re.findall(r"<figure>.*?</figure>", page, re.S)
    assert re.search(r'<rect class="fault"[^>]* height="5"', first)
    assert re.search(r'<rect class="silence"[^>]* height="192"', first)
    assert re.findall(r'<text class="(?:fault|silence)"[^>]*>([^<]*)<', first) == [
        "fault on", "stopped",
    ]  # fmt: skip
    assert first.count('class="key"><i class="fault"') == 1
    assert first.count('class="key"><i class="silence"') == 1


def test_a_fault_that_stops_no_writes_must_be_told_of_no_stop(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    failing = replace(record(), kind="fail-messages", target="1 worker")
    page = of_run(folder, failing)
    assert ">writes stopped for<" not in page
    assert "Disagreement" not in page
    assert 'rect class="fault"' in page


def test_a_load_must_not_seem_to_have_failed_a_verdict(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", kind="load")
    (folder.path / "verdict.json").unlink()
    page = of_run(folder, None)
    assert "a load, no verdict asked" in page
    assert "of them lost" not in page


def test_a_verdict_must_say_why(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    value = json.loads((folder.path / "verdict.json").read_text())
    told = {"why": "no failover in 1m", "reads": {"stale": 0, "during_outage": {
        "answered": 108, "failed": 0, "seconds": 2.0}}}  # fmt: skip
    (folder.path / "verdict.json").write_text(json.dumps({**value, **told}))
    page = of_run(folder, record())
    assert "no failover in 1m" in page
    assert "54/s" in page


def test_a_pass_must_be_told_as_on_the_card(tmp_path: Path) -> None:
    """Of a fault on a replica, which has no leader, no phases and no resolution."""
    folder = write_run(tmp_path / "r1")
    value = json.loads((folder.path / "verdict.json").read_text())
    effect = {"what": "state of app-1", "asked": "down", "seen": "down", "holds": True}
    told = {
        "passed": "nothing is lost, and every node is well", "effects": [effect],
        "leader_before": None, "leader_after": None, "failover_ms": None, "phases_ms": {},
        "rto_resolution_ms": None, "next_step": "Try `sdctl load`: it is <small>.",
        "writes": {**value["writes"], "unrecorded": ["k-1"]},
    }  # fmt: skip
    (folder.path / "verdict.json").write_text(json.dumps({**value, **told}))
    page = of_run(folder, record())
    assert "<p>nothing is lost, and every node is well</p>" in page
    assert "<td>state of app-1: asked down, seen down</td>" in page
    assert "<td>Try <code>sdctl load</code>: it is &lt;small&gt;.</td>" in page
    assert "not in the ledger" in page
    for name in ("resolution", "phases", "a new leader after", "unrecorded"):
        assert f">{name}</th>" not in page, name
    assert "<td>100 rps, for 20 s</td>" in page, "as long as it lasted"


def test_where_nobody_can_take_over_no_failover_must_be_missed(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    value = json.loads((folder.path / "verdict.json").read_text())
    told = {"alone": True, "leader_after": "postgres-1", "failover_ms": None, "phases_ms": {}}
    (folder.path / "verdict.json").write_text(json.dumps({**value, **told}))
    page = of_run(folder, record())
    assert "<td>postgres-1: nobody took over</td>" in page
    for name in ("phases", "a new leader after"):
        assert f">{name}</th>" not in page, name


@pytest.mark.parametrize(
    ("after", "row"), [("postgres-1", "a leader again after"), ("postgres-2", "a new leader after")]
)
def test_a_leader_that_leads_again_must_not_be_called_new(
    after: str, row: str, tmp_path: Path
) -> None:
    folder = write_run(tmp_path / "r1")
    value = json.loads((folder.path / "verdict.json").read_text())
    (folder.path / "verdict.json").write_text(json.dumps({**value, "leader_after": after}))
    page = of_run(folder, record())
    assert [name for name in ("a leader again after", "a new leader after") if name in page] == [
        row
    ]


def test_writes_that_failed_in_part_must_be_on_the_page(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    value = json.loads((folder.path / "verdict.json").read_text())
    limped = {"ms": 18100, "acknowledged": 290, "failed": 1200}
    (folder.path / "verdict.json").write_text(json.dumps({**value, "failed_in_part": limped}))
    assert "<td>for 18.1 s: 290 acknowledged, 1,200 not</td>" in of_run(folder, record())


def test_a_leader_that_stays_must_be_said_to_be_followed_by_nobody() -> None:
    assert leaders("redis-3", "redis-3") == "redis-3: nobody took over"
    assert leaders("redis-3", "redis-1") == "redis-3 → redis-1"
    assert leaders("redis-3", None) == "redis-3 → not known"


def test_what_is_not_known_of_a_run_must_be_left_out(tmp_path: Path) -> None:
    given = {"stack": None, "profile": None, "host": {"cpus": 2, "docker": None}}
    text = read(write(of_run(write_run(tmp_path / "r1", **given)), tmp_path / "p.html")).text
    assert "None" not in text


def test_a_phase_that_took_no_time_must_be_told_as_one_that_was_measured() -> None:
    phases = {"detect": 500, "elect": None, "promote": 0, "reroute": 200}
    page = trials_page.page(Bench(**HEAD).with_trial(verdict(2000, phases_ms=phases)))
    assert "promote, median" in page
    assert "elect, median" not in page
