"""The pages hold what they promise: links work, the README is short, figures come from a run."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from sdctl.cli.fault_options import default_as_text
from sdctl.components.component import all_components, every_component
from sdctl.design import profile, validation
from sdctl.faults.fault import all_faults, fields_of
from sdctl.faults.from_texts import name_of
from sdctl.foundation.errors import BadOption, SdctlError
from sdctl.foundation.units import duration
from sdctl.terminal import profiles

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "bench" / "README.md", ROOT / "tests" / "kubernetes" / "README.md")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *READMES])
RECORD = ROOT / "docs" / "measured.json"
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
MADE = "<!-- made from sdctl/faults/ by tests/contract/test_docs.py -->"
FENCED = re.compile(r"^```.*?^```", re.M | re.S)


def anchors(page: Path) -> set[str]:
    """As GitHub makes them: words in lower case, spaces to hyphens, all other signs dropped."""
    titles = re.findall(r"^#+ (.*)$", FENCED.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_to_a_page_or_a_picture_must_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", page.read_text())):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_file_that_a_page_names_must_be_there(page: Path) -> None:
    named = re.findall(
        r"`((?:sdctl|tests|bench|templates|profiles|gamedays|docs|scripts)/[\w./-]+)`",
        page.read_text(),
    )
    for name in named:
        # the component that docs/extending.md makes up
        assert (ROOT / name).exists() or "whoami" in name, name


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_setting_that_a_page_names_must_be_there(page: Path) -> None:
    there: dict[str, set[str]] = {}
    for component in every_component():
        there.setdefault(component.tier, set()).update(component.settings.model_fields)
    for tier, setting in re.findall(r"`(?:--set )?([a-z]+)\.([a-z_]+)[=`]", page.read_text()):
        if tier in there and setting not in ("py", "md", "yaml"):  # a file
            assert setting in there[tier], f"{tier}.{setting}"


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_page_must_begin_by_saying_for_whom_it_is(page: Path) -> None:
    begin = page.read_text().partition("\n## ")[0]
    assert re.search(r"(This page|It) is for people ", begin), begin


def keys_of_faults() -> str:
    """A row for each fault: its keys in a game day's file, and what holds without them."""
    rows = ["| `fault` | keys |", "|---|---|"]
    for kind, fault in sorted(all_faults().items()):
        keys = []
        for field in fields_of(fault):
            default = "false" if field.default is False else default_as_text(field)
            keys.append(f"`{name_of(field)}`{f' ({default})' if default else ''}")
        rows.append(f"| `{kind}` | {', '.join(keys)} |")
    return "\n".join(rows)


def test_every_key_of_a_fault_must_be_told_with_what_holds_without_it(
    request: pytest.FixtureRequest,
) -> None:
    page = ROOT / "docs" / "gamedays.md"
    text = page.read_text()
    begin, _, rest = text.partition(MADE)
    _, end, after = rest.partition("<!-- end -->")
    whole = f"{begin}{MADE}\n{keys_of_faults()}\n{end}{after}"
    if request.config.getoption("--update-golden"):
        page.write_text(whole)
    assert page.read_text() == whole, "pytest --update-golden writes it anew"


def test_the_least_and_the_greatest_time_of_each_fault_must_be_what_it_takes() -> None:
    table = (ROOT / "docs" / "gamedays.md").read_text().partition("| faults | least |")[2]
    rows = re.findall(r"^\| (`.*`) \| ([^|]*) \| ([^|]*) \|$", table.split("\n\n")[0], re.M)
    told = {
        kind: [duration(limit.replace(" min", "m").replace(" ", "")) for limit in limits]
        for kinds, *limits in rows
        for kind in re.findall(r"`([\w-]+)`", kinds)
    }
    assert told.keys() == all_faults().keys()

    def taken(kind: str, for_s: float) -> bool:
        fault = all_faults()[kind](for_=for_s)  # type: ignore[call-arg]  # every fault has it
        return not any(
            isinstance(error, BadOption) and error.option == "for"
            for error in fault.wrong(all_components())
        )

    for kind, (least, greatest) in told.items():
        assert taken(kind, least), kind
        assert taken(kind, greatest), kind
        assert not taken(kind, least * 0.9), kind
        assert not taken(kind, greatest * 1.1), kind


def test_the_readme_must_be_short() -> None:
    assert len((ROOT / "README.md").read_text().split()) <= 900


def test_the_readme_must_say_how_many_containers_the_first_command_starts() -> None:
    _, without_a_registry, _ = profiles.counts(validation.load(profile.DEFAULT))
    said = re.findall(r"start (\d+) containers", (ROOT / "README.md").read_text())
    assert said == [str(without_a_registry)]


def test_a_share_must_be_written_in_one_form_everywhere() -> None:
    """``5%``: as options take it."""
    sources = (ROOT / "sdctl").rglob("*.py")
    other = re.compile(r"\d %(?=[,.;:)\"'`|]|$| [a-z→])|\} %\"", re.MULTILINE)
    found = [f"{path.name}: {match[0]}" for path in (*PAGES, *sources)
             for match in other.finditer(path.read_text())]  # fmt: skip
    assert found == []


def test_there_must_be_at_most_ten_principles() -> None:
    text = (ROOT / "docs" / "design.md").read_text().partition("## Principles")[2]
    assert 1 <= len(re.findall(r"^\d+\. ", text, re.M)) <= 10


def test_the_figures_must_be_those_of_the_recorded_run(monkeypatch: pytest.MonkeyPatch) -> None:
    if not RECORD.is_file():
        pytest.skip("`make measured` has not written its record yet")
    monkeypatch.syspath_prepend(ROOT / "bench")
    import measured_page

    try:
        record = json.loads(RECORD.read_text())
        readme = (ROOT / "README.md").read_text()
        assert (ROOT / "docs" / "measured.md").read_text() == measured_page.page(record)
        assert measured_page.with_table(readme, record) == readme
        assert measured_page.BEGIN in readme
    finally:
        sys.modules.pop("measured_page")


def test_every_exit_code_must_be_explained() -> None:
    def kinds(kind: type[SdctlError]) -> set[int]:
        return {kind.code}.union(*map(kinds, kind.__subclasses__()))

    table = (ROOT / "docs" / "troubleshooting.md").read_text().partition("## Exit codes\n")[2]
    told = {
        int(code) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.M) for code in row.split(",")
    }
    assert told == {0, *kinds(SdctlError), 129, 143}
