"""`render -o` touches nothing that no earlier `render` wrote."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sdctl.__main__ import run
from sdctl.cli import exits
from sdctl.foundation.errors import UsageError
from sdctl.targets import bundle_folder
from sdctl.targets.compose import fetched

FILES = {"compose.yml": "services: {}\n", "config/redis/redis.conf": "port 1\n"}


def content(place: Path) -> dict[str, bytes]:
    """Every file below a folder, links not followed."""
    files = (path for path in place.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder of the user's own, which looks like a bundle."""
    place = tmp_path / "project"
    for path in ("compose.yml", ".env", "src/main.py", ".git/config", "config/redis/redis.conf"):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text("the user's own\n")
    (place / ".env").chmod(0o644)
    return place


def refused(*words: str) -> UsageError:
    """What is told, whoever refuses it: sdctl, or the machine."""
    with pytest.raises((UsageError, OSError)) as error:
        run(["render", "lite", *words])
    told = error.value if isinstance(error.value, UsageError) else exits.refused(error.value)
    assert told.code == 2
    return told


def test_a_folder_that_is_the_users_must_be_left_as_it_is(project: Path) -> None:
    before = content(project)
    assert "not made by `sdctl render`; nothing was written" in refused("-o", str(project)).message
    assert content(project) == before


@pytest.mark.parametrize("name", ["", ".", "./", "..", "/"])
def test_a_name_that_leads_to_the_users_own_folder_must_be_refused(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "src")
    before = content(project)
    refused("-o", name)
    assert content(project) == before


def test_a_link_to_a_folder_of_the_users_must_be_refused(project: Path, tmp_path: Path) -> None:
    before = content(project)
    (tmp_path / "link").symlink_to(project)
    refused("-o", str(tmp_path / "link"))
    assert content(project) == before


@pytest.mark.parametrize("target", ["nowhere", "file", "link"])
def test_what_is_no_folder_must_be_refused(target: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("the user's own")
    (tmp_path / "link").symlink_to(tmp_path / target)
    refused("-o", str(tmp_path / "link"))
    refused("-o", str(tmp_path / "file"))
    refused("-o", str(tmp_path / "file" / "below"))
    assert content(tmp_path) == {"file": b"the user's own"}


@pytest.mark.parametrize("marker", ["", "{}", "[]", '{"files": [1]}', '{"files": {"a": 1}}'])
def test_a_marker_that_is_not_ours_must_not_count(marker: str, project: Path) -> None:
    (project / bundle_folder.MARKER).write_text(marker)
    refused("-o", str(project))


def test_a_folder_must_be_rendered_into_again_and_keep_what_the_user_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ensure(context: Path, report: object) -> None:
        (context / "fetched").mkdir(exist_ok=True)

    monkeypatch.setattr(fetched, "ensure", ensure)
    place = tmp_path / "b"
    run(["render", "standard", "-o", str(place)])
    (place / "notes.md").write_text("mine")
    (place / "config" / "etcd").mkdir(parents=True, exist_ok=True)
    (place / "config" / "etcd" / "mine.conf").write_text("mine")
    secrets = (place / ".env").read_text()
    run(["render", "lite", "-o", str(place)])
    here = content(place)
    place.rename(tmp_path / "earlier")
    run(["render", "lite", "-o", str(place)])
    fresh = content(place)
    assert here.keys() - fresh.keys() == {"notes.md", "config/etcd/mine.conf"}
    assert here["compose.yml"] == fresh["compose.yml"]
    lost = set(secrets.splitlines()) - set(here[".env"].decode().splitlines())
    assert {line.partition("=")[0] for line in lost} == {"SDCTL_CACHE_CLUSTER"}, (
        "only the name of the cluster, which has other members now, is another"
    )


def test_what_was_changed_by_hand_must_not_be_replaced(tmp_path: Path) -> None:
    run(["render", "lite", "-o", str(tmp_path)])
    (tmp_path / "compose.yml").write_text("mine")
    before = content(tmp_path)
    assert refused("-o", str(tmp_path)).details == ("compose.yml",)
    assert content(tmp_path) == before


def test_an_obsolete_file_that_was_changed_by_hand_must_stay(tmp_path: Path) -> None:
    bundle_folder.write(tmp_path, FILES)
    (tmp_path / "config/redis/redis.conf").write_text("mine")
    bundle_folder.write(tmp_path, {"compose.yml": "x"})
    assert (tmp_path / "config/redis/redis.conf").read_text() == "mine"


def test_links_in_a_bundle_must_not_lead_out_of_it(tmp_path: Path) -> None:
    place, outside = tmp_path / "b", tmp_path / "outside"
    bundle_folder.write(place, FILES)
    (place / "config").rename(outside)
    (place / "config").symlink_to(outside)
    (place / "compose.yml").rename(tmp_path / "compose.yml")
    (place / "compose.yml").symlink_to(tmp_path / "compose.yml")
    with pytest.raises(UsageError) as error:
        bundle_folder.check(place, FILES)
    assert error.value.details == ("compose.yml", "config/redis/redis.conf")
    bundle_folder.write(place, {"new": ""})
    assert (outside / "redis/redis.conf").is_file()
    assert (tmp_path / "compose.yml").is_file()


def test_a_marker_that_names_files_elsewhere_must_delete_none(tmp_path: Path) -> None:
    place, file = tmp_path / "b", tmp_path / "file"
    bundle_folder.write(place, FILES)
    file.write_text("mine")
    marker = json.loads((place / bundle_folder.MARKER).read_text())
    digest = bundle_folder._digest(b"mine")
    marker["files"] |= {"../file": [digest], str(file): [digest], "config/../../file": [digest]}
    (place / bundle_folder.MARKER).write_text(json.dumps(marker))
    bundle_folder.write(place, FILES)
    assert file.read_text() == "mine"


def test_a_write_that_was_cut_off_must_be_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle_folder.write(tmp_path, FILES)
    later = {"compose.yml": "later", "config/lb/haproxy.cfg": "later"}
    put = bundle_folder.put

    def cut_off(place: Path, path: str, text: str) -> None:
        if path.startswith("config/"):
            raise KeyboardInterrupt
        put(place, path, text)

    monkeypatch.setattr(bundle_folder, "put", cut_off)
    with pytest.raises(KeyboardInterrupt):
        bundle_folder.write(tmp_path, later)
    monkeypatch.undo()
    bundle_folder.check(tmp_path, FILES)
    bundle_folder.check(tmp_path, later)
    bundle_folder.write(tmp_path, later)
    assert content(tmp_path).keys() == {*later, bundle_folder.MARKER}


def test_secrets_must_be_the_owners_alone_and_the_users_lines_stay(tmp_path: Path) -> None:
    run(["render", "lite", "-o", str(tmp_path)])
    secrets = tmp_path / ".env"
    secrets.write_text("# mine\nCOMPOSE_PROFILES=a\n" + secrets.read_text())
    secrets.chmod(0o644)
    before = secrets.read_text()
    run(["render", "lite", "-o", str(tmp_path)])
    assert secrets.read_text() == before
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


@pytest.fixture(params=[0o000, 0o027, 0o077, 0o277])
def mask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_modes_must_be_set_whatever_the_umask(mask: int, tmp_path: Path) -> None:
    place = tmp_path / "b"
    run(["render", "lite", "-o", str(place)])
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    for path in place.rglob("*"):
        wanted = 0o755 if path.is_dir() else 0o600 if path.name == ".env" else 0o644
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_a_dry_run_must_write_nothing(tmp_path: Path) -> None:
    run(["--dry-run", "render", "lite", "-o", str(tmp_path / "b")])
    assert not (tmp_path / "b").exists()


def test_two_renders_into_one_folder_must_not_cross(tmp_path: Path) -> None:
    place = tmp_path / "bundle"
    with bundle_folder.alone(place):
        assert "another `sdctl render`" in refused("-o", str(place)).message
        assert not list(place.iterdir())
    assert run(["render", "lite", "-o", str(place)]) == 0


def test_a_place_that_cannot_be_written_must_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "b"))

    monkeypatch.setattr(Path, "mkdir", full)
    told = refused("-o", str(tmp_path / "b"))
    assert told.message == f"{tmp_path / 'b'} cannot be used: the disk is full"
    assert told.hint.startswith("Make room")


def test_a_folder_whose_first_marker_found_no_room_must_be_taken_up_again(tmp_path: Path) -> None:
    (tmp_path / f"{bundle_folder.MARKER}.new").write_text('{"files": {"comp')
    bundle_folder.check(tmp_path, FILES)
    bundle_folder.write(tmp_path, FILES)
    assert content(tmp_path).keys() == {*FILES, bundle_folder.MARKER}


def test_a_stacks_own_bundle_must_lose_what_an_older_version_left(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "old.conf").write_text("old")
    jar = tmp_path / "images" / "jar" / "fetched" / "lib.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"\xff")
    bundle_folder.adopt(tmp_path)
    bundle_folder.write(tmp_path, FILES)
    assert content(tmp_path).keys() == {*FILES, bundle_folder.MARKER, "images/jar/fetched/lib.jar"}


def test_a_folder_that_cannot_be_made_must_be_refused_beforehand(tmp_path: Path) -> None:
    """Also where nothing is to be written: a dry run refuses what the command refuses."""
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file/x", tmp_path / "file/x/y"):
        with pytest.raises(NotADirectoryError):
            run(["--dry-run", "render", "lite", "-o", str(place)])
    bundle_folder.check(tmp_path / "new/x", {})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
