"""What a build says while it works, from lines that BuildKit wrote."""

from __future__ import annotations

from sdctl.targets.compose.build_progress import BuildProgress
from sdctl.targets.target import Report

LINES = """\
#0 building with "default" instance using docker driver
#1 [redis-1 internal] load .dockerignore
#6 [redis-1 1/3] FROM docker.io/library/debian:trixie-slim
#6 CACHED
#9 [redis-1 2/3] RUN apt-get update
#9 0.312 Get:1 trixie InRelease
#10 [gateway-1 2/3] COPY f /f
#13 [redis-1] exporting to image
#13 naming to docker.io/sdctl/haproxy:1a2b
#13 naming to docker.io/sdctl/haproxy:1a2b done
#13 naming to docker.io/sdctl/redis:3c4d done
#13 DONE 0.8s""".splitlines()


def test_each_image_must_be_told_with_its_step_and_once_when_it_is_built() -> None:
    details, said, now = list[str](), list[str](), iter(range(100))
    report = Report(lambda stage: None, details.append, said.append)
    images = {"redis-1": "redis", "gateway-1": "haproxy"}
    progress = BuildProgress(images, report, clock=lambda: float(next(now)))
    for line in LINES:
        progress.line(line)
    assert details == [
        "redis, step 1 of 3: FROM docker.io/library/debian:trixie-slim",
        "redis, step 2 of 3: RUN apt-get update",
        "haproxy, step 2 of 3: COPY f /f",
    ]
    assert said == [
        "the image haproxy is built, in 1 s; 1 more image to build",
        "the image redis is built, in 4 s; no more image to build",
    ]


def test_an_image_without_a_step_was_built_before() -> None:
    said = list[str]()
    report = Report(lambda stage: None, lambda detail: None, said.append)
    BuildProgress({"redis-1": "redis"}, report).line("#13 naming to docker.io/sdctl/redis:3c4d")
    assert said == ["the image redis was built before; no more image to build"]
