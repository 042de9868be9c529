from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs

import pytest

from sdctl.__main__ import run
from sdctl.cli.context import Context
from sdctl.components._collector import CollectorSettings, silence
from sdctl.foundation import output
from sdctl.foundation.errors import TargetRefused, TargetUnavailable
from sdctl.state.logs import lines
from sdctl.state.logs import search as log_search
from sdctl.state.logs.search import Wanted, from_level
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance

LOGS = {
    "gateway-1": ['{"at":"2026-01-01T00:00:02.000Z","method":"GET","path":"/v1/orders/1",'
                  '"status":503,"took_ms":4,"request_id":"r-1"}', "not JSON, of r-1"],
    "app-1": ['{"at":"2026-01-01T00:00:01.000Z","level":"error","message":"Leader lost"}'],
}  # fmt: skip


class Nodes(RecordingTarget):
    """Two nodes and what they said."""

    def nodes(self) -> tuple[Instance, ...]:
        return tuple(
            Instance(node=node, tier=node[:-2], component=node[:-2], state="running", status="",
                      image="")
            for node in LOGS
        )  # fmt: skip

    def logs(
        self, node: str, *, tail: int | None, follow: bool = False, since_s: float | None = None
    ) -> Iterator[str]:
        yield from LOGS[node]


def found(**wanted: str) -> Sequence[log_search.Line]:
    return log_search.in_nodes(Nodes(), Wanted(**wanted))[0]  # type: ignore[arg-type]


def test_without_a_search_tier_every_word_must_be_in_the_line() -> None:
    [line] = found(search="level:error AND leader")
    assert (line["node"], line["tier"], line["message"]) == ("app-1", "app", "Leader lost")
    assert found(search="leader follower") == []
    assert found(search="level:warn leader") == []


def test_a_level_must_be_that_one_and_every_graver_one() -> None:
    assert from_level("warn", None) == "level:warn OR level:error OR level:fatal"
    assert from_level("fatal", "a OR b") == "(level:fatal) AND (a OR b)"
    assert {line["level"] for line in found(search=from_level("info", None))} == {"info", "error"}
    [line] = found(search=from_level("warning", "leader"))
    assert line["message"] == "Leader lost"
    with pytest.raises(ValueError, match=r"'eror' is no level; did you mean error\?"):
        from_level("eror", None)


def test_without_a_search_tier_a_tier_and_a_node_must_be_those_of_the_line() -> None:
    everywhere = found(search="level:error")
    assert len(everywhere) == 2
    for name in ("tier", "node"):
        for place in {line[name] for line in everywhere}:
            told = found(search=f"level:error AND {name}:{place}")
            assert told == [line for line in everywhere if line[name] == place] != []
    assert found(search="tier:lea") == []


def test_a_line_must_have_the_same_fields_however_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Context, "engine", Nodes())
    printed = []
    for words in (["app-1"], ["app-1", "--search", "leader"]):
        assert run(["--json", "logs", *words]) == 0
        printed.append(json.loads(capsys.readouterr().out))
    assert printed[0] == printed[1]
    assert (printed[0]["tier"], printed[0]["message"]) == ("app", "Leader lost")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("level:warning", "level:warn"),
        ('level:"WARNING" AND leader', "level:warn AND leader"),
        ("level:err", "level:error"),
        ("level:information OR level:critical", "level:info OR level:fatal"),
        ("level:warn", "level:warn"),
        ("level:war*", "level:war*"),
        ("level:nosuch", "level:nosuch"),
        ("mylevel:warning warning", "mylevel:warning warning"),
    ],
)
def test_a_level_must_be_found_by_every_word_for_it(typed: str, asked: str) -> None:
    assert parse_qs(Wanted(search=typed).parameters())["search"] == [asked]


def test_without_a_search_tier_a_level_must_be_the_lines_own_and_no_word_in_it() -> None:
    assert [line["node"] for line in found(search="level:err")] == ["app-1", "gateway-1"]
    assert found(search="level:warning") == []


def test_without_a_search_tier_a_request_must_be_found_by_its_id_with_a_message() -> None:
    request, plain = found(request="r-1")
    assert plain["message"] == "not JSON, of r-1"
    assert request["message"] == "GET /v1/orders/1 503 in 4 ms"
    assert found(request="r-1", where="app") == []
    assert found(request="503") == [], "a number in a line of another request"


class Broken(Nodes):
    """The second of which cannot be followed; the first speaks when that has been told."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
        self.told = threading.Event()

    def logs(
        self, node: str, *, tail: int | None, follow: bool = False, since_s: float | None = None
    ) -> Iterator[str]:
        if node == "app-1":
            raise self.error
        self.told.wait(10)
        yield from LOGS[node]


def followed(engine: RecordingTarget, where: str | None = None) -> list[tuple[str, str]]:
    return list(lines.read(engine, where, tail=None, follow=True, since_s=None))


def test_a_node_that_cannot_be_followed_must_be_named_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No traceback of a thread, which nobody reads."""
    said = list[str]()
    waits = Broken(TargetRefused("app-1 waits to start"))
    monkeypatch.setattr(output, "warn", lambda text: (said.append(text), waits.told.set()))
    assert followed(waits) == [("gateway-1", line) for line in LOGS["gateway-1"]]
    assert said == ["app-1 waits to start"]
    with pytest.raises(TargetRefused, match="waits to start"):
        followed(waits, "app-1")


def test_an_engine_that_goes_away_must_end_what_is_followed() -> None:
    # it is told at once, whoever still waits
    with pytest.raises(TargetUnavailable, match="does not answer"):
        followed(Broken(TargetUnavailable("Docker does not answer")))


def test_only_what_is_set_must_be_asked_of_the_observer() -> None:
    assert parse_qs(Wanted(search="a b", limit=5).parameters()) == {
        "search": ["a b"],
        "limit": ["5"],
    }
    asked = parse_qs(Wanted(request="r", since_s=60).parameters(arrived="2026"))
    assert asked.keys() == {"request", "limit", "since", "arrived"}
    assert asked["since"][0].endswith("Z")


def test_without_a_search_tier_lines_must_be_followed_as_they_come() -> None:
    """What was there before is shown only where `since` asks for it."""
    asked: list[tuple[int | None, bool]] = []

    class Coming(Nodes):
        def logs(
            self, node: str, *, tail: int | None, follow: bool = False, since_s: float | None = None
        ) -> Iterator[str]:
            asked.append((tail, follow))
            yield from LOGS[node]

    engine = Coming()
    [line] = log_search.follow_nodes(engine, Wanted(search="leader"))
    assert (line["node"], line["message"]) == ("app-1", "Leader lost")
    list(log_search.follow_nodes(engine, Wanted(search="leader", where="app", since_s=60)))
    assert asked == [(0, True), (0, True), (None, True)]


def test_without_a_search_tier_one_millisecond_must_be_in_the_order_of_the_tiers() -> None:
    said = {"at": "2026-01-01T00:00:00.001Z", "request_id": "r-1", "message": "in"}

    class Told(RecordingTarget):
        def nodes(self) -> tuple[Instance, ...]:
            settings = json.dumps({"tiers": ["gateway", "app", "observer"]})
            return tuple(
                Instance(node=f"{tier}-1", tier=tier, component=tier, state="running", status="",
                          image="", settings=settings)
                for tier in ("app", "gateway", "observer")
            )  # fmt: skip

        def logs(
            self, node: str, *, tail: int | None, follow: bool = False, since_s: float | None = None
        ) -> Iterator[str]:
            yield json.dumps(said)

    lines, _ = log_search.in_nodes(Told(), Wanted(request="r-1"))
    assert [line["tier"] for line in lines] == ["gateway", "app", "observer"]
    # an id is whole: it is no part of another
    assert log_search.in_nodes(Told(), Wanted(request="r")) == ([], 0)
    assert log_search.in_nodes(Told(), Wanted(request="r-1", limit=1)) == (lines[-1:], len(lines))


def test_the_tiers_with_lines_and_those_without_must_be_told_apart() -> None:
    looked = ["gateway", "lb", "app", "app", "database"]
    lines = [{"tier": "gateway"}, {"tier": "app"}, {"tier": "app"}]
    words, one = Wanted(search="error"), Wanted(request="r-1")
    said = log_search.where_found(one, lines, looked)
    assert said.startswith("lines of gateway, app; none in lb, database: ")
    assert said.endswith("no store is told a request's id")
    none = log_search.where_found(one, [], looked)
    assert none.startswith("no line has the request id r-1. Looked in gateway, lb, app, database: ")
    none = log_search.where_found(words, [], ["app"])
    assert none == (
        "no line has these words. Looked in app: "
        "some tiers write a line only when something goes wrong"
    )
    assert log_search.where_found(words, lines, ["app", "gateway"]) == "lines of gateway, app"


def test_what_is_read_without_a_search_tier_must_be_said_and_what_may_lack_only_once() -> None:
    one, have = Wanted(request="r-1"), "The profile ha has it."
    said = (
        "This stack has no tier search. The profile ha has it. So the nodes' own logs are read for"
    )
    assert log_search.without_tier(one, have, follow=False) == f"{said} this id."
    words = log_search.without_tier(Wanted(search="error"), have, follow=True)
    assert words == f"{said} these words. Reads that went well leave no line there."


def test_why_there_is_no_line_of_a_read_must_be_said() -> None:
    why = silence({"collector": CollectorSettings()})
    assert "`collector.requests` is `writes`" in why
    assert log_search.where_found(Wanted(request="r"), [], ["gateway"], why).endswith(why)
    assert silence({"collector": CollectorSettings(requests="all")}) == ""
    assert "without a collector" in silence({})
