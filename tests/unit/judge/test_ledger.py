from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.outcome import Outcome


def written(*outcomes: Outcome) -> Ledger:
    ledger = Ledger("r")
    for number, outcome in enumerate(outcomes):
        ledger.append(Write(f"r-{number}", number, number + 0.5, outcome, f"o-{number}"))
    return ledger


def test_what_was_written_must_be_read_back() -> None:
    ledger = written("acknowledged", "refused", "unknown")
    assert list(ledger)[1] == Write("r-1", 1, 1.5, "refused", "o-1")
    assert len(ledger) == 3
    assert ledger.count("unknown") == 1


def test_rows_must_carry_a_ledger_to_another_process() -> None:
    ledger = written("acknowledged", "refused", "unknown")
    other = Ledger("r")
    other.extend(ledger.rows(0))
    other.extend(ledger.rows(3))
    assert list(other) == list(ledger)
    assert len(ledger.rows(2).keys) == 1


def test_the_file_must_hold_each_write_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger("r", path=path)
    ledger.append(Write("r-0", ledger.started_at + 1, ledger.started_at + 1.5, "acknowledged", "o"))
    ledger.flush()
    ledger.flush()
    ledger.append(Write("r-1", ledger.started_at + 2, ledger.started_at + 12, "unknown"))
    ledger.close()
    ledger.close()
    head, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert head == {"run": "r", "started_at": ledger.started_wall}
    assert lines.pop()["ended_at"] >= ledger.started_wall
    assert lines == [
        {"key": "r-0", "sent_s": 1, "done_s": 1.5, "outcome": "acknowledged", "order_id": "o"},
        {"key": "r-1", "sent_s": 2, "done_s": 12, "outcome": "unknown", "order_id": None},
    ]


def test_a_ledger_that_was_cut_off_must_be_read_to_its_last_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger("r", path=path)
    for number in range(3):
        at = ledger.started_at + number
        ledger.append(Write(f"r-{number}", at, at + 0.5, "acknowledged", "o"))
    ledger.flush()
    path.write_text(path.read_text()[:-9])
    cut = LedgerFile(path)
    assert [write.key for write in cut.writes()] == ["r-0", "r-1"]
    assert not cut.complete
    assert cut.writes()[1].done_at == pytest.approx(ledger.started_at + 1.5, abs=0.05)
    ledger.close()


def test_a_ledger_that_was_closed_must_be_complete(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger("r", path=path)
    ledger.append(Write("r-0", 1, 2, "unknown"))
    ledger.close()
    assert LedgerFile(path).complete
    assert LedgerFile(path).run == "r"


@pytest.mark.parametrize("text", ["", "null\n", "{}\n", '{"run": 1}\n', "nonsense\n"])
def test_another_file_must_not_be_taken_for_a_ledger(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"is no ledger|is not whole JSON"):
        LedgerFile(path)


def test_what_a_write_said_must_survive_the_file_and_another_process(tmp_path: Path) -> None:
    ledger = Ledger("r", path=tmp_path / "ledger.jsonl")
    other = Ledger("r")
    other.append(Write("r-1", 0, 1, "acknowledged", "o", 4_294_967_295))
    ledger.extend(other.rows(0))
    ledger.close()
    assert [write.digest for write in ledger] == [4_294_967_295]
    assert [write.digest for write in LedgerFile(tmp_path / "ledger.jsonl").writes()] == [
        4_294_967_295
    ]


def test_a_ledger_of_an_older_sdctl_must_still_be_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text(
        '{"run":"r","started_at":1e9}\n'
        '{"key":"r-1","sent_s":0.1,"done_s":0.2,"outcome":"acknowledged","order_id":"o"}\n'
    )
    assert LedgerFile(path).writes()[0].digest == 0
