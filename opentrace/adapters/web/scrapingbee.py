"""Fetches pages by ScrapingBee, which runs their scripts in a browser and gets past defences against programs."""

import re

import httpx

from opentrace.adapters.web.address_rules import AddressRules
from opentrace.adapters.web.page_body import content_type
from opentrace.adapters.web.page_status import page_error_of
from opentrace.adapters.web.page_url import parse_page_url
from opentrace.ports.page_fetcher import FetchedPage, PageError, PageVersion

API_URL = "https://app.scrapingbee.com/api/v1/"
_CONNECT_S = 10.0
_GRACE_S = 10.0  # for the answer of ScrapingBee itself, after its own time limit
_OUT_OF_CREDITS = re.compile(r"limit|credit|quota|upgrade", re.IGNORECASE)
_MAX_REFUSAL_BYTES = 4096


class ScrapingBeePageFetcher:
    """Implements `PageFetcher`. A page with scripts costs five credits, one without costs one.

    Names are looked up at ScrapingBee, which is no part of a private network; addresses that name one are refused here
    all the same, so that nobody else hears of them.
    """

    def __init__(
        self,
        rules: AddressRules,
        *,
        api_key: str,
        render: bool = True,
        timeout_s: float = 60.0,
        max_bytes: int = 20 * 1024**2,
        api_url: str = API_URL,
    ) -> None:
        self._rules = rules
        self._api_key = api_key
        self._render = render
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._api_url = api_url
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(timeout_s + _GRACE_S, connect=_CONNECT_S))

    def check(self, url: str) -> str:
        parsed = parse_page_url(url)
        self._rules.check_url(parsed)
        return str(parsed)

    async def fetch(self, url: str, *, known: PageVersion | None = None) -> FetchedPage | None:  # noqa: ARG002 -- it takes no conditions
        url = self.check(url)
        query = {
            "api_key": self._api_key,
            "url": url,
            "render_js": "true" if self._render else "false",
            "timeout": str(int(self._timeout_s * 1000)),
        }
        try:
            async with self._http.stream("GET", self._api_url, params=query) as response:
                if response.status_code != 200:
                    raise await _refusal(response)
                data = await self._body(response)
        except httpx.TimeoutException as error:
            raise PageError(
                "page_timeout",
                f"The page did not arrive within {self._timeout_s:g} seconds. Try again later, or save it in a browser "
                "and upload the file.",
            ) from error
        except httpx.TransportError as error:
            raise PageError(
                "page_unreachable", "ScrapingBee, which fetches pages here, does not answer. Try again later."
            ) from error
        if not data:
            raise PageError("page_empty", "There is nothing at this address. Open it in a browser to see why.")
        media_type, charset = content_type(response.headers.raw)
        cost = response.headers.get("spb-cost", "")
        return FetchedPage(
            PageVersion(response.headers.get("spb-resolved-url") or url, None, None),
            data,
            media_type,
            charset,
            credits=int(cost) if cost.isdecimal() and len(cost) < 10 else None,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for part in response.aiter_bytes():
            body += part
            if len(body) > self._max_bytes:
                raise PageError(
                    "page_too_large",
                    f"The page has more than {self._max_bytes} bytes. Save the part that you need, and upload it.",
                )
        return bytes(body)


async def _refusal(response: httpx.Response) -> PageError:
    """Of ScrapingBee itself, or of the page's server by way of it."""
    said = bytearray()
    async for part in response.aiter_bytes():
        said += part
        if len(said) > _MAX_REFUSAL_BYTES:
            break
    of_page = response.headers.get("spb-initial-status-code", "")
    match response.status_code:
        case 401 if not of_page and _OUT_OF_CREDITS.search(said.decode("utf-8", "replace")):
            return PageError(
                "page_fetcher_quota_exceeded",
                "The account at ScrapingBee, which fetches pages here, has no credits left. The operator can add some, "
                "or set OPENTRACE_PAGE_FETCHER=direct.",
            )
        case 401 if not of_page:
            return PageError(
                "page_fetcher_unauthorized",
                "ScrapingBee, which fetches pages here, does not accept the key. The operator can correct "
                "OPENTRACE_SCRAPINGBEE_API_KEY.",
            )
        case 429 if not of_page:
            return PageError(
                "page_rate_limited",
                "ScrapingBee fetches as many pages at once as its plan allows. Try again in a minute.",
            )
        case _ if (
            of_page.isdecimal() and len(of_page) == 3 and (error := page_error_of(int(of_page), retry_after=None))
        ):
            return error
        case 404 | 410:
            return PageError("page_not_found", "There is no page at this address (404). Correct the address.")
        case 400:
            return PageError("url_invalid", "ScrapingBee does not take this address. Check it in a browser.")
        case _:
            return PageError(
                "page_failed",
                "ScrapingBee could not load the page. Open it in a browser, save it there, and upload the file.",
            )
