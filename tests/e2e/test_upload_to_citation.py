"""The main job: a file of each format goes in, and its fact comes out, cited."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Installation
from tests.e2e.files import FACT, FACT_TOP, QUESTION, WRITERS


@pytest.mark.parametrize("file_name", WRITERS)
def test_a_file_is_uploaded_read_and_cited(installation: Installation, tmp_path: Path, file_name: str) -> None:
    project = f"Town in {file_name}"
    path = WRITERS[file_name](tmp_path / file_name)

    added = installation.run("add", str(path), "--project", project)
    answer, citations = ask(installation, project)

    assert "ready" in added
    assert "42,000" in answer
    assert "[1]" in answer
    assert [citation["document_name"] for citation in citations] == [file_name]
    assert FACT in " ".join(citations[0]["content"].split())


def test_a_citation_of_a_pdf_names_the_page_and_the_box_of_the_line(installation: Installation, tmp_path: Path) -> None:
    installation.run("add", str(WRITERS["town.pdf"](tmp_path / "town.pdf")), "--project", "Boxes")

    _, citations = ask(installation, "Boxes")

    assert citations[0]["page_number"] == 2
    (box,) = citations[0]["locations"]
    assert box["page"] == 2
    assert box["y0"] < FACT_TOP < box["y1"] + 0.01
    assert box["y1"] - box["y0"] < 0.03
    assert 0.1 < box["x0"] < 0.15
    assert 0.5 < box["x1"] < 0.9


def test_a_question_without_an_answer_in_the_documents_is_answered_so(
    installation: Installation, tmp_path: Path
) -> None:
    installation.run("add", str(WRITERS["town.md"](tmp_path / "town.md")), "--project", "Silent")

    answer, citations = ask(installation, "Silent", "Which enzyme breaks down lactose?")

    assert not citations
    assert "document" in answer


def test_an_answer_can_be_opened_into_its_trace(installation: Installation, tmp_path: Path) -> None:
    installation.run("add", str(WRITERS["town.md"](tmp_path / "town.md")), "--project", "Traced")
    with installation.client() as client:
        project = client.project("Traced")
        chat = client.post(f"/api/projects/{project['id']}/chats", {})
        answer = client.post(f"/api/chats/{chat['id']}/messages", {"content": QUESTION})["message"]

        trace = client.get(f"/api/messages/{answer['id']}/trace")

    assert QUESTION in str(trace)
    assert any("candidates" in str(part) for part in trace.values())


def ask(installation: Installation, project: str, question: str = QUESTION) -> tuple[str, list[dict[str, Any]]]:
    """The streamed answer and its citations."""
    with installation.client() as client:
        chat = client.post(f"/api/projects/{client.project(project)['id']}/chats", {})
        parts = list(client.ask(chat["id"], question))
    citations = [part.value["citations"] for part in parts if part.kind == "citations"]
    return "".join(part.value for part in parts if part.kind == "text"), citations[-1] if citations else []
