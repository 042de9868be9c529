"""What images fetch on the host."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from sdctl.foundation.errors import BringUpFailed
from sdctl.targets import bundle_folder
from sdctl.targets.compose import fetched


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bundle_folder = tmp_path / "images" / "jar"
    bundle_folder.mkdir(parents=True)
    return bundle_folder


def test_what_the_script_fetches_must_be_in_the_context_and_fetched_once(context: Path) -> None:
    runs = context.parent / "runs"
    (context / "fetch.sh").write_text(f'echo x >> {runs}; echo hello > "$1/jar"\n')
    fetched.ensure(context, lambda line: None)
    fetched.ensure(context, lambda line: None)
    assert (context / "fetched" / "jar").read_text() == "hello\n"
    assert runs.read_text() == "x\n"
    (context / "fetch.sh").write_text('echo other > "$1/jar"\n')
    fetched.ensure(context, lambda line: None)
    assert (context / "fetched" / "jar").read_text() == "other\n"


def test_a_new_lock_must_fetch_anew_and_leave_nothing_of_the_old(context: Path) -> None:
    (context / "fetch.sh").write_text('touch "$1/$(cat "$(dirname "$0")/packages.lock")"\n')
    for version in ("one", "two"):
        (context / "packages.lock").write_text(version)
        fetched.ensure(context, lambda line: None)
        assert [path.name for path in (context / "fetched").iterdir()] == [version]


def test_a_script_must_find_the_python_that_runs_sdctl(context: Path) -> None:
    (context / "fetch.sh").write_text('"$SDCTL_PYTHON" -m pip --version > "$1/pip"\n')
    fetched.ensure(context, lambda line: None)
    assert (context / "fetched" / "pip").read_text().startswith("pip ")


def test_a_script_that_fails_must_say_so_and_leave_nothing(context: Path) -> None:
    (context / "fetch.sh").write_text('echo half > "$1/jar"; echo "mvn is missing"; exit 3\n')
    said: list[str] = []
    with pytest.raises(BringUpFailed, match="image jar") as failed:
        fetched.ensure(context, said.append)
    assert failed.value.details == ("mvn is missing",)
    assert said == ["jar: mvn is missing"]
    assert not (context / "fetched").exists()
    with pytest.raises(BringUpFailed):
        fetched.ensure(context, said.append)


def test_what_another_fetched_meanwhile_must_be_taken(context: Path) -> None:
    """Two stacks may be brought up at once; the first to be ready gives its result to both."""
    script = context / "fetch.sh"
    kept = '"$(dirname "$(dirname "$1")")/jar-$(sha256sum "$0" | cut -c 1-12)"'
    script.write_text(f'mkdir {kept}; echo first > {kept}/jar; echo second > "$1/jar"\n')
    fetched.ensure(context, lambda line: None)
    assert (context / "fetched" / "jar").read_text() == "first\n"


def test_what_cannot_be_put_in_its_place_must_not_be_kept_in_part(
    context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full, say, or sdctl is killed: a part would be taken for the result for ever."""
    (context / "fetch.sh").write_text('touch "$1/a" "$1/b"\n')

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        for place, name in ((shutil, "copy2"), (Path, "rename")):
            broken.setattr(place, name, full)
        with pytest.raises(OSError, match="No space"):
            fetched.ensure(context, lambda line: None)
    fetched.ensure(context, lambda line: None)
    assert sorted(path.name for path in (context / "fetched").iterdir()) == ["a", "b"]


def test_a_new_bundle_must_keep_what_was_fetched(tmp_path: Path) -> None:
    jar = tmp_path / "images" / "jar" / "fetched" / "lib.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"\xff")
    bundle_folder.write(tmp_path, {"compose.yml": "x"})
    assert jar.is_file()


def test_a_full_disk_must_be_said_with_the_file_that_had_no_room(
    context: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, copy: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(source), None, str(copy))

    (context / "fetch.sh").write_text('mkdir "$1/lib"; echo hello > "$1/lib/jar"\n')
    monkeypatch.setattr(shutil, "copy", full)
    with pytest.raises(OSError, match="No space left") as refused:
        fetched.ensure(context, lambda line: None)
    assert refused.value.filename == str(context / "fetched" / "lib" / "jar")
