"""The OpenAPI document: every route there is, described as it answers."""

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from opentrace.entrypoints.api import create_app
from opentrace.settings import Settings

ROUTES = {
    "GET /health",
    "GET /ready",
    "GET /metrics",
    "GET /api/config",
    "POST /api/auth/sign-up",
    "POST /api/auth/sign-in",
    "POST /api/auth/sign-out",
    "GET /api/me",
    "DELETE /api/sessions",
    "GET /api/api-keys",
    "POST /api/api-keys",
    "DELETE /api/api-keys/{api_key_id}",
    "GET /api/projects",
    "POST /api/projects",
    "GET /api/projects/{project_id}",
    "PATCH /api/projects/{project_id}",
    "DELETE /api/projects/{project_id}",
    "GET /api/projects/{project_id}/settings",
    "PATCH /api/projects/{project_id}/settings",
    "GET /api/projects/{project_id}/documents",
    "POST /api/projects/{project_id}/documents",
    "GET /api/documents/{document_id}",
    "DELETE /api/documents/{document_id}",
    "POST /api/documents/{document_id}/confirm",
    "POST /api/documents/{document_id}/retry",
    "GET /api/documents/{document_id}/chunks",
    "GET /api/documents/{document_id}/file",
    "POST /api/projects/{project_id}/search",
    "GET /api/projects/{project_id}/chats",
    "POST /api/projects/{project_id}/chats",
    "GET /api/chats/{chat_id}",
    "PATCH /api/chats/{chat_id}",
    "DELETE /api/chats/{chat_id}",
    "POST /api/chats/{chat_id}/messages",
    "GET /api/messages/{message_id}/trace",
    "PUT /api/messages/{message_id}/feedback",
    "DELETE /api/messages/{message_id}/feedback",
    "POST /api/projects/{project_id}/urls",
    "POST /api/webhooks/clerk",
}

Operation = dict[str, Any]


@pytest.fixture(scope="module")
def document(settings: Settings) -> dict[str, Any]:
    return create_app(settings).openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, Operation]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_of_the_api_exists(operations: dict[str, Operation]) -> None:
    assert set(operations) == ROUTES


def test_operations_have_readable_names_of_their_own(operations: dict[str, Operation]) -> None:
    names = [operation["operationId"] for operation in operations.values()]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and "__" not in name for name in names)


def test_every_operation_is_described(operations: dict[str, Operation], document: dict[str, Any]) -> None:
    known = {tag["name"] for tag in document["tags"]}
    for name, operation in operations.items():
        assert operation["summary"], name
        assert set(operation["tags"]) <= known, name


def test_every_answer_has_a_shape(operations: dict[str, Operation]) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if status in ("204", "307") or name == "GET /metrics":
                continue
            for media_type, media in response["content"].items():
                assert media_type == "text/event-stream" or media["schema"], f"{name} {status}"


def test_failures_are_problem_documents(operations: dict[str, Operation]) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if status >= "400" and name != "GET /ready":
                assert list(response["content"]) == ["application/problem+json"], f"{name} {status}"
                problem = response["content"]["application/problem+json"]
                assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert problem["example"]["status"] == int(status)


def test_what_needs_a_token_says_so(operations: dict[str, Operation], document: dict[str, Any]) -> None:
    public = {name for name, operation in operations.items() if "security" not in operation}
    assert public == {
        "GET /health",
        "GET /ready",
        "GET /metrics",
        "GET /api/config",
        "POST /api/auth/sign-up",
        "POST /api/auth/sign-in",
        "POST /api/auth/sign-out",
        "POST /api/webhooks/clerk",  # signed instead
    }
    assert document["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    for name in set(operations) - public:
        assert "401" in operations[name]["responses"], name


def test_what_takes_an_id_may_answer_not_found(operations: dict[str, Operation]) -> None:
    for name, operation in operations.items():
        # The webhook is there only where accounts are Clerk's.
        may_be_missing = "{" in name or name == "POST /api/webhooks/clerk"
        assert may_be_missing == ("404" in operation["responses"]), name


async def test_the_document_is_served(anonymous: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await anonymous.get("/openapi.json")).json()["info"]["version"] == app.version


async def test_the_page_of_the_document_needs_nothing_from_elsewhere(anonymous: httpx.AsyncClient) -> None:
    page = (await anonymous.get("/docs")).text
    linked = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(linked) == 3
    for address in linked:
        response = await anonymous.get(address)
        assert response.status_code == 200
        assert len(response.content) > 1000
    assert (await anonymous.get("/docs/redoc.standalone.js")).status_code == 404
    assert (await anonymous.get("/docs/..%2fcore.py")).status_code == 404
