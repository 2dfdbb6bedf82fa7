"""Pages by ScrapingBee, against a loopback server that answers as its API does."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from opentrace.adapters.web.address_rules import AddressRules
from opentrace.adapters.web.scrapingbee import ScrapingBeePageFetcher
from opentrace.ports.page_fetcher import FetchedPage, PageError, PageVersion
from opentrace.settings import Settings, SettingsError
from opentrace.wiring import open_services
from tests.openai_server import LoopbackServer

KEY = "a-secret-key"
URL = "https://pages.example/report?year=2026&q=a%20b"


@dataclass
class ScrapingBee:
    url: str = ""
    body: bytes = b"<h1>Rendered</h1>"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    requests: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncGenerator["ScrapingBee"]:
        server = cls()
        app = Starlette(routes=[Route("/api/v1/", server._answer)])
        async with LoopbackServer.serving(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical")) as url:
            server.url = f"{url}/api/v1/"
            yield server

    async def _answer(self, request: Request) -> Response:
        self.requests.append(dict(request.query_params))
        return Response(self.body, self.status, {"Content-Type": "text/html; charset=utf-8", **self.headers})


@pytest.fixture
async def bee() -> AsyncGenerator[ScrapingBee]:
    async with ScrapingBee.running() as server:
        yield server


async def fetch(bee: ScrapingBee, url: str = URL, **options: Any) -> FetchedPage:
    values: dict[str, Any] = {"api_key": KEY, "api_url": bee.url, **options}
    fetcher = ScrapingBeePageFetcher(AddressRules(), **values)
    try:
        page = await fetcher.fetch(url)
    finally:
        await fetcher.close()
    assert page is not None
    return page


async def test_a_page_comes_rendered_with_its_price_and_its_last_address(bee: ScrapingBee) -> None:
    bee.headers = {"Spb-Cost": "5", "Spb-Resolved-Url": "https://pages.example/final", "Spb-Initial-Status-Code": "200"}

    page = await fetch(bee)

    assert page == FetchedPage(
        PageVersion("https://pages.example/final", None, None), b"<h1>Rendered</h1>", "text/html", "utf-8", credits=5
    )
    assert bee.requests == [{"api_key": KEY, "url": URL, "render_js": "true", "timeout": "60000"}]


async def test_scripts_are_left_alone_where_that_is_asked_for(bee: ScrapingBee) -> None:
    bee.body, bee.headers = b"%PDF-1.7", {"Content-Type": "application/pdf", "Spb-Cost": "1"}

    page = await fetch(bee, render=False)

    assert (page.data, page.media_type, page.credits) == (b"%PDF-1.7", "application/pdf", 1)
    assert bee.requests[0]["render_js"] == "false"


@pytest.mark.parametrize(
    ("status", "headers", "body", "code", "says"),
    [
        (401, {}, b'{"message": "Invalid api key: a-secret-key"}', "page_fetcher_unauthorized", "SCRAPINGBEE_API_KEY"),
        (401, {}, b'{"message": "Monthly API calls limit reached: 1000"}', "page_fetcher_quota_exceeded", "credits"),
        (401, {"Spb-Initial-Status-Code": "401"}, b"limit", "page_unauthorized", "password"),
        (429, {}, b'{"message": "Too many concurrent requests"}', "page_rate_limited", "minute"),
        (404, {"Spb-Initial-Status-Code": "404"}, b"gone", "page_not_found", "404"),
        (500, {"Spb-Initial-Status-Code": "403"}, b"{}", "page_forbidden", "403"),
        (500, {}, b'{"error": "try with render_js"}', "page_failed", "ScrapingBee"),
        (400, {}, b'{"errors": {"url": ["Not a valid URL."]}}', "url_invalid", "address"),
        (200, {}, b"", "page_empty", "nothing"),
        (200, {}, b"x" * 2000, "page_too_large", "1000"),
    ],
)
async def test_a_failure_says_what_to_do(
    bee: ScrapingBee, status: int, headers: dict[str, str], body: bytes, code: str, says: str
) -> None:
    bee.status, bee.headers, bee.body = status, headers, body

    with pytest.raises(PageError) as caught:
        await fetch(bee, max_bytes=1000)

    assert caught.value.code == code
    assert says in caught.value.detail
    assert KEY not in caught.value.detail


async def test_a_service_that_is_away_says_so() -> None:
    with pytest.raises(PageError) as caught:
        await fetch(ScrapingBee(url="http://127.0.0.1:1/"))

    assert caught.value.code == "page_unreachable"


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/"])
async def test_nobody_hears_of_private_addresses(bee: ScrapingBee, url: str) -> None:
    with pytest.raises(PageError) as caught:
        await fetch(bee, url)

    assert caught.value.code == "url_not_allowed"
    assert bee.requests == []


async def test_an_installation_is_wired_with_it(settings: Settings) -> None:
    chosen = settings.model_copy(update={"page_fetcher": "scrapingbee"})
    with pytest.raises(SettingsError, match="OPENTRACE_SCRAPINGBEE_API_KEY"):
        async with open_services(chosen):
            pass
    async with open_services(chosen.model_copy(update={"scrapingbee_api_key": SecretStr(KEY)})) as services:
        assert isinstance(services.page_fetcher, ScrapingBeePageFetcher)
