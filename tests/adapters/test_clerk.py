"""Session tokens of Clerk: those that open the door, and the many that must not."""

import base64
import hmac
import json
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from opentrace.adapters.clerk import ClerkAuthenticator, frontend_host
from opentrace.adapters.jwks import JwksCache
from opentrace.ports.authenticator import AuthenticatorUnavailable, Identity
from tests.clerk_server import HOST, PAGE, PUBLISHABLE_KEY, ClerkServer, private_key, token


@pytest.fixture
async def clerk() -> AsyncGenerator[ClerkServer]:
    async with ClerkServer.running() as server:
        yield server


@pytest.fixture
async def authenticator(clerk: ClerkServer) -> AsyncGenerator[ClerkAuthenticator]:
    authenticator = ClerkAuthenticator(clerk.instance)
    yield authenticator
    await authenticator.close()


@pytest.mark.parametrize(
    "good",
    [
        token,
        lambda: token(exp=int(time.time()) - 3),
        lambda: token(nbf=int(time.time()) + 3),
        lambda: token(without="azp"),
    ],
    ids=["as Clerk makes it", "just expired", "clock a little behind", "not made for a page"],
)
async def test_a_token_of_clerk_names_its_holder(authenticator: ClerkAuthenticator, good: Callable[[], str]) -> None:
    assert await authenticator.authenticate(good()) == Identity("user_1", None)


async def test_the_address_is_taken_where_the_token_has_it(authenticator: ClerkAuthenticator) -> None:
    assert await authenticator.authenticate(token(email="a@example.org")) == Identity("user_1", "a@example.org")


def unsigned() -> str:
    parts = [{"alg": "none", "kid": "first", "typ": "JWT"}, jwt.decode(token(), options={"verify_signature": False})]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def signed_with_the_public_key() -> str:
    """The confusion of algorithms: the public key, which everybody has, as the secret of an HMAC."""
    pem = (
        private_key("first")
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    head, body = unsigned().split(".")[:2]
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"first","typ":"JWT"}').decode().rstrip("=")
    signature = hmac.new(pem, f"{head}.{body}".encode(), "sha256").digest()
    return f"{head}.{body}." + base64.urlsafe_b64encode(signature).decode().rstrip("=")


def changed_payload() -> str:
    head, _, signature = token().split(".")
    return f"{head}.{token('user_2').split('.')[1]}.{signature}"


def other_algorithm() -> str:
    claims = jwt.decode(token(), options={"verify_signature": False})
    return jwt.encode(claims, private_key("first"), algorithm="RS512", headers={"kid": "first"})


BAD_TOKENS: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token": lambda: "ots_" + "A" * 43,
    "dots": lambda: "..",
    "not base64": lambda: "ü.ü.ü",
    "no signature": unsigned,
    "public key as a secret": signed_with_the_public_key,
    "other algorithm": other_algorithm,
    "changed payload": changed_payload,
    "cut short": lambda: token()[:-4],
    "foreign key under a known name": lambda: token(key="foreign", headers={"kid": "first"}),
    "unknown key": lambda: token(key="foreign"),
    "key by its own header": lambda: token(
        key="foreign", headers={"kid": "x", "jku": "http://127.0.0.1:1/jwks", "x5u": "http://127.0.0.1:1/"}
    ),
    "no key named": lambda: token(headers={"kid": None}),
    "expired": lambda: token(exp=int(time.time()) - 30),
    "never expires": lambda: token(without="exp"),
    "not yet": lambda: token(nbf=int(time.time()) + 60),
    "from the future": lambda: token(iat=int(time.time()) + 60),
    "other issuer": lambda: token(iss="https://clerk.evil.example"),
    "issuer that begins alike": lambda: token(iss=f"https://{HOST}.evil.example"),
    "no issuer": lambda: token(without="iss"),
    "other page": lambda: token(azp="https://evil.example.org"),
    "page that begins alike": lambda: token(azp=f"{PAGE}.evil.example"),
    "page by http": lambda: token(azp=PAGE.replace("https", "http")),
    "nobody": lambda: token(""),
    "no subject": lambda: token(without="sub"),
    "no session": lambda: token(without="sid"),
    "session not finished": lambda: token(sts="pending"),
    "huge": lambda: token(padding="x" * 9000),
}


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
async def test_a_token_that_should_not_work_does_not(
    authenticator: ClerkAuthenticator, make: Callable[[], str]
) -> None:
    assert await authenticator.authenticate(token()) is not None

    assert await authenticator.authenticate(make()) is None


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def http() -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


async def test_keys_are_fetched_once_and_rotated_ones_are_found(clerk: ClerkServer, http: httpx.AsyncClient) -> None:
    clock = Clock()
    keys = JwksCache(http, f"{clerk.url}/.well-known/jwks.json", clock=clock)

    for _ in range(5):
        assert await keys.key("first") is not None
    assert clerk.key_requests == 1

    clerk.key_names = ["second"]
    clock.now += 11
    assert await keys.key("second") is not None
    assert await keys.key("first") is None, "it is no longer published"
    assert clerk.key_requests == 2


async def test_a_flood_of_unknown_keys_costs_one_request(clerk: ClerkServer, http: httpx.AsyncClient) -> None:
    clock = Clock()
    keys = JwksCache(http, f"{clerk.url}/.well-known/jwks.json", clock=clock)
    await keys.key("first")

    for number in range(50):
        clock.now += 0.3
        assert await keys.key(f"unknown-{number}") is None

    assert clerk.key_requests == 2


async def test_an_outage_keeps_known_people_in_and_is_told_from_a_bad_token(
    clerk: ClerkServer, http: httpx.AsyncClient
) -> None:
    clock = Clock()
    keys = JwksCache(http, f"{clerk.url}/.well-known/jwks.json", clock=clock)
    await keys.key("first")
    clerk.away = True

    clock.now += 7200
    assert await keys.key("first") is not None
    with pytest.raises(AuthenticatorUnavailable):
        await keys.key("second")
    clock.now += 24 * 3600
    with pytest.raises(AuthenticatorUnavailable):
        await keys.key("first")

    clerk.away = False
    clock.now += 11
    assert await keys.key("first") is not None


async def test_a_provider_that_was_never_reached_lets_nobody_in(clerk: ClerkServer) -> None:
    away = ClerkAuthenticator(replace(clerk.instance, jwks_url="http://127.0.0.1:1/jwks.json"))
    with pytest.raises(AuthenticatorUnavailable):
        await away.authenticate(token())
    await away.close()


def test_a_publishable_key_names_the_host_of_the_scripts() -> None:
    assert frontend_host(PUBLISHABLE_KEY) == HOST
    for bad in ("", "pk_test_", "sk_test_Y2xlcmsk", "pk_live_!!!", "pk_test_Y2xlcms"):
        with pytest.raises(ValueError, match="pk_test"):
            frontend_host(bad)
