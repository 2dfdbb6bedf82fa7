"""The examples of the documentation run as they stand, on an installation of their own."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.entrypoints.running import Up, clean_environment

ROOT = Path(__file__).parents[2]
DEFAULT_URL = "http://localhost:8000"


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    up = Up(tmp_path / "data")
    try:
        yield up.wait_ready()
    finally:
        up.end(signal.SIGTERM)


def run_blocks(blocks: list[str], *, url: str, folder: Path) -> str:
    """What the blocks print, run in one shell that ends at the first failure."""
    script = "\n".join(block.replace(DEFAULT_URL, url) for block in blocks)
    ended = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def blocks_of(page: Path, *, below: str = "# ") -> list[str]:
    """The shell blocks of a page, or of the part below one of its headings."""
    text = page.read_text(encoding="utf-8")
    part = text[text.index(below) :]
    if below.startswith("## "):
        part = part[: part.index("\n## ", 1)]
    return re.findall(r"^```sh\n(.*?)^```", part, re.DOTALL | re.MULTILINE)


@pytest.mark.timeout(600)
def test_the_api_guide(up: Up, tmp_path: Path) -> None:
    printed = run_blocks(blocks_of(ROOT / "docs" / "reference" / "api.md"), url=up.url, folder=tmp_path)

    assert "9:40" in printed
    assert "[1]" in printed
    assert "data: [DONE]" in printed
    assert "project_not_found" in printed


@pytest.mark.timeout(600)
def test_the_first_question_over_http_in_the_readme(up: Up, tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "report.pdf"))
    canvas.drawString(72, 720, "The revenue of the third quarter was 42 million euros.")
    canvas.save()

    blocks = blocks_of(ROOT / "README.md", below="## A first question, over HTTP")
    printed = run_blocks(blocks, url=up.url, folder=tmp_path)

    assert "42 million" in printed
    assert "report.pdf" in printed
