"""Limits of one user or network on what costs something, over HTTP."""

from uuid import uuid4

import httpx

from opentrace.settings import Settings
from tests.api_fixtures import PASSWORD, Serve, member_headers


async def _project(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    return str((await client.post("/api/projects", json={"name": "P"}, headers=headers)).json()["id"])


def _assert_limited(response: httpx.Response) -> None:
    assert response.status_code == 429, response.text
    assert response.json()["code"] == "rate_limited"
    assert int(response.headers["retry-after"]) >= 1
    assert "Try again in" in response.json()["detail"]


async def test_each_kind_of_use_has_a_limit_of_its_own_and_each_user_theirs(serve: Serve, settings: Settings) -> None:
    limits = {"rate_limit_search": "1/hour", "rate_limit_upload": "1/hour", "rate_limit_chat": "1/hour"}
    client = await serve(settings.model_copy(update=limits))
    ada, ben = await member_headers(client), await member_headers(client)
    project, bens = await _project(client, ada), await _project(client, ben)
    chat = (await client.post(f"/api/projects/{project}/chats", json={}, headers=ada)).json()["id"]
    file = {"file_name": "a.txt", "content_type": "text/plain", "size_bytes": 5}

    for path, body in (
        (f"/api/projects/{project}/search", {"query": "one"}),
        (f"/api/projects/{project}/documents", file),
        (f"/api/chats/{chat}/messages", {"content": "one"}),
    ):
        first = await client.post(path, json=body, headers=ada)
        assert first.is_success, first.text
        _assert_limited(await client.post(path, json=body, headers=ada))

    assert (await client.post(f"/api/projects/{bens}/search", json={"query": "one"}, headers=ben)).is_success


async def test_sign_ins_of_one_network_have_a_limit(serve: Serve, settings: Settings) -> None:
    client = await serve(settings.model_copy(update={"rate_limit_sign_in": "2/hour"}))
    stranger = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD}

    answers = [await client.post("/api/auth/sign-in", json=stranger) for _ in range(3)]

    assert [answer.status_code for answer in answers[:2]] == [401, 401]
    _assert_limited(answers[2])


async def test_questions_of_a_day_have_a_quota_that_deleting_does_not_win_back(
    serve: Serve, settings: Settings
) -> None:
    client = await serve(settings.model_copy(update={"quota_messages_per_day": 1}))
    ada = await member_headers(client)
    project = await _project(client, ada)
    chats = [(await client.post(f"/api/projects/{project}/chats", json={}, headers=ada)).json()["id"] for _ in "ab"]

    assert (await client.post(f"/api/chats/{chats[0]}/messages", json={"content": "one"}, headers=ada)).is_success
    await client.delete(f"/api/chats/{chats[0]}", headers=ada)

    _assert_limited(await client.post(f"/api/chats/{chats[1]}/messages", json={"content": "two"}, headers=ada))
