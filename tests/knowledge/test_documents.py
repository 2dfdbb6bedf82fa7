"""Documents over HTTP, once they have been uploaded."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, update

from opentrace.knowledge.models import Document, DocumentChunk
from opentrace.services import Services
from tests.api_fixtures import Person, SignUp
from tests.knowledge.test_uploads import problem
from tests.knowledge.uploading import MARKDOWN, add_document, confirm, create_project, read_document, stored_document


async def list_documents(person: Person, project_id: str, **query: Any) -> dict[str, Any]:
    response = await person.http.get(f"/api/projects/{project_id}/documents", params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def set_columns(services: Services, document_id: str, **values: Any) -> None:
    async with services.database.system_transaction() as work:
        await work.session.execute(update(Document).where(Document.id == UUID(document_id)).values(**values))


async def add_chunks(services: Services, document: dict[str, Any], *texts: str) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": uuid4(),
            "document_id": UUID(document["id"]),
            "project_id": UUID(document["project_id"]),
            "chunk_index": index,
            "content": text,
            "context": document["file_name"],
            "original_content": {"text": text, "tables": [], "images": []},
            "types": ["NarrativeText"],
            "heading_path": ["Chapter"],
            "page_number": index + 1,
            "locations": [
                {"page": index + 1, "x0": 0.1, "y0": 0.2, "x1": 0.9, "y1": 0.3, "start": 0, "end": len(text)}
            ],
            "char_count": len(text),
        }
        for index, text in enumerate(texts)
    ]
    async with services.database.system_transaction() as work:
        await work.session.execute(insert(DocumentChunk), rows)


async def test_documents_are_listed_newest_first_in_pages(sign_up: SignUp) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    for number in range(5):
        await add_document(ada, project_id, file_name=f"{number}.md")

    first = await list_documents(ada, project_id, limit=2)
    await add_document(ada, project_id, file_name="new.md")
    second = await list_documents(ada, project_id, limit=2, cursor=first["next_cursor"])
    third = await list_documents(ada, project_id, limit=2, cursor=second["next_cursor"])

    names = [[item["file_name"] for item in page["items"]] for page in (first, second, third)]
    assert names == [["4.md", "3.md"], ["2.md", "1.md"], ["0.md"]]
    assert third["next_cursor"] is None


async def test_documents_are_found_by_state_and_name(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    for name in ("100%_sure.md", "1000 ideas.md", "Sure.md"):
        await add_document(ada, project_id, file_name=name)
    failed = (await list_documents(ada, project_id, q="sure.MD", status="queued"))["items"][0]
    await set_columns(services, failed["id"], status="failed")

    async def names(**query: Any) -> list[str]:
        return [item["file_name"] for item in (await list_documents(ada, project_id, **query))["items"]]

    assert await names(q="0%_s") == ["100%_sure.md"]
    assert await names(q="SURE") == ["Sure.md", "100%_sure.md"]
    assert await names(status="failed") == ["Sure.md"]
    assert await names(status=["failed", "queued"], q="sure") == ["Sure.md", "100%_sure.md"]
    assert await names(status="completed") == []


async def test_a_state_that_is_none_is_refused(sign_up: SignUp) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)

    response = await ada.http.get(f"/api/projects/{project_id}/documents", params={"status": "lost"})

    assert problem(response) == (422, "validation_failed")


async def test_a_deleted_document_is_gone(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    document = await add_document(ada, project_id)
    await add_chunks(services, document, "one")

    assert (await ada.http.delete(f"/api/documents/{document['id']}")).status_code == 204

    assert problem(await ada.http.get(f"/api/documents/{document['id']}")) == (404, "document_not_found")
    assert problem(await ada.http.get(f"/api/documents/{document['id']}/chunks")) == (404, "document_not_found")
    assert problem(await ada.http.delete(f"/api/documents/{document['id']}")) == (404, "document_not_found")
    assert (await list_documents(ada, project_id))["items"] == []


async def test_a_failed_document_is_tried_again_from_the_start(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await set_columns(services, document["id"], status="failed", error_code="parse_timeout", attempts=4)

    response = await ada.http.post(f"/api/documents/{document['id']}/retry")

    assert response.status_code == 202
    assert (response.json()["status"], response.json()["error_code"]) == ("queued", None)
    stored = await stored_document(services.database, document["id"])
    assert stored is not None
    assert stored.attempts == 0


@pytest.mark.parametrize("status", ["uploading", "queued", "partitioning", "completed"])
async def test_only_a_failed_document_is_tried_again(sign_up: SignUp, services: Services, status: str) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await set_columns(services, document["id"], status=status)

    response = await ada.http.post(f"/api/documents/{document['id']}/retry")

    assert problem(response) == (409, "document_not_failed")
    assert (await read_document(ada, document["id"]))["status"] == status


async def test_chunks_are_listed_in_the_order_of_the_document_in_pages(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await add_chunks(services, document, *(f"text {number}" for number in range(5)))
    url = f"/api/documents/{document['id']}/chunks"

    first = (await ada.http.get(url, params={"limit": 3})).json()
    second = (await ada.http.get(url, params={"limit": 3, "cursor": first["next_cursor"]})).json()

    assert [item["chunk_index"] for item in first["items"]] == [0, 1, 2]
    assert [item["chunk_index"] for item in second["items"]] == [3, 4]
    assert second["next_cursor"] is None
    item = first["items"][1]
    assert item["original_content"] == {"text": "text 1", "tables": [], "images": []}
    assert (item["types"], item["heading_path"], item["page_number"]) == (["NarrativeText"], ["Chapter"], 2)
    assert item["locations"] == [{"page": 2, "x0": 0.1, "y0": 0.2, "x1": 0.9, "y1": 0.3, "start": 0, "end": 6}]
    assert item["char_count"] == 6


@pytest.mark.parametrize(
    ("query", "found"),
    [("INCREAS", [0]), ("increasing", [0]), ("10%", [1]), ("'; --", [2]), ("zebra", []), ('"the board"', [0])],
)
async def test_chunks_are_found_by_text_or_words(
    sign_up: SignUp, services: Services, query: str, found: list[int]
) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))
    await add_chunks(services, document, "The board increased prices.", "Up by 10% again.", "x'; -- DROP")

    response = await ada.http.get(f"/api/documents/{document['id']}/chunks", params={"q": query})

    assert [item["chunk_index"] for item in response.json()["items"]] == found


@pytest.mark.parametrize("cursor", ["x", "W10", "WyItMSJd", "WyI5OTk5OTk5OTk5OTkiXQ"])
async def test_a_cursor_of_another_list_is_refused(sign_up: SignUp, cursor: str) -> None:
    ada = await sign_up()
    document = await add_document(ada, await create_project(ada))

    response = await ada.http.get(f"/api/documents/{document['id']}/chunks", params={"cursor": cursor})

    assert problem(response) == (422, "invalid_request")


async def test_what_strangers_ask_for_is_not_there(sign_up: SignUp, services: Services) -> None:
    ada, eve = await sign_up(), await sign_up()
    project_id = await create_project(ada)
    document = await add_document(ada, project_id)
    await add_chunks(services, document, "secret")

    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/confirm"),
        ("POST", "/retry"),
        ("GET", "/chunks"),
        ("GET", "/file"),
    ):
        response = await eve.http.request(method, f"/api/documents/{document['id']}{path}")
        assert problem(response) == (404, "document_not_found")
    listed = await eve.http.get(f"/api/projects/{project_id}/documents")
    assert problem(listed) == (404, "project_not_found")
    assert (await confirm(ada, document["id"]))["status"] == "queued"


async def test_an_uploaded_file_can_be_confirmed_by_its_owner_only_once_it_is_there(sign_up: SignUp) -> None:
    ada = await sign_up()
    project_id = await create_project(ada)
    created = await ada.http.post(
        f"/api/projects/{project_id}/documents", json={"file_name": "a.md", "size_bytes": len(MARKDOWN)}
    )

    response = await ada.http.post(f"/api/documents/{created.json()['document']['id']}/confirm")

    assert problem(response) == (409, "upload_missing")
