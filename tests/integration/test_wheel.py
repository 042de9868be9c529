"""An installed sdctl, without its checkout: templates, profiles and scripts are in the wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.stacks import ROOT


def test_a_built_wheel_must_render_what_the_checkout_renders(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    subprocess.run([*pip, "--no-deps", "-w", str(tmp_path), str(ROOT)], check=True)
    [wheel] = tmp_path.glob("sdctl-*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # as an installer does
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(site)], check=True)
    bundles = []
    # in one place: a bundle's project is named after its folder
    out = tmp_path / "bundle"
    for path in (site, ROOT):
        subprocess.run(
            [sys.executable, "-m", "sdctl", "render", "lite", "-o", str(out)],
            env={**os.environ, "PYTHONPATH": str(path)}, cwd=tmp_path, check=True,
        )  # fmt: skip
        files = sorted(path for path in out.rglob("*") if path.is_file() and path.name != ".env")
        bundles.append({path.relative_to(out): path.read_bytes() for path in files})
        shutil.rmtree(out)
    assert bundles[0] == bundles[1]
    assert (site / "sdctl/_assets/scripts/base-image.sh").is_file()
    page = (ROOT / "templates/report/run.html.j2").read_text()
    assert (site / "sdctl/_assets/templates/report/run.html.j2").read_text() == page
