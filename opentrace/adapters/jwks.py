"""The public keys of an identity provider: cached, refreshed, and asked for no more often than strangers may cause."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, cast

import httpx
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from opentrace.ports.authenticator import AuthenticatorUnavailable

REFRESH_S = 3600.0
FLOOR_S = 10.0
"""Between two requests: a flood of tokens that name unknown keys costs the provider six requests a minute."""
MAX_AGE_S = 24 * 3600.0
"""For so long old keys are good where the provider does not answer."""

_ALGORITHM = "RS256"


class JwksCache:
    """Keys by id. One request is under way at a time; whoever needs its answer waits for it."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        url: str,
        *,
        refresh_s: float = REFRESH_S,
        floor_s: float = FLOOR_S,
        max_age_s: float = MAX_AGE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._url = url
        self._refresh_s = refresh_s
        self._floor_s = floor_s
        self._max_age_s = max_age_s
        self._clock = clock
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._lock = asyncio.Lock()

    async def key(self, key_id: str) -> PyJWK | None:
        """None where the provider has no such key. Raises AuthenticatorUnavailable where that cannot be known."""
        if key_id not in self._keys or self._age() > self._refresh_s:
            async with self._lock:
                if self._may_ask():
                    await self._fetch()
        if self._age() > self._max_age_s:
            raise AuthenticatorUnavailable("The keys of the identity provider cannot be had.")
        key = self._keys.get(key_id)
        if key is None and self._asked_at != self._fetched_at:
            raise AuthenticatorUnavailable("A new key of the identity provider cannot be had.")
        return key

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _may_ask(self) -> bool:
        return self._asked_at is None or self._clock() - self._asked_at >= self._floor_s

    async def _fetch(self) -> None:
        """Keep what is there where the provider does not answer well."""
        self._asked_at = self._clock()
        try:
            answer = (await self._http.get(self._url)).raise_for_status()
            keys = signing_keys(answer.json())
        except (httpx.HTTPError, ValueError, PyJWTError):
            return
        if keys:
            self._keys, self._fetched_at = keys, self._asked_at


def signing_keys(document: Any) -> dict[str, PyJWK]:
    """Those of a JWKS document that verify RS256, by id. Raises PyJWTError for a key that is none."""
    entries = cast("list[Any]", cast("dict[str, Any]", document).get("keys", [])) if isinstance(document, dict) else []
    return {
        entry["kid"]: PyJWK(entry, algorithm=_ALGORITHM)
        for entry in (cast("dict[str, Any]", entry) for entry in entries if isinstance(entry, dict))
        if entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", _ALGORITHM) == _ALGORITHM
        and isinstance(entry.get("kid"), str)
    }
