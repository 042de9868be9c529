from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sdctl.design import profile
from sdctl.design.topology import Topology
from sdctl.foundation.errors import TemplateFailed
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.compose.bundle import render
from sdctl.targets.compose.document import document
from tests.composed import services

Make = Callable[..., Topology]
MakeBundle = Callable[..., Bundle]
GOLDEN = Path(__file__).parents[2] / "golden"
DIGEST = re.compile(r"'?\b[0-9a-f]{12}\b'?")  # all digits, YAML quotes it


def test_the_rendered_files_must_be_the_approved_ones(
    bundle_of: MakeBundle, request: pytest.FixtureRequest
) -> None:
    """A file that several profiles have alike stands once, in a folder that names them all. Build
    contexts are left out: they are not rendered, and their digests are masked."""
    profiles: dict[tuple[str, str], list[str]] = {}
    for name in sorted(profile.names()):
        for path, text in bundle_of(name).files.items():
            if not path.startswith("images/"):
                profiles.setdefault((path, DIGEST.sub("<digest>", text)), []).append(name)
    shown = {f"{'+'.join(names)}/{path}": text for (path, text), names in profiles.items()}
    approve("compose", shown, request)


def approve(target: str, shown: Mapping[str, str], request: pytest.FixtureRequest) -> None:
    """Whether the files of a target, by their path, are the approved ones; or make them so."""
    golden = GOLDEN / target
    if request.config.getoption("--update-golden"):
        shutil.rmtree(golden, ignore_errors=True)
        for path, text in shown.items():
            (golden / path).parent.mkdir(parents=True, exist_ok=True)
            (golden / path).write_text(text)
    approved = {
        path.relative_to(golden).as_posix(): path.read_text()
        for path in golden.rglob("*")
        if path.is_file()
    }
    assert sorted(shown) == sorted(approved)
    assert shown == approved


def test_every_service_must_be_without_rights_it_does_not_need(bundle_of: MakeBundle) -> None:
    for name, service in services(bundle_of("ha")).items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ())), name


def test_every_image_but_the_collectors_must_run_without_root(bundle_of: MakeBundle) -> None:
    """The engine's log files are root's alone. Without a capability, that is all root can do."""
    for path, text in bundle_of("ha").files.items():
        if path.endswith("/Dockerfile"):
            users = [line for line in text.splitlines() if line.startswith("USER ")]
            assert users == ["USER root" if "/rsyslog/" in path else "USER sdctl"], path


def test_an_elastic_tier_that_is_scaled_must_leave_all_others_alone(
    bundle_of: MakeBundle,
) -> None:
    three = bundle_of("standard").specs
    five = bundle_of("standard", "app.replicas=5", "worker.replicas=3").specs
    assert {name for name in three if three[name] != five[name]} == set()
    assert five.keys() - three.keys() == {"app-4", "app-5", "worker-3"}


def test_any_other_tier_that_is_scaled_must_renew_the_observer(bundle_of: MakeBundle) -> None:
    """With it the profile is kept."""
    three, five = bundle_of("standard").specs, bundle_of("standard", "database.nodes=5").specs
    assert three["observer-1"] != five["observer-1"]


def test_a_changed_config_file_must_change_the_node_that_mounts_it(bundle_of: MakeBundle) -> None:
    before = bundle_of("standard").specs
    after = bundle_of("standard", "cache.eviction=allkeys-lfu").specs
    changed = {name.rpartition("-")[0] for name in before if before[name] != after[name]}
    assert changed == {"redis", "observer"}


@pytest.mark.parametrize("value", ["346932497e73", "1e3", "007", "0o17", "5380129876.5e1"])
def test_a_label_that_looks_like_a_number_must_be_text(value: str, topology_of: Make) -> None:
    """Compose's reader takes more for numbers than our writer does: a stack was its own no more."""
    text = document(topology_of("lite"), {"x": {"labels": {"sdctl.spec": value}}}, "p")
    assert f"sdctl.spec: '{value}'\n" in text


def test_an_image_tag_must_follow_its_content(topology_of: Make) -> None:
    topology = topology_of("lite")
    bundle = render(topology)
    image = topology.node("redis-1").image
    edited = Bundle({**bundle.files, "images/redis/join.sh": "true\n"})
    assert image_tag(bundle, image) != image_tag(edited, image)
    other = Bundle({**bundle.files, "images/etcd/start.sh": "true\n"})
    assert image_tag(bundle, image) == image_tag(other, image)


def test_an_undefined_name_must_be_told_with_file_line_and_name(
    topology_of: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "templates" / "redis" / "config"
    config.mkdir(parents=True)
    (config / "redis.conf.j2").write_text("port 6379\nttl {{ settings.nonsense }}\n")
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    with pytest.raises(TemplateFailed, match=r"redis\.conf\.j2:2.*nonsense"):
        render(topology_of("lite"))


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("config/redis.conf.j2", b"a\n{% include 'gone.j2' %}\n", r"redis\.conf\.j2:2: .*gone\.j2"),
        ("config/redis.conf.j2", b"a\n{{ 'a' / 2 }}\n", r"redis\.conf\.j2:2: .*unsupported"),
        ("config/redis.conf.j2", b"a\n\xff\n", r"redis/config/redis\.conf\.j2: .*UTF-8"),
        ("image/.Dockerfile.swp", b"b0VIM\xff", r"redis/image/\.Dockerfile\.swp: .*UTF-8"),
    ],
)
def test_a_file_that_cannot_be_rendered_must_be_named(
    file: str, content: bytes, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    topology_of: Make,
) -> None:  # fmt: skip
    path = tmp_path / "templates/redis" / file
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    with pytest.raises(TemplateFailed, match=told):
        render(topology_of("lite"))


def test_what_images_share_must_be_in_the_build_context_of_each(bundle_of: MakeBundle) -> None:
    """And whatever a Dockerfile copies is there."""
    contexts: dict[str, set[str]] = {}
    for path in bundle_of("ha").files:
        if path.startswith("images/"):
            _, image, file = path.split("/", 2)
            contexts.setdefault(image, set()).add(file)
    assert contexts["postgres"] & contexts["ferretdb"] >= {"let-in.py", "apply-dynamic.py"}
    for image, files in contexts.items():
        text = bundle_of("ha").files[f"images/{image}/Dockerfile"]
        for copied in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE):
            for source in copied.split():
                there = (
                    source == "."
                    or source.startswith("fetched/")
                    or any(
                        file == source or file.startswith(f"{source.rstrip('/')}/")
                        for file in files
                    )
                )
                assert there, f"{image}: {source}"
