"""The stand-in's own client must understand what MongoDB's shell does."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parents[3] / "templates/ferretdb/image/documents.py"
_spec = importlib.util.spec_from_file_location("documents_shell", FILE)
assert _spec is not None
assert _spec.loader is not None
shell: Any = importlib.util.module_from_spec(_spec)
_wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
_spec.loader.exec_module(shell)
sys.dont_write_bytecode = _wrote


@pytest.mark.parametrize("text", [
    'db.events.find({"kind": "click"}).sort({"at": -1}).limit(3)',
    "events.find({kind: 'click'}).sort({at: -1}).limit(3);",
])  # fmt: skip
def test_a_look_must_become_one_command(text: str) -> None:
    function, command = shell.command(text)
    assert function == "find_cursor_first_page"
    assert (command["find"], command["filter"]) == ("events", {"kind": "click"})
    assert (command["sort"], command["limit"], command["batchSize"]) == ({"at": -1}, 3, 3)


def test_writes_must_name_what_they_are_for() -> None:
    assert shell.command('db.m.insertOne({"a": "x, b: c"})') == (
        "insert", {"insert": "m", "documents": [{"a": "x, b: c"}]},
    )  # fmt: skip
    assert shell.command("db.m.updateMany({a: 1}, {$set: {b: 2}})")[1]["updates"] == [
        {"q": {"a": 1}, "u": {"$set": {"b": 2}}, "multi": True}
    ]
    assert [shell.command(f"db.m.{one}({{}})")[1]["deletes"][0]["limit"]
            for one in ("deleteOne", "deleteMany")] == [1, 0]  # fmt: skip
    assert shell.command("show collections")[0] == "list_collections_cursor_first_page"
    assert shell.command("db.m.countDocuments()")[1] == {"count": "m", "query": {}}


@pytest.mark.parametrize("text", [
    "nonsense", "db.x", "db.x.find({)", "db.x.find({}).limit()", "db.x.find({}).explain()",
    "db.x.drop()", "db.x.count().limit(1)", "db.x.find({}", "db.x.find({}) and more", "",
])  # fmt: skip
def test_what_cannot_be_understood_must_be_said(text: str) -> None:
    with pytest.raises(shell.Wrong):
        shell.command(text)


@pytest.mark.parametrize(("text", "why"), [
    ("db.m.updateOne({}, {})", "needs operators"),
    ('db.m.updateOne({"a": 2}, {"b": 9})', "needs operators"),
    ('db.m.updateMany({"a": 2}, {"$set": {"b": 9}, "c": 1})', "needs operators"),
    ("db.m.updateMany({}, [])", "needs operators"),
    ("db.m.updateMany({}, [[]])", "needs operators"),
    ("db.m.updateOne()", "needs a filter and a change"),
    ('db.m.updateMany({"$set": {"b": 9}})', "needs a filter and a change"),
    ("db.m.deleteMany()", "needs one argument"),
    ("db.m.deleteOne()", "needs one argument"),
    ("db.m.insertOne()", "needs one argument"),
    ("db.m.deleteMany(null)", "argument 1"),
    ('db.m.deleteMany("a")', "argument 1"),
    ('db.m.insertMany({"a": 1})', "argument 1"),
    ("db.m.insertMany([1])", "array of objects"),
    ('db.m.updateOne({"a": 1}, {"$set": {"b": 2}}, {"upsert": true})', "takes no options"),
    ('db.m.deleteMany({"a": 1}, {"limit": 1})', "takes no options"),
    ("db.m.find({}, {}, {})", "takes no options"),
    ("db.m.aggregate({})", "argument 1"),
    ("db.m.drop()", "not known here"),
])  # fmt: skip
def test_what_mongodb_refuses_must_be_refused_before_anything_is_written(
    text: str, why: str
) -> None:
    with pytest.raises(shell.Wrong, match=why):
        shell.command(text)


def test_a_collection_may_be_called_as_a_command_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = {"cursor": {"firstBatch": [{"a": 1, "name": "x"}]}}
    monkeypatch.setattr(shell, "ask", lambda function, asked: answer)
    shell.show("showings.find({})")
    shell.show("show  collections")
    assert capsys.readouterr().out == '{"a": 1, "name": "x"}\nx\n'


def test_a_change_in_steps_must_be_passed_on() -> None:
    steps = [{"$set": {"b": 2}}, {"$unset": "c"}]
    text = f"db.m.updateOne({{}}, {json.dumps(steps)})"
    assert shell.command(text)[1]["updates"] == [{"q": {}, "u": steps, "multi": False}]


def test_numbers_and_times_must_be_as_people_write_them() -> None:
    answer = {"at": {"$date": {"$numberLong": "1795876869100"}}, "n": [{"$numberInt": "7"}],
              "x": {"$numberDouble": "1.5"}, "d": {"$numberDouble": "NaN"}}  # fmt: skip
    assert shell.plain(answer) == {
        "at": "2026-11-28T14:41:09.100Z", "n": [7], "x": 1.5, "d": {"$numberDouble": "NaN"},
    }  # fmt: skip
