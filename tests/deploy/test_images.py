"""The images: their steps are run in empty folders, so that a wrong one fails, and what comes out is started."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.deploy.image_steps import Stage, run_stage, stages_of
from tests.entrypoints.running import clean_environment, eventually

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MINUTES = pytest.mark.timeout(1200)
STEP_TIMEOUT_S = 900.0
_EMBED = """
import asyncio, pathlib
from opentrace.adapters.local.minilm import MiniLmEmbedder
print(asyncio.run(MiniLmEmbedder(pathlib.Path("none"), threads=1).embed(["a"], purpose="query")).shape)
"""


def _copied_from_build(stage: Stage, built: Path) -> list[Path]:
    """What the last stage takes from the build stage, as paths in `built`."""
    sources = [argument.split()[-2] for argument in stage.all("COPY") if "--from=build" in argument]
    return [built / source.removeprefix("/app/") for source in sources]


@MINUTES
def test_the_image_of_server_and_worker_has_what_they_need(tmp_path: Path) -> None:
    build, final = stages_of(DEPLOY / "server.Dockerfile")

    run_stage(build, context=ROOT, folder=tmp_path, timeout_s=STEP_TIMEOUT_S)

    assert [path.name for path in _copied_from_build(final, tmp_path) if not path.exists()] == []
    binaries = tmp_path / ".venv" / "bin"
    embedded = subprocess.run(
        [binaries / "python", "-c", _EMBED],
        env=clean_environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert embedded.stdout.strip() == "(1, 384)", embedded.stderr
    served = subprocess.run(
        [binaries / "opentrace", *_command(final)],
        env=clean_environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert "OPENTRACE_DATABASE_URL is not set" in served.stderr
    tools = {"pip", "uv", "ruff", "pytest"}
    assert not tools & {path.name for path in binaries.iterdir()}


@MINUTES
@pytest.mark.skipif(shutil.which("npm") is None, reason="The image brings its Node; this machine has none.")
def test_the_image_of_the_client_serves_its_pages(tmp_path: Path) -> None:
    build, final = stages_of(DEPLOY / "client.Dockerfile")

    run_stage(build, context=ROOT, folder=tmp_path, timeout_s=STEP_TIMEOUT_S)

    (standalone,) = _copied_from_build(final, tmp_path)
    with _serving(standalone) as url:
        page = httpx.get(f"{url}/sign-in/")
        assert page.status_code == 200
        assert "nonce-" in page.headers["content-security-policy"]
        script = re.search(r'src="(/_next/static/[^"]+\.js)"', page.text)
        assert script is not None
        assert httpx.get(url + script[1]).status_code == 200
        assert httpx.get(f"{url}/pdfjs/pdf.worker.min.mjs").status_code == 200
        assert httpx.get(f"{url}/api/config").json()["code"] == "server_unreachable"


@contextmanager
def _serving(standalone: Path) -> Generator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PORT": str(port),
        "HOSTNAME": "127.0.0.1",
        "OPENTRACE_SERVER_URL": "http://127.0.0.1:9",
    }
    process = subprocess.Popen(["node", "server.js"], cwd=standalone, env=environment)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/icon.svg").is_success
        except httpx.TransportError:
            return False

    try:
        assert eventually(answers)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _command(stage: Stage) -> list[str]:
    (command,) = stage.all("CMD")
    return re.findall(r'"([^"]+)"', command)
