"""Clerk on loopback: its public keys and its API, tokens by keys of our own, webhooks signed by Svix's own library."""

import base64
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from opentrace.adapters.clerk import ClerkInstance
from tests.openai_server import LoopbackServer

HOST = "clerk.example.org"
PAGE = "https://answers.example.org"
PUBLISHABLE_KEY = "pk_test_" + base64.b64encode(f"{HOST}$".encode()).decode().rstrip("=")
WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes!").decode()


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class ClerkServer:
    """`key_names` are those that it publishes; `away` answers every request with a failure."""

    url: str = ""
    key_names: list[str] = field(default_factory=lambda: ["first"])
    away: bool = False
    key_requests: int = 0
    emails: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["ClerkServer"]:
        server = cls()
        routes = [Route("/.well-known/jwks.json", server._jwks), Route("/v1/users/{user_id}", server._user)]
        config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="critical")
        async with LoopbackServer.serving(config) as url:
            server.url = url
            yield server

    @property
    def instance(self) -> ClerkInstance:
        return ClerkInstance(
            publishable_key=PUBLISHABLE_KEY,
            authorized_parties=[PAGE],
            secret_key="sk_test_1",
            webhook_secret=WEBHOOK_SECRET,
            jwks_url=f"{self.url}/.well-known/jwks.json",
            api_url=self.url,
        )

    async def _jwks(self, _: Request) -> Response:
        self.key_requests += 1
        if self.away:
            return Response(status_code=503)
        keys = [
            json.loads(RSAAlgorithm.to_jwk(private_key(name).public_key()))
            | {"kid": name, "use": "sig", "alg": "RS256"}
            for name in self.key_names
        ]
        return JSONResponse({"keys": keys})

    async def _user(self, request: Request) -> Response:
        email = self.emails.get(request.path_params["user_id"])
        if self.away or email is None or request.headers.get("authorization") != "Bearer sk_test_1":
            return Response(status_code=503)
        return JSONResponse(user_data(request.path_params["user_id"], email))


def token(
    user_id: str = "user_1",
    *,
    key: str = "first",
    headers: dict[str, Any] | None = None,
    without: str = "",
    **claims: Any,
) -> str:
    """A session token as Clerk makes it, with claims of the test's own."""
    now = int(time.time())
    payload = {
        "azp": PAGE,
        "exp": now + 60,
        "iat": now,
        "iss": f"https://{HOST}",
        "nbf": now - 10,
        "sid": "sess_1",
        "sub": user_id,
        "v": 2,
    } | claims
    payload.pop(without, None)
    named = {"kid": key, "typ": "JWT", **(headers or {})}
    return jwt.encode(
        payload,
        private_key(key),
        algorithm="RS256",
        headers={name: value for name, value in named.items() if value is not None},
    )


def user_data(user_id: str, email: str, *, updated_at: int = 1_700_000_000_000) -> dict[str, Any]:
    other = {"id": "idn_other", "email_address": "other@example.org"}
    return {
        "id": user_id,
        "object": "user",
        "email_addresses": [other, {"id": "idn_1", "email_address": email}],
        "primary_email_address_id": "idn_1",
        "updated_at": updated_at,
    }


def event(kind: str, data: dict[str, Any], *, timestamp: int = 1_700_000_000_000) -> bytes:
    return json.dumps({"type": kind, "object": "event", "data": data, "timestamp": timestamp}).encode()


def signed(body: bytes, *, secret: str = WEBHOOK_SECRET, at: datetime | None = None) -> dict[str, str]:
    """The headers that Svix sends with it."""
    from svix.webhooks import Webhook

    message_id, at = f"msg_{uuid4().hex}", at or datetime.now(UTC)
    return {
        "svix-id": message_id,
        "svix-timestamp": str(int(at.timestamp())),
        "svix-signature": Webhook(secret).sign(message_id, at, body.decode()),
        "content-type": "application/json",
    }
