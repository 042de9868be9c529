"""Decisions over files: the command, and that the same file gives the same decisions."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sdctl.__main__ import run
from sdctl.foundation.errors import UsageError

TABLE = """seconds,cpu,rps
0,0.2,50
15,0.9,200
30,1.2,300
45,1.2,300
60,0.1,10
"""


def replayed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["autoscale", "replay", *words]) == 0
    return capsys.readouterr().out


def test_a_table_must_be_decided_over_as_if_it_were_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "load.csv"
    file.write_text(TABLE)
    words = (str(file), "--target-cpu", "60", "--max", "8")
    said = replayed(capsys, *words)
    assert [line[10:].split("CPU")[0].split() for line in said.splitlines()] == [
        ["1", "→", "2"], ["2", "→", "6"], ["6", "→", "8"], ["8"], ["8"],
    ]  # fmt: skip
    assert [line[:10].strip() for line in said.splitlines()] == [
        "0 s",
        "15 s",
        "30 s",
        "45 s",
        "1 min",
    ]
    assert "the highest of the last 5 min was 8" in said
    assert replayed(capsys, *words) == said


def test_what_was_recorded_must_be_decided_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, file = tmp_path / "load.csv", tmp_path / "recorded.jsonl"
    table.write_text(TABLE)
    run(["--json", "autoscale", "replay", str(table), "--target-cpu", "60", "--target-rps", "50"])
    file.write_text(capsys.readouterr().out)
    assert run(["autoscale", "replay", str(file)]) == 0
    assert "; 0 differ" in capsys.readouterr().err
    documents = [json.loads(line) for line in file.read_text().splitlines()]
    documents[1]["desired"] += 1
    file.write_text("\n".join(map(json.dumps, documents)))
    assert run(["autoscale", "replay", str(file)]) == 0
    shown = capsys.readouterr()
    assert "; 1 differ" in shown.err
    assert f"(recorded: {documents[1]['desired']})" in shown.out


def test_other_settings_must_count_the_changes_that_were_not_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, file = tmp_path / "load.csv", tmp_path / "recorded.jsonl"
    table.write_text("seconds,rps\n0,10\n15,80\n30,960\n")
    recorded = ("--target-rps", "10", "--up-policy", "100/15s", "--max", "200")
    run(["--json", "autoscale", "replay", str(table), *recorded])
    file.write_text(capsys.readouterr().out)
    other = ("--target-rps", "80", "--up-policy", "2/1m", "--max", "200")
    *_, last = replayed(capsys, str(file), *other).splitlines()
    # a minute before there was 1, so no more than 3 are allowed, and there are 8
    assert last.split("rps")[0].split() == ["30", "s", "8"], last
    assert "policies up: 8" in last


@pytest.mark.parametrize(
    "change",
    [
        ('"cpu": 60', '"cpu": 0'),
        ('"cpu": 60', '"disk": 60'),
        ('"cpu": 60', '"cpu": "60"'),
        ('"targets": {"cpu": 60}', '"targets": {}'),
        ('"request": 250', '"request": 0'),
        ('"at": 15.0', '"at": null'),
        ('"at": 15.0', '"at": 1e300'),
        ('"at": 15.0', '"at": "15"'),
        ('"window_s": 300', '"window_s": 1e308'),
        ('"period_s": 15', '"period_s": 1e308'),
    ],
)
def test_a_decision_that_somebody_changed_must_be_named_by_its_line(
    change: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, file = tmp_path / "load.csv", tmp_path / "recorded.jsonl"
    table.write_text(TABLE)
    run(["--json", "autoscale", "replay", str(table), "--target-cpu", "60"])
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert change[0] in second
    file.write_text(f"{first}\n{second.replace(*change)}\n")
    with pytest.raises(UsageError, match="line 2 is no decision"):
        run(["autoscale", "replay", str(file)])


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("seconds,disk\n0,1\n", (), "its first line must name columns"),
        ("seconds,rps\n0,1\n", (), "no column cpu"),
        ("seconds,cpu\n0,1\n0,1\n", (), "line 3: seconds must grow, and 0 comes after 0"),
        ("seconds,cpu\n0,1\n\n0,1\n", (), "line 4: seconds must grow"),
        ("seconds,cpu\n1764500015.5,1\n1764500000,1\n", (), "1764500000 comes after 1764500015.5"),
        ("seconds,cpu\n0,-1\n", (), "line 2: cpu is less than 0"),
        ("seconds,cpu\n0,100,7\n", (), "line 2: it has more values than the first line has"),
        ("seconds,cpu\n0,1_000\n", (), "line 2: cpu is not a number: '1_000'"),
        ("seconds,cpu\n0,nan\n", (), "line 2: cpu is not a number: 'nan'"),
        ("seconds,cpu\n0,1e999\n", (), "line 2: cpu is not a number: '1e999'"),
        ("seconds,cpu\n0,1e308\n", (), "line 2: a value is too large"),
        ("seconds,cpu\ninf,1\n", (), "line 2: seconds is not a number: 'inf'"),
        ("seconds,cpu\n-1e308,1\n1e308,1\n", (), "line 2: -1e.308 seconds are no moment"),
        ("seconds,cpu\n,1\n", (), "line 2: it has no seconds"),
        ('{"at": 1}\n', (), "line 1 is no decision"),
        ("", (), "its first line must name columns"),
        (TABLE, ("--min", "3", "--max", "2"), "--min 3 and --max 2"),
        (TABLE, ("--up-policy", "4"), "--up-policy: not a policy"),
        (TABLE, ("--down-select", "most"), "--down-select: 'most' is not max, min or disabled"),
        (TABLE, ("--target-p99", "-1s"), "--target-p99: a duration cannot be negative"),
        (TABLE, ("--target-cpu", "0"), "--target-cpu must be at least 1% and no more than 1000%"),
        (TABLE, ("--target-rps", "inf"), "--target-rps.*: not a number: .inf."),
        (TABLE, ("--target-rps", "0"), "--target-rps must be at least .* and no more than"),
        ("seconds,cpu,cpu\n0,1,1\n", (), "names cpu twice"),
        (TABLE, ("--period", "0s"), "--period"),
    ],
)
def test_what_cannot_be_replayed_must_be_said(
    text: str, words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    with pytest.raises(UsageError, match=said):
        run(["autoscale", "replay", str(file), *words])


def test_what_a_target_costs_and_lacks_must_be_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """2 replicas, at once too few for 200 requests a second, then too many for 50."""
    file = tmp_path / "load.csv"
    file.write_text("seconds,rps\n0,100\n10,200\n20,200\n40,50\n")
    words = ("--target-rps", "50", "--min", "2", "--max", "9")
    assert run(["autoscale", "replay", str(file), *words]) == 0
    counted = capsys.readouterr().err.splitlines()[-1]
    # 2 x 10 s with 4 asked for, 4 x 10 s with 4, 4 x 20 s with 1
    assert counted == (
        "140 replica-seconds: the load did not ask for 60 of them, and lacked 20 more"
    )


def test_a_table_from_a_spreadsheet_must_be_read_and_one_decision_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "load.csv"
    file.write_text("\ufeffseconds,cpu\n0,0.1\n")
    assert run(["autoscale", "replay", str(file)]) == 0
    assert "1 decision, of which 0 change" in capsys.readouterr().err


def test_what_has_no_end_must_not_be_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, said in ((pipe, "named pipe"), (Path("/dev/zero"), "longer than 64")):
        with pytest.raises(UsageError, match=said):
            run(["autoscale", "replay", str(path)])
