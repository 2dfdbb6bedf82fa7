"""The commands that use a running server."""

import json
import os
import pty
import stat
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from opentrace.entrypoints.credentials import Credentials
from tests.e2e.conftest import EMAIL, PASSWORD, Installation, installation
from tests.e2e.files import QUESTION, WRITERS
from tests.entrypoints.running import clean_environment, opentrace, run_opentrace

__all__ = ["installation"]


@pytest.fixture
def page_server() -> Iterator[ThreadingHTTPServer]:
    """A web server of the network that the installation lets pages be fetched from."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/bridge"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Bridge</title><p>42,000 cars cross the bridge every day.</p>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as http.server calls it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_ask_streams_the_answer_and_lists_its_sources(installation: Installation, tmp_path: Path) -> None:
    installation.run("add", str(WRITERS["town.pdf"](tmp_path / "town.pdf")), "--project", "Asked")

    printed = installation.run("ask", QUESTION, "--project", "Asked")

    assert "42,000 cars" in printed
    assert "Sources" in printed
    assert "town.pdf, page 2" in printed


def test_a_folder_is_added_and_a_file_of_another_kind_is_refused_alone(
    installation: Installation, tmp_path: Path
) -> None:
    WRITERS["town.md"](tmp_path / "town.md")
    (tmp_path / "program.bin").write_bytes(bytes(range(256)) * 20)

    ended = run_opentrace(
        "add", str(tmp_path), "--project", "Mixed", folder=tmp_path, **environment(installation, installation.api_key)
    )

    assert ended.returncode == 1
    assert "ready" in ended.stderr
    assert "program.bin was refused:" in ended.stderr
    documents = json.loads(installation.run("documents", "--project", "Mixed", "--json"))
    assert "town.md" in [document["file_name"] for document in documents if document["status"] == "completed"]


def test_bytes_that_are_there_are_not_sent_again_and_a_new_version_replaces_the_old_one(
    installation: Installation, tmp_path: Path
) -> None:
    def add(*more: str) -> str:
        key = environment(installation, installation.api_key)
        ended = run_opentrace("add", str(file), "--project", "Versions", *more, folder=tmp_path, **key)
        assert ended.returncode == 0, ended.stderr
        return ended.stderr

    def names_and_sizes() -> list[tuple[str, int]]:
        documents = json.loads(installation.run("documents", "--project", "Versions", "--json"))
        return sorted((document["file_name"], document["size_bytes"]) for document in documents)

    file = tmp_path / "plan.md"
    file.write_text("# Plan\n\nThe bridge opens in May.\n", encoding="utf-8")
    add()
    first = names_and_sizes()
    assert "there already" in add()
    assert names_and_sizes() == first

    file.write_text("# Plan\n\nThe bridge opens in September.\n", encoding="utf-8")
    add("--replace")

    assert names_and_sizes() == [("plan.md", file.stat().st_size)]
    file.write_text("# Plan\n\nNobody knows when the bridge opens.\n", encoding="utf-8")
    add()
    assert len(names_and_sizes()) == 2


def test_an_address_is_added_beside_files(
    installation: Installation, tmp_path: Path, page_server: ThreadingHTTPServer
) -> None:
    url = f"http://127.0.0.1:{page_server.server_port}/bridge"

    printed = installation.run("add", url, str(WRITERS["town.md"](tmp_path / "town.md")), "--project", "Pages")

    assert printed.count("ready") == 2
    documents = json.loads(installation.run("documents", "--project", "Pages", "--json"))
    assert {document["url"] for document in documents} == {url, None}


def test_an_address_that_is_not_fetched_is_refused_with_the_reason(installation: Installation, tmp_path: Path) -> None:
    url = "http://169.254.169.254/latest/"

    ended = run_opentrace(
        "add", url, "--project", "Pages", folder=tmp_path, **environment(installation, installation.api_key)
    )

    assert ended.returncode == 1
    assert f"{url} was refused:" in ended.stderr


def test_search_prints_passages_and_json(installation: Installation, tmp_path: Path) -> None:
    installation.run("add", str(WRITERS["town.txt"](tmp_path / "town.txt")), "--project", "Searched")

    printed = installation.run("search", "cars on the bridge", "--project", "Searched")
    found = json.loads(installation.run("search", "cars on the bridge", "--project", "Searched", "--json"))

    assert "town.txt" in printed
    assert found["results"][0]["document_name"] == "town.txt"
    assert found["trace"]


def test_an_unknown_project_is_answered_with_those_there_are(installation: Installation, tmp_path: Path) -> None:
    installation.run("add", str(WRITERS["town.md"](tmp_path / "town.md")), "--project", "Known")

    ended = run_opentrace(
        "ask", "?", "--project", "Unknown", folder=tmp_path, **environment(installation, installation.api_key)
    )

    assert ended.returncode == 1
    assert "'Unknown'" in ended.stderr
    assert "'Known'" in ended.stderr


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    ended = run_opentrace("projects", "--server", "http://127.0.0.1:9", folder=tmp_path, OPENTRACE_API_KEY="ot_x")

    assert ended.returncode == 1
    assert "opentrace up" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_key_that_does_not_hold_leads_to_sign_in(installation: Installation, tmp_path: Path) -> None:
    ended = run_opentrace("projects", folder=tmp_path, **environment(installation, "ot_wrong"))

    assert ended.returncode == 1
    assert "opentrace sign-in" in ended.stderr


def test_sign_in_asks_once_and_remembers_for_its_owner_only(installation: Installation, tmp_path: Path) -> None:
    home = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "OPENTRACE_SERVER_URL": installation.url,
    }

    shown = at_a_terminal(["sign-in"], answers=[EMAIL, PASSWORD], folder=tmp_path, **home)
    listed = run_opentrace("projects", folder=tmp_path, **home)

    (remembered,) = (tmp_path / "config").rglob("credentials.json")
    assert stat.S_IMODE(remembered.stat().st_mode) == 0o600
    assert Credentials(**json.loads(remembered.read_text())).email == EMAIL
    assert PASSWORD not in shown
    assert listed.returncode == 0, listed.stderr


def environment(installation: Installation, api_key: str) -> dict[str, str]:
    return {"OPENTRACE_SERVER_URL": installation.url, "OPENTRACE_API_KEY": api_key}


def at_a_terminal(arguments: list[str], *, answers: list[str], folder: Path, **variables: str) -> str:
    """Run a command at a terminal of its own, and answer each of its questions. Returns what was shown."""
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        opentrace(*arguments), cwd=folder, env=clean_environment(**variables), stdin=end, stdout=end, stderr=end
    )
    os.close(end)
    shown, answered, left = "", 0, list(answers)
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        shown += piece.decode()
        # The space behind a prompt is written last: by then a hidden question has thrown away what was typed before it.
        if left and shown[answered:].endswith(": "):
            answered = len(shown)
            os.write(terminal, left.pop(0).encode() + b"\n")
    os.close(terminal)
    assert process.wait(60) == 0, shown
    return shown
