"""Web search by DuckDuckGo, with the library `ddgs`: no key, no account."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

from opentrace.ports.web_search import WebResult, WebSearchError

TIMEOUT_S = 10


class DuckDuckGoSearch:
    """The library blocks, so each search has a thread. `ca_file` holds the certificates that a proxy answers with."""

    name = "duckduckgo"

    def __init__(self, *, proxy_url: str | None = None, ca_file: str | None = None, timeout_s: int = TIMEOUT_S) -> None:
        self._proxy_url = proxy_url
        self._ca_file = ca_file
        self._timeout_s = timeout_s

    async def search(self, query: str, *, limit: int) -> Sequence[WebResult]:
        found = await asyncio.to_thread(self._search, query, limit)
        return [
            WebResult(url=str(row["href"]), title=str(row["title"]), text=str(row["body"]))
            for row in found
            if str(row.get("href", "")).startswith(("http://", "https://"))
        ][:limit]

    def _search(self, query: str, limit: int) -> Sequence[Mapping[str, Any]]:
        from ddgs.ddgs import DDGS
        from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException

        engine = DDGS(proxy=self._proxy_url, timeout=self._timeout_s, verify=self._ca_file or True)
        try:
            return cast(
                "Sequence[Mapping[str, Any]]",
                engine.text(query, max_results=limit, backend="duckduckgo", region="wt-wt"),
            )
        except RatelimitException as error:
            raise WebSearchError("DuckDuckGo gets too many searches from here. Try again in some minutes.") from error
        except TimeoutException as error:
            raise WebSearchError("DuckDuckGo did not answer in time. Try again, or check the network.") from error
        except DDGSException as error:
            if "no results" in str(error).lower():
                return ()
            raise WebSearchError(
                "DuckDuckGo could not be asked. Check the network of the server, or set OPENTRACE_WEB_SEARCH to tavily."
            ) from error
