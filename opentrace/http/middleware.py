"""What every request passes before it reaches an endpoint. Pure ASGI: streams go through untouched."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from opentrace.errors import Forbidden, TooLarge
from opentrace.http.problems import response_to

BLOBS_PREFIX = "/api/blobs/"
"""Signed addresses: they name the size themselves, and carry their own authority instead of a cookie."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class BodyLimit:
    """Refuses a body of more than `max_bytes`, also one that does not say how long it is."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(BLOBS_PREFIX):
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self.max_bytes:
            await response_to(self._error())(scope, receive, send)
            return
        taken = 0

        async def receive_counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.max_bytes:
                # Of all exceptions, only this kind passes through FastAPI's reading of the body.
                raise HTTPException(413)
            return message

        await self.app(scope, receive_counted, send)

    def _error(self) -> TooLarge:
        return TooLarge(
            f"The body of a request may have {self.max_bytes} bytes at most. Files go to the address that "
            "POST /api/projects/{project_id}/documents answers with."
        )


class OriginCheck:
    """Refuses what another site makes a browser send: changes by cookie must come from Opentrace's own pages.

    That holds for sign-in too, or a site could sign its visitor in as somebody else. A request with an Authorization
    header is exempt, as no site can make a browser add one. Fetch metadata is
    believed first: a page cannot forge it, and it holds behind proxies that rewrite the Host header.
    """

    def __init__(self, app: ASGIApp, *, public_url: str | None) -> None:
        self.app = app
        self.public_origin = _origin(public_url) if public_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS or scope["path"].startswith(BLOBS_PREFIX):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "authorization" in headers or self._is_own(headers, scope["scheme"]):
            await self.app(scope, receive, send)
            return
        error = Forbidden(
            "The request does not come from this server's own pages. Send an Authorization header instead of a cookie.",
            code="foreign_origin",
        )
        await response_to(error)(scope, receive, send)

    def _is_own(self, headers: Headers, scheme: str) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = headers.get("origin")
        if origin is not None:
            return origin.lower() in (f"{scheme}://{headers.get('host', '')}".lower(), self.public_origin)
        # Every browser names the origin of a change. What leaves it out is a program, which no site can steer.
        return True


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


class SecurityHeaders:
    """Headers that hold for every response. HSTS only where browsers reach the server by https."""

    def __init__(self, app: ASGIApp, *, public_url: str | None) -> None:
        self.app = app
        self.public_https = bool(public_url and public_url.startswith("https://"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        https = self.public_https or scope["scheme"] == "https"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("X-Frame-Options", "DENY")
                headers.setdefault("Content-Security-Policy", "frame-ancestors 'none'")
                headers.setdefault("Referrer-Policy", "same-origin")
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                if https:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, send_with_headers)
