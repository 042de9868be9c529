"""`make test-registry`: what it would run where a registry is reached."""

from __future__ import annotations

from sdctl.design import validation, variants
from sdctl.design.tier_components import components_of
from tests.stacks import ROOT, Stack


def test_it_must_run_the_end_to_end_suite_with_the_vendors_images() -> None:
    text = (ROOT / "Makefile").read_text()
    target = text[text.index("test-registry: ## ") :].split("\n\n")[0]
    assert "tests/e2e --images registry" in target
    options = (ROOT / "tests" / "e2e" / "conftest.py").read_text()
    assert '"--images"' in options
    assert '"registry"' in options


def test_its_stacks_must_be_of_every_vendors_image() -> None:
    chosen = validation.load("standard", ["images=registry"])
    resolved = variants.resolve(chosen, (), lambda reference: False)
    components = components_of(resolved.profile)
    names = {part.name for tier in resolved.profile.tiers for part in components[tier].parts}
    assert {"mongodb", "elasticsearch", "logstash", "grafana", "kibana"} <= names
    assert not {"ferretdb", "opensearch", "rsyslog"} & names


def test_a_stack_of_the_suite_must_be_brought_up_with_the_images_it_is_told() -> None:
    asked: list[tuple[str, ...]] = []

    class Told(Stack):
        def json(self, *words: str, code: int | None = 0) -> None:
            asked.append(words)

    Told("x", ROOT, images="registry").up("standard")
    [words] = asked
    assert words[:2] == ("up", "standard")
    assert "--images registry" in " ".join(words)
