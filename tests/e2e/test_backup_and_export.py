"""What goes into a backup or an exported project comes out in another installation, and answers as before."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opentrace.entrypoints.api_client import ApiClient
from tests.e2e.conftest import EMAIL, PASSWORD, Installation
from tests.e2e.files import FACT, QUESTION, WRITERS
from tests.entrypoints.running import Up, run_opentrace

PROJECT = "Moving town"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    up = Up(tmp_path_factory.mktemp("other") / "data")
    try:
        yield up.wait_ready()
    finally:
        up.end(signal.SIGTERM)


@pytest.mark.timeout(900)
def test_a_backup_and_a_project_move_to_another_installation(
    installation: Installation, empty: Up, tmp_path: Path
) -> None:
    installation.run("add", str(WRITERS["town.pdf"](tmp_path / "town.pdf")), "--project", PROJECT)
    with installation.client() as source:
        project_id = source.project(PROJECT)["id"]
        asked = ask(source, PROJECT)
    backup, exported = tmp_path / "all.opentrace", tmp_path / "town.opentrace"
    source_dir = str(installation.home / "data")

    opentrace("backup", backup, "--data-dir", source_dir, folder=tmp_path)
    opentrace("export", project_id, exported, "--data-dir", source_dir, folder=tmp_path)
    opentrace("restore", backup, "--data-dir", empty.data_dir, folder=tmp_path)
    opentrace("import", exported, "--data-dir", empty.data_dir, "--name", "Copy", folder=tmp_path)

    with ApiClient(empty.url, token=None) as anonymous:
        token = anonymous.post("/api/auth/sign-in", {"email": EMAIL, "password": PASSWORD})["token"]
    with ApiClient(empty.url, token=token) as target:
        restored, imported = ask(target, PROJECT), ask(target, "Copy")
        chats = list(target.list_all(f"/api/projects/{target.project('Copy')['id']}/chats"))
        (original,) = target.list_all(f"/api/projects/{project_id}/documents")
        (copy,) = target.list_all(f"/api/projects/{target.project('Copy')['id']}/documents")
    assert asked["content"] == restored["content"] == imported["content"]
    assert FACT in asked["citations"][0]["content"]
    assert restored["citations"][0]["chunk_id"] == asked["citations"][0]["chunk_id"]
    assert imported["citations"][0]["chunk_id"] != asked["citations"][0]["chunk_id"]
    assert imported["citations"][0]["document_id"] == copy["id"] != original["id"]
    assert len(chats) == 2  # the one that came along, and the one just made


@pytest.mark.timeout(300)
def test_a_backup_is_not_restored_over_accounts(installation: Installation, tmp_path: Path) -> None:
    backup, source_dir = tmp_path / "all.opentrace", str(installation.home / "data")
    opentrace("backup", backup, "--data-dir", source_dir, folder=tmp_path)

    refused = run_opentrace("restore", str(backup), "--data-dir", source_dir, folder=tmp_path)

    assert refused.returncode == 1
    assert "has accounts already" in refused.stderr


def opentrace(*arguments: object, folder: Path) -> None:
    ended = run_opentrace(*map(str, arguments), folder=folder)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def ask(client: ApiClient, project: str) -> dict[str, Any]:
    chat = client.post(f"/api/projects/{client.project(project)['id']}/chats", {})
    answer = client.post(f"/api/chats/{chat['id']}/messages", {"content": QUESTION})["message"]
    assert answer["citations"], answer
    return answer
