"""Sign-in by Clerk: session tokens by its public keys, accounts by its webhooks."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import httpx
import jwt
from jwt.exceptions import PyJWTError

from opentrace.adapters.jwks import JwksCache
from opentrace.adapters.svix_signature import verify_svix_signature
from opentrace.ports.authenticator import (
    AccountChange,
    AuthenticatorUnavailable,
    Identity,
    WebhookMalformed,
    WebhooksNotSetUp,
)

LEEWAY_S = 10.0
MAX_TOKEN_CHARS = 8192
API_URL = "https://api.clerk.com"

_REQUIRED = ["exp", "iat", "iss", "nbf", "sub", "sid"]
"""A session token has `sid`; tokens that Clerk makes for other services by a template have none."""
_PENDING = "pending"
_CLOUDFLARE = "https://challenges.cloudflare.com"
_CHANGES = ("user.created", "user.updated", "user.deleted")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkInstance:
    """`issuer` and `jwks_url` follow from the publishable key where they are not given."""

    publishable_key: str
    authorized_parties: Sequence[str]
    secret_key: str | None = None
    webhook_secret: str | None = None
    issuer: str | None = None
    jwks_url: str | None = None
    api_url: str = API_URL

    @property
    def tokens_issuer(self) -> str:
        return self.issuer or f"https://{frontend_host(self.publishable_key)}"

    @property
    def keys_url(self) -> str:
        return self.jwks_url or f"{self.tokens_issuer}/.well-known/jwks.json"


def frontend_host(publishable_key: str) -> str:
    """The host that Clerk's scripts talk to: a publishable key is `pk_live_` and the host with a `$`, in base64.

    Raises ValueError.
    """
    prefix, _, encoded = publishable_key.rpartition("_")
    try:
        host = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("it does not look like pk_test_… or pk_live_…") from error
    if prefix not in ("pk_test", "pk_live") or not host.endswith("$") or "/" in host:
        raise ValueError("it does not look like pk_test_… or pk_live_…")
    return host.removesuffix("$")


class ClerkAuthenticator:
    """Implements `Authenticator` and `OutsideAccounts`.

    Only RS256 is taken, whatever a token says of itself. A token names the page it was made for (`azp`), which must be
    one of ours: another site of the same domain could have come by it.
    """

    def __init__(self, instance: ClerkInstance, *, http: httpx.AsyncClient | None = None) -> None:
        self._instance = instance
        self._host = frontend_host(instance.publishable_key)
        self._issuer = instance.tokens_issuer
        self._http = http or httpx.AsyncClient(timeout=5.0)
        self._keys = JwksCache(self._http, instance.keys_url)

    @property
    def provider(self) -> Literal["clerk"]:
        return "clerk"

    @property
    def publishable_key(self) -> str:
        return self._instance.publishable_key

    @property
    def page_sources(self) -> Mapping[str, Sequence[str]]:
        own = f"https://{self._host}"
        return {
            "script-src": [own, _CLOUDFLARE],
            "connect-src": [own],
            "img-src": ["https://img.clerk.com"],
            "worker-src": ["blob:"],
            "frame-src": [_CLOUDFLARE],
        }

    async def authenticate(self, token: str) -> Identity | None:
        if len(token) > MAX_TOKEN_CHARS or token.count(".") != 2:
            return None
        try:
            header = jwt.get_unverified_header(token)
        except PyJWTError:
            return None
        key_id = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(key_id, str):
            return None
        key = await self._keys.key(key_id)
        if key is None:
            return None
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": _REQUIRED, "verify_aud": False},
            )
        except PyJWTError:
            return None
        return self._identity(claims)

    def _identity(self, claims: Mapping[str, Any]) -> Identity | None:
        party = claims.get("azp")
        if party is not None and party not in self._instance.authorized_parties:
            return None
        if claims.get("sts") == _PENDING or not claims["sub"]:
            return None
        email = claims.get("email")
        return Identity(claims["sub"], email if isinstance(email, str) else None)

    async def email_of(self, external_id: str) -> str | None:
        if self._instance.secret_key is None:
            return None
        try:
            answer = await self._http.get(
                f"{self._instance.api_url}/v1/users/{external_id}",
                headers={"Authorization": f"Bearer {self._instance.secret_key}"},
            )
            return _primary_email(answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError, WebhookMalformed) as error:
            raise AuthenticatorUnavailable("Clerk does not say who this is.") from error

    def account_change(self, headers: Mapping[str, str], body: bytes) -> AccountChange | None:
        if self._instance.webhook_secret is None:
            raise WebhooksNotSetUp("OPENTRACE_CLERK_WEBHOOK_SECRET is not set. Copy it from the endpoint at Clerk.")
        verify_svix_signature(headers, body, secret=self._instance.webhook_secret)
        try:
            event: Any = json.loads(body)
        except ValueError as error:
            raise WebhookMalformed("The webhook holds no JSON.") from error
        if not isinstance(event, dict):
            raise WebhookMalformed("The webhook is no object.")
        event = cast("dict[str, Any]", event)
        if event.get("type") not in _CHANGES:
            return None
        return _change(event, deleted=event["type"] == "user.deleted")

    async def close(self) -> None:
        await self._http.aclose()


def _change(event: Mapping[str, Any], *, deleted: bool) -> AccountChange:
    user = event.get("data")
    if not isinstance(user, dict):
        raise WebhookMalformed("The webhook names no user.")
    user = cast("dict[str, Any]", user)
    external_id, at_ms = user.get("id"), user.get("updated_at") or event.get("timestamp") or 0
    if not isinstance(external_id, str) or not external_id or not isinstance(at_ms, int):
        raise WebhookMalformed("The webhook names no user.")
    return AccountChange(
        external_id=external_id, email=None if deleted else _primary_email(user), deleted=deleted, at_ms=at_ms
    )


def _primary_email(user: Mapping[str, Any]) -> str | None:
    addresses = user.get("email_addresses")
    for address in cast("list[Any]", addresses) if isinstance(addresses, list) else []:
        if isinstance(address, dict):
            entry = cast("dict[str, Any]", address)
            found = entry.get("email_address")
            if entry.get("id") == user.get("primary_email_address_id") and isinstance(found, str):
                return found.lower()
    return None
