"""Projects and their settings over HTTP."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text, update

from opentrace.db.engine import Database
from opentrace.projects.models import ProjectSettings
from opentrace.services import Services
from tests.api_fixtures import Person, SignUp
from tests.nasty_strings import NASTY_STRINGS
from tests.tenant_rows import add_tenant_rows

DEFAULTS = {
    "rag_strategy": "basic",
    "agent_type": "simple",
    "embedding_model": "all-MiniLM-L6-v2",
    "num_chunks": 5,
    "final_context_size": 5,
    "use_reranking": False,
    "multi_query_count": 3,
    "vector_weight": 0.7,
    "keyword_weight": 0.3,
    "similarity_threshold": 0.3,
    "fusion": "rrf",
    "text_configuration": "english",
    "check_toxicity": True,
    "check_prompt_injection": True,
    "check_personal_data": True,
    "embedding_change": None,
}


async def create(person: Person, **values: Any) -> dict[str, Any]:
    response = await person.http.post("/api/projects", json={"name": "Reports", **values})
    assert response.status_code == 201, response.text
    return response.json()


async def test_a_new_project_is_empty_and_has_the_default_settings(sign_up: SignUp) -> None:
    ada = await sign_up()
    project = await create(ada, name="  Reports ", description="Of the year")
    settings = (await ada.http.get(f"/api/projects/{project['id']}/settings")).json()
    assert (await ada.http.get(f"/api/projects/{project['id']}")).json() == project
    assert (project["name"], project["description"]) == ("Reports", "Of the year")
    assert (project["document_count"], project["documents_by_status"], project["chat_count"]) == (0, {}, 0)
    assert project["last_activity_at"] == project["updated_at"]
    assert settings.pop("updated_at")
    assert settings == {"project_id": project["id"], **DEFAULTS}


async def test_projects_are_listed_newest_first_in_pages_that_new_ones_do_not_shift(sign_up: SignUp) -> None:
    ada = await sign_up()
    for number in range(5):
        await create(ada, name=f"Project {number}")
    names: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await ada.http.get("/api/projects", params=params)).json()
        names += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        await create(ada, name="In between")
    assert names == [f"Project {number}" for number in reversed(range(5))]


@pytest.mark.parametrize("limit", [0, -1, 201, 10**30])
async def test_a_page_has_between_1_and_200_items(sign_up: SignUp, limit: int) -> None:
    ada = await sign_up()
    assert (await ada.http.get("/api/projects", params={"limit": limit})).status_code == 422


@pytest.mark.parametrize(
    ("query", "found"),
    [("REPORT", ["Annual report"]), ("100%", ["100% sure"]), ("_", []), ("%", ["100% sure"]), ("", None)],
)
async def test_projects_are_found_by_part_of_their_name(sign_up: SignUp, query: str, found: list[str] | None) -> None:
    ada = await sign_up()
    names = ["Annual report", "100% sure", "Mail"]
    for name in names:
        await create(ada, name=name)
    items = (await ada.http.get("/api/projects", params={"q": query})).json()["items"]
    assert sorted(item["name"] for item in items) == sorted(names if found is None else found)


async def test_a_query_that_the_database_cannot_hold_is_refused(sign_up: SignUp) -> None:
    ada = await sign_up()
    assert (await ada.http.get("/api/projects?q=%00")).status_code == 422


async def test_a_project_counts_what_is_in_it(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    ids = await add_tenant_rows(services.database, user_id=ada.user_id)
    async with services.database.system_transaction() as work:
        await work.session.execute(
            text("UPDATE chats SET updated_at = clock_timestamp() + interval '1 minute' WHERE id = :id"),
            {"id": ids.chat_id},
        )
    project = (await ada.http.get(f"/api/projects/{ids.project_id}")).json()
    [listed] = (await ada.http.get("/api/projects")).json()["items"]
    assert listed == project
    assert (project["document_count"], project["documents_by_status"], project["chat_count"]) == (
        1,
        {"completed": 1},
        1,
    )
    assert project["last_activity_at"] > project["updated_at"]


async def test_a_project_is_renamed_and_described_field_by_field(sign_up: SignUp) -> None:
    ada = await sign_up()
    before = await create(ada, description="Old")
    renamed = (await ada.http.patch(f"/api/projects/{before['id']}", json={"name": "New"})).json()
    described = (await ada.http.patch(f"/api/projects/{before['id']}", json={"description": ""})).json()
    unchanged = (await ada.http.patch(f"/api/projects/{before['id']}", json={})).json()
    assert (renamed["name"], renamed["description"]) == ("New", "Old")
    assert (described["name"], described["description"]) == ("New", "")
    assert unchanged == described
    assert renamed["updated_at"] > before["updated_at"]


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "   "},
        {"name": None},
        {"name": "x" * 201},
        {"name": 7},
        {"description": "x" * 2001},
        {"description": None},
        {"nam": "x"},
        {"id": str(uuid4())},
        {"user_id": str(uuid4())},
    ],
)
async def test_a_change_that_makes_no_sense_is_refused(sign_up: SignUp, body: dict[str, Any]) -> None:
    ada = await sign_up()
    project = await create(ada)
    response = await ada.http.patch(f"/api/projects/{project['id']}", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")
    assert (await ada.http.get(f"/api/projects/{project['id']}")).json() == project


@pytest.mark.parametrize("value", NASTY_STRINGS)
async def test_any_text_comes_back_as_it_was_sent(sign_up: SignUp, value: str) -> None:
    ada = await sign_up()
    project = await create(ada, name=f"<{value}>"[:200], description=value)
    renamed = await ada.http.patch(f"/api/projects/{project['id']}", json={"description": value + "!"})
    found = (await ada.http.get("/api/projects", params={"q": project["name"]})).json()["items"]
    assert (project["name"], project["description"]) == (f"<{value}>"[:200], value)
    assert renamed.json()["description"] == value + "!"
    assert [item["id"] for item in found] == [project["id"]]


async def test_a_deleted_project_takes_everything_with_it(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    ids = await add_tenant_rows(services.database, user_id=ada.user_id)
    deleted = await ada.http.delete(f"/api/projects/{ids.project_id}")
    again = await ada.http.delete(f"/api/projects/{ids.project_id}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (again.status_code, again.json()["code"]) == (404, "project_not_found")
    async with services.database.system_transaction() as work:
        left = await work.session.execute(
            text(
                "SELECT (SELECT count(*) FROM project_settings WHERE project_id = :id) + "
                "(SELECT count(*) FROM documents WHERE project_id = :id) + "
                "(SELECT count(*) FROM document_chunks WHERE project_id = :id) + "
                "(SELECT count(*) FROM chunk_embeddings WHERE project_id = :id) + "
                "(SELECT count(*) FROM chats WHERE project_id = :id) + "
                "(SELECT count(*) FROM messages WHERE chat_id = :chat_id) + "
                "(SELECT count(*) FROM message_feedback WHERE message_id = :message_id), "
                "(SELECT count(*) FROM object_deletions WHERE storage_key = :key)"
            ),
            {
                "id": ids.project_id,
                "chat_id": ids.chat_id,
                "message_id": ids.message_id,
                "key": f"projects/{ids.project_id}/documents/{ids.document_id}",
            },
        )
        assert tuple(left.one()) == (0, 1)


async def test_of_simultaneous_deletions_one_succeeds(sign_up: SignUp) -> None:
    ada = await sign_up()
    project = await create(ada)
    responses = await asyncio.gather(*(ada.http.delete(f"/api/projects/{project['id']}") for _ in range(4)))
    assert sorted(response.status_code for response in responses) == [204, 404, 404, 404]


@pytest.mark.parametrize(
    "changes",
    [
        {"num_chunks": 100, "final_context_size": 50},
        {"num_chunks": 1, "final_context_size": 1, "multi_query_count": 10},
        {"vector_weight": 0, "keyword_weight": 1},
        {"similarity_threshold": 0.0},
        {"similarity_threshold": 1},
        {"rag_strategy": "basic", "agent_type": "simple", "use_reranking": False},
        {"rag_strategy": "multi_query_hybrid", "use_reranking": True},
        {"rag_strategy": "hybrid", "fusion": "scores", "text_configuration": "german"},
        {"embedding_model": "all-MiniLM-L6-v2"},
        {},
    ],
)
async def test_settings_are_changed_one_by_one(sign_up: SignUp, changes: dict[str, Any]) -> None:
    ada = await sign_up()
    url = f"/api/projects/{(await create(ada))['id']}/settings"
    changed = await ada.http.patch(url, json=changes)
    settings = (await ada.http.get(url)).json()
    assert changed.status_code == 200, changed.text
    assert changed.json() == settings
    assert {name: settings[name] for name in DEFAULTS} == {**DEFAULTS, **changes}


async def test_a_project_of_a_model_that_is_gone_can_still_be_changed(sign_up: SignUp, database: Database) -> None:
    ada = await sign_up()
    project = await create(ada)
    async with database.system_transaction() as work:
        await work.session.execute(
            update(ProjectSettings)
            .where(ProjectSettings.project_id == UUID(project["id"]))
            .values(embedding_model="text-embedding-3-large")
        )

    changed = await ada.http.patch(f"/api/projects/{project['id']}/settings", json={"num_chunks": 7})

    assert changed.status_code == 200, changed.text
    assert (changed.json()["num_chunks"], changed.json()["embedding_model"]) == (7, "text-embedding-3-large")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fusion": "best"}, "'rrf'"),
        ({"text_configuration": "klingon"}, "'simple'"),
        ({"rag_strategy": "graph"}, "'basic'"),
        ({"agent_type": "omniscient"}, "'simple'"),
        ({"use_reranking": "maybe"}, "boolean"),
        ({"embedding_model": "text-embedding-3-large"}, "'all-MiniLM-L6-v2'"),
        ({"num_chunks": 0}, "1"),
        ({"num_chunks": 101}, "100"),
        ({"num_chunks": 2.5}, "integer"),
        ({"num_chunks": "many"}, "integer"),
        ({"num_chunks": None}, "null"),
        ({"final_context_size": 51}, "50"),
        ({"multi_query_count": 11}, "10"),
        ({"vector_weight": 1.1}, "1"),
        ({"keyword_weight": -0.1}, "0"),
        ({"similarity_threshold": 2}, "1"),
        ({"vector_weight": 0, "keyword_weight": 0}, "both be 0"),
        ({"top_k": 3}, "top_k"),
    ],
)
async def test_settings_that_make_no_sense_are_refused_with_what_does(
    sign_up: SignUp, changes: dict[str, Any], words: str
) -> None:
    ada = await sign_up()
    url = f"/api/projects/{(await create(ada))['id']}/settings"
    response = await ada.http.patch(url, json=changes)
    assert response.status_code == 422
    assert words in response.json()["detail"]
    settings = (await ada.http.get(url)).json()
    assert {name: settings[name] for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_a_weight_is_a_number(sign_up: SignUp, value: str) -> None:
    ada = await sign_up()
    url = f"/api/projects/{(await create(ada))['id']}/settings"
    body = f'{{"vector_weight": {value}}}'
    response = await ada.http.patch(url, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")


async def test_the_weights_cannot_both_become_zero_one_after_the_other(sign_up: SignUp) -> None:
    ada = await sign_up()
    url = f"/api/projects/{(await create(ada))['id']}/settings"
    first = await ada.http.patch(url, json={"vector_weight": 0})
    second = await ada.http.patch(url, json={"keyword_weight": 0})
    assert (first.status_code, second.status_code) == (200, 422)


async def test_the_weights_cannot_both_become_zero_at_the_same_time(sign_up: SignUp) -> None:
    ada = await sign_up()
    url = f"/api/projects/{(await create(ada))['id']}/settings"
    changes = ({"vector_weight": 0}, {"keyword_weight": 0})
    responses = await asyncio.gather(*(ada.http.patch(url, json=change) for change in changes))
    assert sorted(response.status_code for response in responses) == [200, 422]


async def test_an_api_key_works_on_projects(sign_up: SignUp, anonymous: httpx.AsyncClient) -> None:
    ada = await sign_up()
    key = (await ada.http.post("/api/api-keys", json={"name": "Script"})).json()["key"]
    project = await create(ada)
    response = await anonymous.get(f"/api/projects/{project['id']}", headers={"authorization": f"Bearer {key}"})
    assert response.json() == project
