"""Web search by Tavily's API."""

from collections.abc import Sequence
from typing import Any

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from opentrace.ports.web_search import WebResult, WebSearchError

BASE_URL = "https://api.tavily.com"
TIMEOUT_S = 15.0
MAX_QUERY_CHARS = 400
"""What Tavily takes at most."""


class _Page(BaseModel):
    url: str
    title: str = ""
    content: str = ""


class _Answer(BaseModel):
    results: list[_Page]


class TavilySearch:
    name = "tavily"

    def __init__(self, api_key: SecretStr, *, base_url: str = BASE_URL, timeout_s: float = TIMEOUT_S) -> None:
        self._api_key = api_key
        self._base_url = base_url
        self._timeout_s = timeout_s

    async def search(self, query: str, *, limit: int) -> Sequence[WebResult]:
        body: dict[str, Any] = {"query": query[:MAX_QUERY_CHARS], "max_results": limit, "search_depth": "basic"}
        headers = {"authorization": f"Bearer {self._api_key.get_secret_value()}"}
        try:
            async with httpx.AsyncClient(timeout=self._timeout_s) as client:
                response = await client.post(f"{self._base_url}/search", json=body, headers=headers)
        except httpx.TimeoutException as error:
            raise WebSearchError("Tavily did not answer in time. Try again.") from error
        except httpx.HTTPError as error:
            raise WebSearchError("Tavily cannot be reached. Check the network of the server.") from error
        if not response.is_success:
            raise WebSearchError(_reason(response.status_code))
        try:
            answer = _Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise WebSearchError("Tavily sent an answer that could not be read. Try again.") from error
        return [WebResult(url=page.url, title=page.title, text=page.content) for page in answer.results[:limit]]


def _reason(status: int) -> str:
    match status:
        case 401 | 403:
            return "Tavily does not accept the key. Set OPENTRACE_TAVILY_API_KEY to a valid one."
        case 429:
            return "Tavily gets too many searches with this key. Try again in a moment."
        case 432 | 433:
            return "The searches of this Tavily key are used up. Add credit there, or use another key."
        case _:
            return f"Tavily failed with status {status}. Try again in a moment."
