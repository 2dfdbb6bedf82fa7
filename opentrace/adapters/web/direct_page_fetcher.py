"""Fetches pages itself: one page at a person's wish, within bounds, and nothing of a private network."""

import asyncio
import re
import ssl
from importlib.metadata import version
from typing import Literal

import certifi
import httpcore

from opentrace.adapters.web.address_rules import AddressRules
from opentrace.adapters.web.guarded_network import CONNECT_S, GuardedNetwork, Resolve, resolve_by_system
from opentrace.adapters.web.page_body import Headers, content_type, header, read_body
from opentrace.adapters.web.page_status import page_error_of
from opentrace.adapters.web.page_url import PageUrl, parse_page_url
from opentrace.adapters.web.robots import MAX_ROBOTS_BYTES, ROBOTS_NAME, allows
from opentrace.ports.page_fetcher import FetchedPage, PageError, PageVersion

MAX_REDIRECTS = 5
ROBOTS_TIMEOUT_S = 4.0

_REDIRECTS = (301, 302, 303, 307, 308)
_LOGIN_PATH = re.compile(r"/(?:log[-_]?in|sign[-_]?in|authenticate|sso|oauth2?|saml2?|cas)(?:[/.?]|$)", re.IGNORECASE)
_LOGIN_HOST = re.compile(r"(?:login|signin|auth|sso|accounts|idp)\.", re.IGNORECASE)
_MAX_VALIDATOR_CHARS = 500


class DirectPageFetcher:
    """Implements `PageFetcher`. What `resolve` finds is checked before `network` connects to it."""

    def __init__(
        self,
        rules: AddressRules,
        *,
        timeout_s: float = 15.0,
        max_bytes: int = 20 * 1024**2,
        resolve: Resolve = resolve_by_system,
        network: httpcore.AsyncNetworkBackend | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        self._network = GuardedNetwork(rules, resolve=resolve, network=network)
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._ssl = ssl_context
        self._agent = f"Mozilla/5.0 (compatible; {ROBOTS_NAME}/{version('opentrace')})"

    def check(self, url: str) -> str:
        return str(self._checked(parse_page_url(url)))

    async def fetch(self, url: str, *, known: PageVersion | None = None) -> FetchedPage | None:
        if self._ssl is None:
            self._ssl = await asyncio.to_thread(_trusting_system_and_certifi)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._fetch(parse_page_url(url), known)
        except TimeoutError as error:
            raise self._slow() from error

    async def close(self) -> None:
        """Nothing is kept between pages."""

    async def _fetch(self, url: PageUrl, known: PageVersion | None) -> FetchedPage | None:
        first = url
        async with self._connections() as connections:
            for _ in range(MAX_REDIRECTS + 1):
                self._checked(url)
                await self._ask_robots(connections, url)
                headers = _validators(known) if known is not None and known.url == str(url) else []
                async with self._response(connections, url, headers) as response:
                    if response.status == 304 and headers:
                        return None
                    location = header(response.headers, "location")
                    if response.status not in _REDIRECTS or location is None:
                        return await self._page(url, response)
                url = url.joined(location)
                if _asks_to_sign_in(url) and not _asks_to_sign_in(first):
                    raise PageError(
                        "page_needs_login",
                        "The page is only for people who have signed in. Open it in a browser, save it there, and "
                        "upload the file.",
                    )
        raise PageError(
            "page_too_many_redirects",
            f"The address leads on more than {MAX_REDIRECTS} times. Open it in a browser, and copy the address that "
            "you end up at.",
        )

    async def _page(self, url: PageUrl, response: httpcore.Response) -> FetchedPage:
        retry_after = header(response.headers, "retry-after")
        if (error := page_error_of(response.status, retry_after=retry_after)) is not None:
            raise error
        data = await self._body(response, self._max_bytes)
        if not data:
            raise PageError("page_empty", "There is nothing at this address. Open it in a browser to see why.")
        media_type, charset = content_type(response.headers)
        return FetchedPage(_version(url, response.headers), data, media_type, charset)

    async def _ask_robots(self, connections: httpcore.AsyncConnectionPool, url: PageUrl) -> None:
        """A site whose robots.txt cannot be had has none: the page itself says better what is wrong with its server."""
        try:
            async with asyncio.timeout(ROBOTS_TIMEOUT_S):
                robots_txt = await self._robots_txt(connections, url)
        except (PageError, TimeoutError):
            return
        if robots_txt is not None and not allows(robots_txt, str(url)):
            raise PageError(
                "page_refused_by_robots",
                "The site asks programs not to read this page (robots.txt). Save it in a browser, and upload the file.",
            )

    async def _robots_txt(self, connections: httpcore.AsyncConnectionPool, url: PageUrl) -> bytes | None:
        url = PageUrl(url.scheme, url.host, url.port, "/robots.txt", url.address)
        for _ in range(MAX_REDIRECTS + 1):
            self._checked(url)
            async with self._response(connections, url, []) as response:
                location = header(response.headers, "location")
                if response.status == 200:
                    return await self._body(response, MAX_ROBOTS_BYTES)
                if response.status not in _REDIRECTS or location is None:
                    return None
            url = url.joined(location)
        return None

    def _checked(self, url: PageUrl) -> PageUrl:
        self._rules.check_url(url)
        return url

    def _connections(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._ssl, max_connections=4, keepalive_expiry=5.0, network_backend=self._network
        )

    def _response(
        self, connections: httpcore.AsyncConnectionPool, url: PageUrl, headers: list[tuple[bytes, bytes]]
    ) -> "_Response":
        own = [
            (b"User-Agent", self._agent.encode("ascii")),
            (b"Accept", b"text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8"),
            (b"Accept-Encoding", b"gzip, deflate"),
        ]
        return _Response(connections, url, own + headers, timeout_s=self._timeout_s)

    async def _body(self, response: httpcore.Response, max_bytes: int) -> bytes:
        try:
            return await read_body(response.aiter_stream(), headers=response.headers, max_bytes=max_bytes)
        except _FAILURES as error:
            raise _failure(error) from error

    def _slow(self) -> PageError:
        return PageError(
            "page_timeout",
            f"The page did not arrive within {self._timeout_s:g} seconds. Try again later, or save it in a browser and "
            "upload the file.",
        )


class _Response:
    """A response whose body has not been read; leaving the context ends it. Raises PageError."""

    def __init__(
        self,
        connections: httpcore.AsyncConnectionPool,
        url: PageUrl,
        headers: list[tuple[bytes, bytes]],
        *,
        timeout_s: float,
    ) -> None:
        timeouts = {"connect": CONNECT_S, "read": timeout_s, "write": timeout_s, "pool": timeout_s}
        self._stream = connections.stream("GET", str(url), headers=headers, extensions={"timeout": timeouts})

    async def __aenter__(self) -> httpcore.Response:
        try:
            return await self._stream.__aenter__()
        except _FAILURES as error:
            raise _failure(error) from error

    async def __aexit__(self, *exc_info: object) -> Literal[False]:
        await self._stream.__aexit__(None, None, None)
        return False


_FAILURES = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    ssl.SSLError,
)


def _failure(error: Exception) -> PageError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", None) or "no secure connection could be made"
            return PageError(
                "page_tls_failed",
                f"The server cannot prove who it is ({reason}). Open the page in a browser; if you trust it, save it "
                "there and upload the file.",
            )
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpcore.TimeoutException():
            return PageError(
                "page_timeout", "The server does not answer. Check the address in a browser, or try again later."
            )
        case httpcore.ProtocolError() | httpcore.ReadError():
            return PageError("page_failed", "The connection broke off, or what answers is no web server. Try again.")
        case _:
            return PageError(
                "page_unreachable", "The server cannot be reached. Check the address in a browser, or try again later."
            )


def _trusting_system_and_certifi() -> ssl.SSLContext:
    """The system knows the certificates of the company's own sites, certifi those of the web where it has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _version(url: PageUrl, headers: Headers) -> PageVersion:
    return PageVersion(str(url), _short(header(headers, "etag")), _short(header(headers, "last-modified")))


def _short(validator: str | None) -> str | None:
    return validator if validator and len(validator) <= _MAX_VALIDATOR_CHARS and validator.isprintable() else None


def _validators(known: PageVersion) -> list[tuple[bytes, bytes]]:
    headers: list[tuple[bytes, bytes]] = []
    if known.etag:
        headers.append((b"If-None-Match", known.etag.encode("latin-1", errors="ignore")))
    if known.last_modified:
        headers.append((b"If-Modified-Since", known.last_modified.encode("latin-1", errors="ignore")))
    return headers


def _asks_to_sign_in(url: PageUrl) -> bool:
    return _LOGIN_PATH.search(url.target.partition("?")[0]) is not None or _LOGIN_HOST.match(url.host) is not None
