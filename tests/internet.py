"""An internet on loopback: names, public addresses and web servers behind them.

    async with Internet.running() as internet:
        site = await internet.site("pages.example")
        site.pages["/"] = Page("<h1>Hello</h1>")
        fetcher = internet.fetcher()

The fetcher keeps its real rules: it looks names up here, and what it then connects to must be a public address, behind
which stands a real server on loopback. Where it connects is in `internet.dialled`.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpcore

from opentrace.adapters.web.address_rules import AddressRules
from opentrace.adapters.web.direct_page_fetcher import DirectPageFetcher


@dataclass(frozen=True)
class Page:
    """`cut` ends the connection in the middle of the body; `silent` never answers."""

    body: bytes | str = b""
    status: int = 200
    content_type: str | None = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cut: bool = False
    silent: bool = False


NOT_FOUND = Page("No such page.", status=404)


@dataclass
class Site:
    """A web server. `requests` are (path with query, headers in lower case) of what was asked, without robots.txt."""

    pages: dict[str, Page] = field(default_factory=dict[str, Page])
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])
    port: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            if path != "/robots.txt":
                self.requests.append((path, headers))
            page = self.pages.get(path) or self.pages.get(path.partition("?")[0], NOT_FOUND)
            if page.silent:
                await reader.read()
            await self._send(page, writer)
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    async def _send(self, page: Page, writer: asyncio.StreamWriter) -> None:
        body = page.body.encode() if isinstance(page.body, str) else page.body
        headers = {"Content-Length": str(len(body)), "Connection": "close", **page.headers}
        if page.content_type is not None:
            headers["Content-Type"] = page.content_type
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {page.status} Status\r\n{lines}\r\n".encode("latin-1"))
        writer.write(body[: len(body) // 2] if page.cut else body)
        await writer.drain()


@dataclass
class Internet(httpcore.AsyncNetworkBackend):
    """`names` are looked up in turn: the last answer stays. A name without an entry does not exist."""

    names: dict[str, list[list[str]]] = field(default_factory=dict[str, list[list[str]]])
    servers: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    dialled: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["Internet"]:
        internet = cls()
        async with internet._running:
            yield internet

    async def site(self, name: str, *, port: int = 80, certificate: ssl.SSLContext | None = None) -> Site:
        """A server under this name, with a public address of its own."""
        site = Site()
        server = await asyncio.start_server(site.answer, "127.0.0.1", 0, ssl=certificate)
        self._running.push_async_callback(_closed, server)
        site.port = server.sockets[0].getsockname()[1]
        address = self.names.setdefault(name, [[f"93.184.216.{len(self.names) + 1}"]])[0][0]
        self.servers[address, port] = site.port
        return site

    def fetcher(self, **options: Any) -> DirectPageFetcher:
        return DirectPageFetcher(AddressRules(), resolve=self.resolve, network=self, **options)

    async def resolve(self, host: str, port: int) -> list[str]:
        answers = self.names.get(host)
        if answers is None:
            if host.replace(".", "").isdigit() or ":" in host:
                return [host]
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- as httpcore has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        if (host, port) not in self.servers:
            raise httpcore.ConnectError("refused")
        loopback = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        return await loopback.connect_tcp("127.0.0.1", self.servers[host, port], timeout=timeout)


async def _closed(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()
