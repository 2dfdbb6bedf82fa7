"""Every route of the OpenAPI document, called by a stranger and by somebody without a token."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from opentrace.entrypoints.api import create_app
from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import SignUp
from tests.tenant_rows import add_tenant_rows

BODIES: dict[str, dict[str, Any]] = {
    "PATCH /api/projects/{project_id}": {"name": "Mine"},
    "PATCH /api/projects/{project_id}/settings": {"num_chunks": 7},
    "POST /api/projects/{project_id}/documents": {
        "file_name": "a.txt",
        "content_type": "text/plain",
        "size_bytes": 3,
    },
    "POST /api/documents/{document_id}/confirm": {},
    "POST /api/projects/{project_id}/urls": {"url": "https://example.com/"},
    "POST /api/projects/{project_id}/search": {"query": "passage"},
    "POST /api/projects/{project_id}/chats": {"title": "Mine"},
    "PATCH /api/chats/{chat_id}": {"title": "Mine"},
    "POST /api/chats/{chat_id}/messages": {"content": "What is in it?"},
    "PUT /api/messages/{message_id}/feedback": {"rating": "up"},
}
"""A body that its owner could send, for each route that takes one."""


def guarded(app: FastAPI) -> Iterator[str]:
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            if "security" in operation:
                yield f"{method.upper()} {path}"


async def call(client: httpx.AsyncClient, route: str, ids: dict[str, Any]) -> httpx.Response:
    method, path = route.split(" ")
    return await client.request(method, path.format(**ids), json=BODIES.get(route))


async def test_without_a_token_every_guarded_route_answers_401(
    app: FastAPI, anonymous: httpx.AsyncClient, sign_up: SignUp, services: Services
) -> None:
    ada = await sign_up()
    ids = asdict(await add_tenant_rows(services.database, user_id=ada.user_id))
    for route in guarded(app):
        response = await call(anonymous, route, ids)
        assert (route, response.status_code) == (route, 401)
        assert response.json()["detail"] == "Unauthorized"


async def test_with_the_ids_of_another_user_every_route_answers_404(
    app: FastAPI, sign_up: SignUp, services: Services
) -> None:
    ada, eve = await sign_up(), await sign_up()
    ids = asdict(await add_tenant_rows(services.database, user_id=ada.user_id))
    with_ids = [route for route in guarded(app) if "{" in route]
    for route in with_ids:
        unknown = set(re.findall(r"\{(\w+)\}", route)) - set(ids)
        assert not unknown, f"tests/tenant_rows.py makes no {unknown}"
        response = await call(eve.http, route, ids)
        assert (route, response.status_code) == (route, 404), response.text
        assert response.json()["code"].endswith("_not_found")
    assert with_ids


async def test_what_strangers_tried_changed_nothing(app: FastAPI, sign_up: SignUp, services: Services) -> None:
    ada, eve = await sign_up(), await sign_up()
    ids = asdict(await add_tenant_rows(services.database, user_id=ada.user_id))
    for route in guarded(app):
        if "{" in route:
            await call(eve.http, route, ids)
    project = (await ada.http.get(f"/api/projects/{ids['project_id']}")).json()
    chat = (await ada.http.get(f"/api/chats/{ids['chat_id']}")).json()
    assert (project["name"], project["document_count"], project["chat_count"]) == ("Reports", 1, 1)
    assert (chat["title"], len(chat["messages"])) == ("A question", 1)
    assert len((await ada.http.get("/api/api-keys")).json()["items"]) == 1


@pytest.mark.parametrize("route", ["/api/projects", "/api/api-keys"])
async def test_lists_show_only_what_is_the_callers(sign_up: SignUp, services: Services, route: str) -> None:
    ada, eve = await sign_up(), await sign_up()
    await add_tenant_rows(services.database, user_id=ada.user_id)
    assert len((await ada.http.get(route)).json()["items"]) == 1
    assert (await eve.http.get(route)).json() == {"items": [], "next_cursor": None}


def test_every_route_that_takes_a_body_has_one_here(settings: Settings) -> None:
    for path, methods in create_app(settings).openapi()["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation and "{" in path:
                assert f"{method.upper()} {path}" in BODIES
