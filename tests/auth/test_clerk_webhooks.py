"""Accounts that Clerk keeps: made at first sight or by webhooks, changed and removed by these, in whatever order."""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from opentrace.auth.models import User
from opentrace.db.engine import Database
from opentrace.settings import Settings
from tests.api_fixtures import PASSWORD, client_of, running_server
from tests.clerk_server import PAGE, PUBLISHABLE_KEY, WEBHOOK_SECRET, ClerkServer, event, signed, token, user_data


@pytest.fixture(scope="module")
async def clerk() -> AsyncGenerator[ClerkServer]:
    async with ClerkServer.running() as server:
        yield server


@pytest.fixture(scope="module")
async def clerk_url(settings: Settings, clerk: ClerkServer) -> AsyncGenerator[str]:
    changes = {
        "auth": "clerk",
        "public_url": PAGE,
        "clerk_publishable_key": PUBLISHABLE_KEY,
        "clerk_secret_key": SecretStr("sk_test_1"),
        "clerk_webhook_secret": SecretStr(WEBHOOK_SECRET),
        "clerk_jwks_url": f"{clerk.url}/.well-known/jwks.json",
        "clerk_api_url": clerk.url,
    }
    async with running_server(settings.model_copy(update=changes)) as (url, _):
        yield url


@pytest.fixture
async def http(clerk_url: str) -> AsyncGenerator[httpx.AsyncClient]:
    async with client_of(clerk_url) as client:
        yield client


@pytest.fixture
def user_id() -> str:
    return f"user_{uuid4().hex}"


async def deliver(http: httpx.AsyncClient, body: bytes, **signing: Any) -> int:
    return (await http.post("/api/webhooks/clerk", content=body, headers=signed(body, **signing))).status_code


async def account(database: Database, user_id: str) -> User | None:
    async with database.system_transaction() as work:
        return await work.session.scalar(select(User).where(User.external_id == user_id))


def as_user(user_id: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token(user_id)}"}


def email_of(user_id: str) -> str:
    return f"{user_id}@example.org"


async def test_the_client_is_told_where_to_sign_in(http: httpx.AsyncClient) -> None:
    auth = (await http.get("/api/config")).json()["auth"]

    assert auth == {
        "provider": "clerk",
        "publishable_key": PUBLISHABLE_KEY,
        "sign_up_open": False,
        "first_run": False,
    }
    for path in ("sign-up", "sign-in"):
        refused = await http.post(f"/api/auth/{path}", json={"email": "a@example.org", "password": PASSWORD})
        assert (refused.status_code, refused.json()["code"]) == (403, "accounts_elsewhere")


async def test_an_account_is_there_at_first_sight_though_the_webhook_is_late(
    http: httpx.AsyncClient, clerk: ClerkServer, user_id: str
) -> None:
    clerk.emails[user_id] = email_of(user_id)

    first = await http.get("/api/me", headers=as_user(user_id))
    created = await http.post("/api/projects", json={"name": "Mine"}, headers=as_user(user_id))
    late = await deliver(http, event("user.created", user_data(user_id, "New@example.org".replace("New", user_id))))
    again = await http.get("/api/me", headers=as_user(user_id))

    assert (first.status_code, created.status_code, late) == (200, 201, 204)
    assert first.json()["email"] == email_of(user_id)
    assert again.json()["id"] == first.json()["id"]


async def test_a_first_visit_needs_no_address(http: httpx.AsyncClient, user_id: str) -> None:
    assert (await http.get("/api/me", headers=as_user(user_id))).json()["email"] is None


async def test_the_cookie_of_clerk_opens_a_file_in_a_tab_but_not_for_other_sites(
    http: httpx.AsyncClient, user_id: str
) -> None:
    cookie = {"cookie": f"__session={token(user_id)}"}
    foreign = await http.post("/api/projects", json={"name": "x"}, headers=cookie | {"sec-fetch-site": "cross-site"})

    assert (await http.get("/api/me", headers=cookie)).status_code == 200
    assert foreign.status_code == 403


async def test_changes_are_followed_in_their_own_order(
    http: httpx.AsyncClient, database: Database, user_id: str
) -> None:
    messages = [
        event("user.updated", user_data(user_id, f"second-{email_of(user_id)}", updated_at=2000)),
        event("user.created", user_data(user_id, email_of(user_id), updated_at=1000)),
        event("user.updated", user_data(user_id, f"second-{email_of(user_id)}", updated_at=2000)),
    ]

    assert [await deliver(http, body) for body in messages] == [204, 204, 204]

    found = await account(database, user_id)
    assert found is not None
    assert found.email == f"second-{email_of(user_id)}"


async def test_who_is_removed_goes_with_all_they_have_and_stays_away(
    http: httpx.AsyncClient, database: Database, user_id: str
) -> None:
    created = event("user.created", user_data(user_id, email_of(user_id)))
    await deliver(http, created)
    project = (await http.post("/api/projects", json={"name": "Mine"}, headers=as_user(user_id))).json()["id"]
    key = (await http.post("/api/api-keys", json={"name": "k"}, headers=as_user(user_id))).json()["key"]
    gone = event("user.deleted", {"id": user_id, "object": "user", "deleted": True}, timestamp=5)

    assert [await deliver(http, gone), await deliver(http, gone), await deliver(http, created)] == [204, 204, 204]

    assert await account(database, user_id) is None
    assert (await http.get("/api/me", headers=as_user(user_id))).status_code == 401, "the token holds for a minute yet"
    assert (await http.get("/api/me", headers={"authorization": f"Bearer {key}"})).status_code == 401
    assert await account(database, user_id) is None
    async with database.system_transaction() as work:
        assert await work.session.scalar(text("SELECT count(*) FROM projects WHERE id = :id"), {"id": project}) == 0


async def test_who_is_removed_before_the_first_message_comes_is_not_made(
    http: httpx.AsyncClient, database: Database, user_id: str
) -> None:
    await deliver(http, event("user.deleted", {"id": user_id, "deleted": True}))
    await deliver(http, event("user.created", user_data(user_id, email_of(user_id))))

    assert await account(database, user_id) is None


async def test_an_address_that_another_account_has_is_left_out(
    http: httpx.AsyncClient, database: Database, user_id: str
) -> None:
    await deliver(http, event("user.created", user_data(user_id, email_of(user_id))))
    await deliver(http, event("user.created", user_data(f"{user_id}_2", email_of(user_id))))

    second = await account(database, f"{user_id}_2")
    assert second is not None
    assert second.email is None


Spoil = Callable[[dict[str, str]], object]
SPOILT_HEADERS: dict[str, Spoil] = {
    "unsigned": lambda headers: headers.pop("svix-signature"),
    "no id": lambda headers: headers.pop("svix-id"),
    "no time": lambda headers: headers.pop("svix-timestamp"),
    "other id": lambda headers: headers.update({"svix-id": "msg_other"}),
    "other time": lambda headers: headers.update({"svix-timestamp": str(int(headers["svix-timestamp"]) + 1)}),
    "no number for a time": lambda headers: headers.update({"svix-timestamp": "now"}),
    "endless time": lambda headers: headers.update({"svix-timestamp": "9" * 400}),
    "other version": lambda headers: headers.update({"svix-signature": "v2" + headers["svix-signature"][2:]}),
    "no version": lambda headers: headers.update({"svix-signature": headers["svix-signature"][3:]}),
    "cut signature": lambda headers: headers.update({"svix-signature": headers["svix-signature"][:-4]}),
    "empty signature": lambda headers: headers.update({"svix-signature": "v1,"}),
    "no base64": lambda headers: headers.update({"svix-signature": "v1,===="}),
}


@pytest.mark.parametrize("spoil", SPOILT_HEADERS.values(), ids=SPOILT_HEADERS.keys())
async def test_a_spoilt_webhook_is_refused(
    http: httpx.AsyncClient, database: Database, user_id: str, spoil: Spoil
) -> None:
    body = event("user.created", user_data(user_id, email_of(user_id)))
    headers = signed(body)

    spoil(headers)
    refused = await http.post("/api/webhooks/clerk", content=body, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (403, "webhook_rejected")
    assert await account(database, user_id) is None


async def test_forged_and_replayed_webhooks_are_refused(
    http: httpx.AsyncClient, database: Database, user_id: str
) -> None:
    body = event("user.created", user_data(user_id, email_of(user_id)))
    other = event("user.created", user_data(user_id, "evil@example.org"))
    now = datetime.now(UTC)

    changed = await http.post("/api/webhooks/clerk", content=other, headers=signed(body))
    statuses = [
        changed.status_code,
        await deliver(http, body, secret="whsec_b3RoZXI="),
        await deliver(http, body, at=now - timedelta(minutes=6)),
        await deliver(http, body, at=now + timedelta(minutes=6)),
    ]

    assert statuses == [403, 403, 403, 403]
    assert await account(database, user_id) is None


async def test_one_of_two_signatures_is_enough_while_a_secret_is_rotated(http: httpx.AsyncClient, user_id: str) -> None:
    body = event("user.created", user_data(user_id, email_of(user_id)))
    headers = signed(body)
    headers["svix-signature"] = f"v1,bm90aGluZw== {headers['svix-signature']}"

    assert (await http.post("/api/webhooks/clerk", content=body, headers=headers)).status_code == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 422),
        (b"[]", 422),
        (event("user.created", {}), 422),
        (event("user.created", {"id": 7}), 422),
        (event("session.created", {"id": "sess_1"}), 204),
    ],
)
async def test_what_a_signed_webhook_says_is_looked_at(http: httpx.AsyncClient, body: bytes, status: int) -> None:
    assert await deliver(http, body) == status


async def test_an_installation_with_its_own_accounts_takes_no_webhook(anonymous: httpx.AsyncClient) -> None:
    body = event("user.deleted", {"id": "local:1", "deleted": True})

    assert await deliver(anonymous, body) == 404


async def test_an_outage_of_clerk_signs_nobody_out(settings: Settings) -> None:
    changes = {
        "auth": "clerk",
        "public_url": PAGE,
        "clerk_publishable_key": PUBLISHABLE_KEY,
        "clerk_jwks_url": "http://127.0.0.1:1/jwks.json",
    }
    async with running_server(settings.model_copy(update=changes)) as (url, _), client_of(url) as http:
        away = await http.get("/api/me", headers=as_user("user_1"))
        unset = await deliver(http, event("user.deleted", {"id": "user_1"}))

    assert (away.status_code, unset) == (503, 503)
