"""Failures as problem documents, whatever is sent and whatever is away."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from httpx import ASGITransport
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from opentrace.entrypoints.api import create_app
from opentrace.errors import AppError, Conflict, NotFound, TooManyRequests, Unavailable, UpstreamFailed
from opentrace.http.problems import STATUS_OF
from opentrace.ports.blob_store import BlobStoreError
from opentrace.ports.embedder import EmbedderError
from opentrace.ports.job_queue import JobQueueError
from opentrace.settings import Settings
from tests.api_fixtures import Serve, SignUp, client_of, running_server

JSON = {"content-type": "application/json"}


@asynccontextmanager
async def app_that_raises(settings: Settings, error: Exception) -> AsyncGenerator[httpx.AsyncClient]:
    """The application with one more route, which fails."""
    app: FastAPI = create_app(settings)

    @app.get("/failing")
    async def failing() -> None:
        raise error

    async with httpx.AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_an_address_that_is_none_is_a_problem(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.get("/api/nowhere")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:opentrace:problem:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address. The API is described at /docs.",
        "code": "not_found",
    }


async def test_a_method_that_an_address_does_not_take_is_a_problem(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.put("/api/projects")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"]


async def test_without_a_token_the_answer_is_unauthorized(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.get("/api/projects")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json() == {
        "type": "urn:opentrace:problem:unauthorized",
        "title": "Unauthorized",
        "status": 401,
        "detail": "Unauthorized",
        "code": "unauthorized",
    }


async def test_an_id_that_cannot_be_one_is_not_found(sign_up: SignUp) -> None:
    ada = await sign_up()
    response = await ada.http.get("/api/projects/42")
    assert (response.status_code, response.json()["code"]) == (404, "project_not_found")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b'{"name": 1}', 422),
        (b'{"name": ""}', 422),
        (b'{"name": " \\t\\n "}', 422),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": "x", "\\ud800": 1}', 422),
        (b'{"name": "x", "\\u0000": 1}', 422),
        (b'{"name": "x", "description": "\\u0000"}', 422),
        (b'{"name": "' + b"x" * 201 + b'"}', 422),
        (b'{"name": "x", "description": "' + b"x" * 2001 + b'"}', 422),
        (b'{"name": NaN}', 422),
        (b'{"name": "\xff\xfe"}', 400),
        (b"[" * 100_000, 400),
        (b'{"name": ' + b"9" * 5000 + b"}", 400),
    ],
)
async def test_a_body_that_cannot_be_taken_is_a_problem_that_does_not_repeat_it(
    sign_up: SignUp, body: bytes, status: int
) -> None:
    ada = await sign_up()
    response = await ada.http.post("/api/projects", content=body, headers=JSON)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert len(response.content) < 2000
    problem = json.loads(response.content)
    assert problem["code"] == ("validation_failed" if status == 422 else "bad_request")
    if status == 422:
        assert problem["errors"]
        assert all(error["message"].endswith(".") for error in problem["errors"])


@pytest.mark.parametrize("field", ["email", "password"])
async def test_half_of_a_character_is_no_text(anonymous: httpx.AsyncClient, field: str) -> None:
    body = {"email": "ada@example.org", "password": "long enough", field: "long enough\ud83d"}
    response = await anonymous.post("/api/auth/sign-up", content=json.dumps(body).encode(), headers=JSON)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


async def test_a_body_that_does_not_say_it_is_json_is_a_problem(sign_up: SignUp) -> None:
    ada = await sign_up()
    response = await ada.http.post("/api/projects", content=b'{"name": "x"}', headers={"content-type": "text/plain"})
    assert (response.status_code, response.json()["code"]) == (422, "validation_failed")


async def test_many_wrong_fields_make_a_short_problem(sign_up: SignUp) -> None:
    ada = await sign_up()
    body = {"name": "x", **{f"field {number} {'y' * 500}": 1 for number in range(500)}}
    response = await ada.http.post("/api/projects", json=body)
    assert response.status_code == 422
    assert len(response.json()["errors"]) == 20
    assert len(response.content) < 10_000


async def test_a_bad_query_is_named(sign_up: SignUp) -> None:
    ada = await sign_up()
    response = await ada.http.get("/api/projects", params={"limit": "many"})
    [error] = response.json()["errors"]
    assert response.status_code == 422
    assert (error["location"], error["field"]) == ("query", "limit")


@pytest.mark.parametrize(
    "cursor", ["x", "é", "%00", "bnVsbA", "W10", "WyJhIiwiYiJd", "a" * 501, "WyIyMDI2LTAxLTAxIiwgIngiXQ"]
)
async def test_a_cursor_that_is_none_is_refused(sign_up: SignUp, cursor: str) -> None:
    ada = await sign_up()
    response = await ada.http.get("/api/projects", params={"cursor": cursor})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Conflict("It is in use.", code="in_use"), 409, "in_use"),
        (NotFound("api key"), 404, "api_key_not_found"),
        (UpstreamFailed("The model failed."), 502, "upstream_failed"),
        (Unavailable("Away."), 503, "unavailable"),
        (OperationalError("SELECT secret", {"secret": "secret"}, Exception("secret")), 503, "database_unavailable"),
        (JobQueueError("secret"), 503, "queue_unavailable"),
        (BlobStoreError("secret"), 503, "storage_unavailable"),
        (EmbedderError("secret"), 503, "embedder_unavailable"),
    ],
)
async def test_a_failure_has_its_status_and_code(settings: Settings, error: Exception, status: int, code: str) -> None:
    async with app_that_raises(settings, error) as client:
        response = await client.get("/failing")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["detail"].endswith(".")
    assert "secret" not in response.text
    assert ("retry-after" in response.headers) == (code.endswith("_unavailable"))


async def test_a_limit_says_in_seconds_when_it_ends(settings: Settings) -> None:
    async with app_that_raises(settings, TooManyRequests("Too often.", retry_after_s=1.2)) as client:
        response = await client.get("/failing")
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")


async def test_every_kind_of_failure_has_a_status() -> None:
    assert set(AppError.__subclasses__()) <= set(STATUS_OF)


async def test_what_nobody_expected_is_logged_by_place_and_told_by_request_id(settings: Settings) -> None:
    with capture_logs() as logs:
        async with app_that_raises(settings, ZeroDivisionError("the user's words")) as client:
            response = await client.get("/failing", headers={"x-request-id": "abc-1"})
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert response.json()["request_id"] == "abc-1"
    [failure] = [entry["failure"] for entry in logs if entry["event"] == "request_failed"]
    assert failure[0].startswith("builtins.ZeroDivisionError at ")
    assert "test_problems.py" in failure[0]
    assert "the user's words" not in str(logs)
    assert "the user's words" not in response.text


async def test_an_answer_that_breaks_off_is_seen_to_be_broken(settings: Settings) -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        yield b"the first piece"
        raise ZeroDivisionError("the user's words")

    with capture_logs() as logs:
        async with running_server(settings) as (url, app), client_of(url) as client:

            @app.get("/breaking")
            async def breaking() -> StreamingResponse:
                return StreamingResponse(pieces())

            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/breaking")
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["request_failed"]
    assert "the user's words" not in str(logs)


async def test_without_its_database_the_server_says_so(settings: Settings, serve: Serve) -> None:
    away = SecretStr("postgresql://nobody@127.0.0.1:1/nothing")
    client = await serve(settings.model_copy(update={"database_url": away}))
    response = await client.post("/api/auth/sign-in", json={"email": "a@example.org", "password": "12345678"})
    listed = await client.get("/api/projects", headers={"authorization": "Bearer ots_x"})
    assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")
    assert response.headers["retry-after"] == "5"
    assert (listed.status_code, listed.json()["code"]) == (503, "database_unavailable")
