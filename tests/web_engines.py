"""Search engines on loopback, over the wire that the real ones speak.

DuckDuckGo is reached as through a company's proxy: the proxy answers for it, with a certificate of its own.
"""

import asyncio
import contextlib
import html
import json
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from opentrace.adapters.duckduckgo import DuckDuckGoSearch
from opentrace.adapters.tavily import TavilySearch
from opentrace.ports.web_search import WebResult

CERTIFICATE = Path(__file__).parent / "adapters" / "proxy" / "html.duckduckgo.com.pem"
AUTHORITY = CERTIFICATE.with_name("authority.pem")


@dataclass
class Engine:
    """`queries` are those that came; `status` and `body` are answered in place of the results where they are set."""

    results: Sequence[WebResult] = ()
    status: int = 200
    body: str | None = None
    silent: bool = False
    queries: list[str] = field(default_factory=list[str])
    headers: list[str] = field(default_factory=list[str])
    requests: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    port: int = 0

    def duckduckgo(self, *, timeout_s: int = 10) -> DuckDuckGoSearch:
        proxy = f"http://127.0.0.1:{self.port}"
        return DuckDuckGoSearch(proxy_url=proxy, ca_file=str(AUTHORITY), timeout_s=timeout_s)

    def tavily(self, *, key: Any, timeout_s: float = 10) -> TavilySearch:
        return TavilySearch(key, base_url=f"http://127.0.0.1:{self.port}", timeout_s=timeout_s)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if head.startswith("CONNECT html.duckduckgo.com:443 "):
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.drain()
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATE)
                await writer.start_tls(context)
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
            await self._answer(head, reader, writer)
        writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lengths = [line for line in head.split("\r\n") if line.lower().startswith("content-length:")]
        sent = (await reader.readexactly(int(lengths[0].partition(":")[2]))).decode() if lengths else ""
        self.headers.append(head)
        if head.startswith("POST /html/"):
            self.queries.append(parse_qs(sent)["q"][0])
            body = self._page()
        else:
            self.requests.append(json.loads(sent))
            self.queries.append(self.requests[-1]["query"])
            pages = [{"url": page.url, "title": page.title, "content": page.text} for page in self.results]
            body = json.dumps({"results": pages})
        if self.silent:
            await asyncio.sleep(3600)
        content = (body if self.body is None else self.body).encode()
        writer.write(
            f"HTTP/1.1 {self.status} Scripted\r\ncontent-type: text/html; charset=utf-8\r\n"
            f"content-length: {len(content)}\r\nconnection: close\r\n\r\n".encode()
        )
        writer.write(content)
        await writer.drain()

    def _page(self) -> str:
        items = "".join(
            '<div class="links_main links_deep result__body"><h2 class="result__title">'
            f'<a class="result__a" href="{page.url}">{html.escape(page.title)}</a></h2>'
            f'<a class="result__snippet" href="{page.url}">{html.escape(page.text)}</a></div>'
            for page in self.results
        )
        return f"<!DOCTYPE html><html><body><div id='links'>{items}</div></body></html>"


@asynccontextmanager
async def running_engine() -> AsyncGenerator[Engine]:
    engine = Engine()
    server = await asyncio.start_server(engine.serve, "127.0.0.1", 0)
    engine.port = server.sockets[0].getsockname()[1]
    try:
        yield engine
    finally:
        server.close()
