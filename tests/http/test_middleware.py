"""What holds for every request: its size, its origin, its id, and the headers of its response."""

from collections.abc import AsyncGenerator

import httpx
import pytest
from structlog.testing import capture_logs

from opentrace.http.dependencies import SESSION_COOKIE
from opentrace.settings import Settings
from tests.api_fixtures import Serve, SignUp


async def test_a_body_that_says_it_is_too_large_is_refused(sign_up: SignUp, settings: Settings) -> None:
    ada = await sign_up()
    body = {"name": "x", "description": "y" * settings.max_request_bytes}
    response = await ada.http.post("/api/projects", json=body)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


async def test_a_body_that_hides_that_it_is_too_large_is_refused(sign_up: SignUp, settings: Settings) -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(settings.max_request_bytes // 65536 + 2):
            yield b" " * 65536

    ada = await sign_up()
    headers = {"content-type": "application/json"}
    response = await ada.http.post("/api/projects", content=pieces(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"origin": "{server}"}, True),
        ({"origin": "https://opentrace.example.org"}, True),
        ({"origin": "https://evil.example.org"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://127.0.0.1:1"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://behind-a-proxy.example.org"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site", "origin": "{server}"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({}, True),
    ],
)
async def test_a_change_by_cookie_must_come_from_an_own_page(
    settings: Settings, serve: Serve, sign_up: SignUp, headers: dict[str, str], allowed: bool
) -> None:
    ada = await sign_up()
    client = await serve(settings.model_copy(update={"public_url": "https://opentrace.example.org"}))
    sent = {name: value.format(server=str(client.base_url).rstrip("/")) for name, value in headers.items()}
    sent["cookie"] = f"{SESSION_COOKIE}={ada.token}"
    response = await client.post("/api/projects", json={"name": "x"}, headers=sent)
    assert response.status_code == (201 if allowed else 403), response.text
    if not allowed:
        assert response.json()["code"] == "foreign_origin"


async def test_another_site_cannot_sign_its_visitor_in(anonymous: httpx.AsyncClient) -> None:
    body = {"email": "a@example.org", "password": "12345678"}
    response = await anonymous.post("/api/auth/sign-in", json=body, headers={"origin": "https://evil.example.org"})
    assert (response.status_code, response.json()["code"]) == (403, "foreign_origin")


async def test_reading_by_cookie_and_changes_by_token_come_from_anywhere(
    anonymous: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up()
    elsewhere = {"origin": "https://app.example.org", "sec-fetch-site": "cross-site"}
    by_cookie = {**elsewhere, "cookie": f"{SESSION_COOKIE}={ada.token}"}
    assert (await anonymous.get("/api/projects", headers=by_cookie)).status_code == 200
    assert (await ada.http.post("/api/projects", json={"name": "x"}, headers=elsewhere)).status_code == 201


async def test_no_other_site_may_read_an_answer(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.get("/api/config", headers={"origin": "https://evil.example.org"})
    assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", ["/api/config", "/api/nowhere", "/api/projects"])
async def test_every_response_has_its_security_headers(anonymous: httpx.AsyncClient, path: str) -> None:
    headers = (await anonymous.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers
    assert "server" not in headers


@pytest.mark.parametrize(
    ("sent", "kept"), [("trace-1.A_b", True), ("x" * 65, False), ("two words", False), ("{}", False)]
)
async def test_a_request_keeps_an_id_that_is_fit_to_be_logged(
    anonymous: httpx.AsyncClient, sent: str, kept: bool
) -> None:
    response = await anonymous.get("/health", headers={"x-request-id": sent})
    assert (response.headers["x-request-id"] == sent) is kept


async def test_the_log_names_the_route_and_not_the_address(sign_up: SignUp) -> None:
    ada = await sign_up()
    with capture_logs() as logs:
        response = await ada.http.get("/api/projects", params={"q": "confidential"})
        await ada.http.get("/api/confidential/confidential")
    entries = [entry for entry in logs if entry["event"] == "request"]
    assert [(entry["method"], entry["route"], entry["status"]) for entry in entries] == [
        ("GET", "/api/projects", 200),
        ("GET", "unmatched", 404),
    ]
    assert response.headers["x-request-id"]
    assert "confidential" not in str(logs)
