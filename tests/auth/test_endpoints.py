"""Sign-up, sign-in, sessions and API keys over HTTP."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import func, select, update

from opentrace.auth.models import ApiKey, Session, User
from opentrace.auth.passwords import needs_rehash
from opentrace.auth.tokens import hash_of
from opentrace.http.dependencies import SESSION_COOKIE
from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import PASSWORD, Person, Serve, SignUp, client_of


def account() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@example.org", "password": PASSWORD}


@pytest.fixture
def fresh(settings: Settings, create_database: Callable[[], str]) -> Settings:
    """Settings of an installation that nobody has used."""
    return settings.model_copy(update={"database_url": SecretStr(create_database())})


async def test_who_signs_up_is_signed_in(anonymous: httpx.AsyncClient, server_url: str) -> None:
    given = account()
    response = await anonymous.post("/api/auth/sign-up", json=given)
    assert response.status_code == 201
    body = response.json()
    assert body["user"]["email"] == given["email"]
    assert datetime.fromisoformat(body["expires_at"]) - datetime.now().astimezone() > timedelta(days=29)
    async with client_of(server_url, authorization=f"Bearer {body['token']}") as client:
        assert (await client.get("/api/me")).json() == body["user"]


async def test_the_cookie_cannot_be_read_by_scripts_or_sent_by_other_sites(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.post("/api/auth/sign-up", json=account())
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith(f"{SESSION_COOKIE}={response.json()['token'].lower()};")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie


async def test_the_cookie_is_secure_where_browsers_come_by_https(settings: Settings, serve: Serve) -> None:
    client = await serve(settings.model_copy(update={"public_url": "https://opentrace.example.org"}))
    response = await client.post("/api/auth/sign-up", json=account())
    assert "secure" in response.headers["set-cookie"].lower()
    assert response.headers["strict-transport-security"]


async def test_the_first_account_owns_the_installation_and_closes_sign_up(fresh: Settings, serve: Serve) -> None:
    client = await serve(fresh.model_copy(update={"sign_up": "first"}))
    before = (await client.get("/api/config")).json()["auth"]
    first = await client.post("/api/auth/sign-up", json=account())
    second = await client.post("/api/auth/sign-up", json=account())
    after = (await client.get("/api/config")).json()["auth"]
    assert (before["sign_up_open"], before["first_run"]) == (True, True)
    assert first.json()["user"]["is_owner"] is True
    assert (second.status_code, second.json()["code"]) == (403, "sign_up_closed")
    assert (after["sign_up_open"], after["first_run"]) == (False, False)


async def test_of_simultaneous_first_sign_ups_one_wins(fresh: Settings, serve: Serve) -> None:
    client = await serve(fresh.model_copy(update={"sign_up": "first"}))
    responses = await asyncio.gather(*(client.post("/api/auth/sign-up", json=account()) for _ in range(6)))
    assert sorted(response.status_code for response in responses) == [201, 403, 403, 403, 403, 403]


async def test_of_simultaneous_open_sign_ups_one_owns_the_installation(fresh: Settings, serve: Serve) -> None:
    client = await serve(fresh)
    responses = await asyncio.gather(*(client.post("/api/auth/sign-up", json=account()) for _ in range(5)))
    assert [response.status_code for response in responses] == [201] * 5
    assert sum(response.json()["user"]["is_owner"] for response in responses) == 1


async def test_closed_sign_up_refuses_the_first_person_too(fresh: Settings, serve: Serve) -> None:
    client = await serve(fresh.model_copy(update={"sign_up": "closed"}))
    response = await client.post("/api/auth/sign-up", json=account())
    assert (response.status_code, response.json()["code"]) == (403, "sign_up_closed")


async def test_an_address_has_one_account_however_it_is_written(anonymous: httpx.AsyncClient) -> None:
    given = account()
    await anonymous.post("/api/auth/sign-up", json=given)
    shouted = {**given, "email": f"  {given['email'].upper()} "}
    again = await anonymous.post("/api/auth/sign-up", json=shouted)
    signed_in = await anonymous.post("/api/auth/sign-in", json=shouted)
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")
    assert signed_in.status_code == 200
    assert signed_in.json()["user"]["email"] == given["email"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody", "password": PASSWORD}, "email"),
        ({"email": "a b@example.org", "password": PASSWORD}, "email"),
        ({"email": "a@b@example.org", "password": PASSWORD}, "email"),
        ({"email": "a\x00@example.org", "password": PASSWORD}, "email"),
        ({"email": "a" * 250 + "@example.org", "password": PASSWORD}, "email"),
        ({"email": "a@example.org", "password": "short"}, "password"),
        ({"email": "a@example.org", "password": "x" * 201}, "password"),
        ({"email": "a@example.org", "password": "A@example.org"}, ""),
        ({"email": "a@example.org"}, "password"),
        ({"email": "a@example.org", "password": None}, "password"),
        ({"email": "a@example.org", "password": PASSWORD, "is_owner": True}, "is_owner"),
        ({"email": {"a": 1}, "password": PASSWORD}, "email"),
    ],
)
async def test_what_is_no_account_is_refused_by_field(
    anonymous: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    response = await anonymous.post("/api/auth/sign-up", json=body)
    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "validation_failed"
    assert [error["field"] for error in problem["errors"]] == [field]
    password = body.get("password")
    assert not isinstance(password, str) or password not in response.text


async def test_a_password_of_any_letters_works(anonymous: httpx.AsyncClient) -> None:
    given = {"email": account()["email"], "password": "Pässwörter 🔑 \x00 كلمة"}
    await anonymous.post("/api/auth/sign-up", json=given)
    decomposed = {**given, "password": "Pa\u0308sswo\u0308rter 🔑 \x00 كلمة"}
    response = await anonymous.post("/api/auth/sign-in", json=decomposed)
    assert response.status_code == 200, response.text


async def test_a_wrong_password_and_an_unknown_address_look_the_same(anonymous: httpx.AsyncClient) -> None:
    given = account()
    await anonymous.post("/api/auth/sign-up", json=given)
    wrong = await anonymous.post("/api/auth/sign-in", json={**given, "password": "not the password"})
    unknown = await anonymous.post("/api/auth/sign-in", json=account())
    for response in (wrong, unknown):
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.json() == {
            "type": "urn:opentrace:problem:invalid_credentials",
            "title": "The e-mail address or the password is wrong",
            "status": 401,
            "detail": "Unauthorized",
            "code": "invalid_credentials",
        }


async def test_a_hash_of_older_parameters_is_renewed_at_sign_in(
    sign_up: SignUp, anonymous: httpx.AsyncClient, services: Services
) -> None:
    ada = await sign_up()
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await _update_user(services, ada, password_hash=old)
    response = await anonymous.post("/api/auth/sign-in", json={"email": ada.email, "password": PASSWORD})
    async with services.database.system_transaction() as work:
        stored = await work.session.scalar(select(User.password_hash).where(User.id == ada.user_id))
    assert response.status_code == 200
    assert stored is not None
    assert stored != old
    assert not needs_rehash(stored)


async def test_a_sign_out_ends_this_session_only(sign_up: SignUp, anonymous: httpx.AsyncClient) -> None:
    ada = await sign_up()
    other = await anonymous.post("/api/auth/sign-in", json={"email": ada.email, "password": PASSWORD})
    signed_out = await ada.http.post("/api/auth/sign-out")
    assert signed_out.status_code == 204
    assert "max-age=0" in signed_out.headers["set-cookie"].lower()
    assert (await ada.http.get("/api/me")).status_code == 401
    bearer = {"authorization": f"Bearer {other.json()['token']}"}
    assert (await anonymous.get("/api/me", headers=bearer)).status_code == 200


async def test_a_sign_out_without_a_session_removes_the_cookie(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.post("/api/auth/sign-out")
    assert response.status_code == 204
    assert SESSION_COOKIE in response.headers["set-cookie"]


async def test_signing_out_everywhere_ends_all_sessions_of_the_caller(
    sign_up: SignUp, anonymous: httpx.AsyncClient
) -> None:
    ada, bob = await sign_up(), await sign_up()
    other = await anonymous.post("/api/auth/sign-in", json={"email": ada.email, "password": PASSWORD})
    assert (await ada.http.delete("/api/sessions")).status_code == 204
    bearer = {"authorization": f"Bearer {other.json()['token']}"}
    assert (await ada.http.get("/api/me")).status_code == 401
    assert (await anonymous.get("/api/me", headers=bearer)).status_code == 401
    assert (await bob.http.get("/api/me")).status_code == 200


async def test_an_expired_session_lets_nobody_in(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    async with services.database.system_transaction() as work:
        await work.session.execute(
            update(Session).where(Session.user_id == ada.user_id).values(expires_at=func.clock_timestamp())
        )
    response = await ada.http.get("/api/me")
    assert (response.status_code, response.json()["detail"]) == (401, "Unauthorized")


async def test_a_browser_is_given_its_cookie_anew_when_it_asks_who_it_is(
    sign_up: SignUp, anonymous: httpx.AsyncClient
) -> None:
    ada = await sign_up()
    response = await anonymous.get("/api/me", headers={"cookie": f"{SESSION_COOKIE}={ada.token}"})
    assert response.headers["set-cookie"].startswith(f"{SESSION_COOKIE}={ada.token};")
    assert "set-cookie" not in (await ada.http.get("/api/me")).headers


async def test_an_api_key_is_shown_once_and_works_until_it_is_deleted(
    sign_up: SignUp, anonymous: httpx.AsyncClient, services: Services
) -> None:
    ada = await sign_up()
    created = await ada.http.post("/api/api-keys", json={"name": " Laptop "})
    key = created.json()["key"]
    bearer = {"authorization": f"Bearer {key}"}
    assert created.status_code == 201
    assert key.startswith("ot_")
    assert created.json()["name"] == "Laptop"
    assert (await anonymous.get("/api/me", headers=bearer)).json()["email"] == ada.email
    listed = (await ada.http.get("/api/api-keys")).json()
    assert [item["prefix"] for item in listed["items"]] == [key[:7]]
    assert listed["items"][0]["last_used_at"] is not None
    assert key not in str(listed)
    async with services.database.system_transaction() as work:
        stored = await work.session.scalar(select(ApiKey.token_hash).where(ApiKey.user_id == ada.user_id))
    assert stored == hash_of(key)
    deleted = await ada.http.delete(f"/api/api-keys/{created.json()['id']}")
    assert deleted.status_code == 204
    assert (await anonymous.get("/api/me", headers=bearer)).status_code == 401


async def test_an_api_key_manages_neither_keys_nor_sessions(sign_up: SignUp, server_url: str) -> None:
    ada = await sign_up()
    created = (await ada.http.post("/api/api-keys", json={"name": "Laptop"})).json()
    async with client_of(server_url, authorization=f"Bearer {created['key']}") as client:
        refused = [
            await client.get("/api/api-keys"),
            await client.post("/api/api-keys", json={"name": "Another"}),
            await client.delete(f"/api/api-keys/{created['id']}"),
            await client.delete("/api/sessions"),
            await client.post("/api/auth/sign-out"),
        ]
        assert {(response.status_code, response.json()["code"]) for response in refused} == {(403, "session_required")}
        assert (await client.get("/api/projects")).status_code == 200


async def test_nobody_has_more_than_a_hundred_api_keys(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    async with services.database.system_transaction() as work:
        work.session.add_all(
            ApiKey(user_id=ada.user_id, name="key", prefix="ot_", token_hash=uuid4().bytes) for _ in range(100)
        )
    response = await ada.http.post("/api/api-keys", json={"name": "One more"})
    assert (response.status_code, response.json()["code"]) == (409, "too_many_api_keys")


async def test_api_keys_are_listed_in_pages(sign_up: SignUp) -> None:
    ada = await sign_up()
    for number in range(3):
        await ada.http.post("/api/api-keys", json={"name": f"key {number}"})
    first = (await ada.http.get("/api/api-keys", params={"limit": 2})).json()
    second = (await ada.http.get("/api/api-keys", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [key["name"] for key in first["items"] + second["items"]] == ["key 2", "key 1", "key 0"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("token", ["ot_", "ot_" + "x" * 43, "ots_" + "x" * 43, "x" * 4000, "ü", "Bearer"])
async def test_a_token_that_is_none_lets_nobody_in(anonymous: httpx.AsyncClient, token: str) -> None:
    response = await anonymous.get("/api/me", headers={b"authorization": f"Bearer {token}".encode()})
    assert response.status_code == 401
    assert response.json()["detail"] == "Unauthorized"


async def test_nothing_that_opens_a_door_is_stored_in_clear(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    async with services.database.system_transaction() as work:
        user = await work.session.get_one(User, ada.user_id)
        token_hash = await work.session.scalar(select(Session.token_hash).where(Session.user_id == ada.user_id))
    assert user.password_hash is not None
    assert user.password_hash.startswith("$argon2id$")
    assert token_hash == hash_of(ada.token)


async def test_the_config_names_what_a_client_needs(anonymous: httpx.AsyncClient, services: Services) -> None:
    response = await anonymous.get("/api/config")
    config = response.json()
    assert response.status_code == 200
    assert config["auth"]["provider"] == "local"
    assert config["auth"]["publishable_key"] is None
    assert config["uploads"]["max_bytes"] == services.settings.max_upload_bytes
    assert ".pdf" in config["uploads"]["extensions"]
    assert "application/pdf" in config["uploads"]["media_types"]
    assert config["models"] == {
        "chat": {"name": "extractive", "extractive": True},
        "embedding": "all-MiniLM-L6-v2",
        "embeddings": ["all-MiniLM-L6-v2"],
    }
    assert config["version"]


async def _update_user(services: Services, person: Person, **values: str) -> None:
    async with services.database.system_transaction() as work:
        await work.session.execute(update(User).where(User.id == person.user_id).values(**values))
