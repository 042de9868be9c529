"""The README's picture of `sdctl status` calls each figure what `sdctl status` calls it now."""

from __future__ import annotations

import html
import re
from pathlib import Path

from sdctl.components.component import every_component
from sdctl.state.fact_label import label

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "status.svg"
TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
FIGURE = re.compile(r"([a-z].*) [\d.]+(?:%| [A-Za-z]+)?")


def test_every_figure_must_have_its_name_of_today() -> None:
    known = {label(name) for component in every_component() for name in component.figures}
    texts = [html.unescape(text).replace("\N{NO-BREAK SPACE}", " ").strip() for text in
             TEXT.findall(PICTURE.read_text())]  # fmt: skip
    parts = {part for text in texts if " · " in text for part in text.split(" · ")}
    shown = {found[1] for part in parts if (found := FIGURE.fullmatch(part))}
    assert len(shown) > 10
    assert shown - known == set()
