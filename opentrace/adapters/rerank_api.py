"""Reranking by an API in the form that Cohere, Jina, Voyage and local servers (vLLM, llama.cpp, Infinity) share.

`POST /rerank {model, query, documents, top_n}` is answered by `{"results": [{"index", "relevance_score"}]}`.
"""

import asyncio
from collections.abc import Mapping, Sequence

import httpx
from pydantic import BaseModel, Field, SecretStr, ValidationError

from opentrace.ports.reranker import RerankerError, RerankPassage, RerankQuestion

TIMEOUT_S = 10.0
MAX_RETRY_AFTER_S = 2.0
"""A reader waits: a longer pause costs more than the order of the passages is worth."""


class _Result(BaseModel):
    index: int = Field(ge=0)
    relevance_score: float = Field(allow_inf_nan=False)


class _Answer(BaseModel):
    results: list[_Result]


class RerankApi:
    def __init__(self, url: str, *, model: str, api_key: SecretStr | None, timeout_s: float = TIMEOUT_S) -> None:
        """`url` is the base (…/v1) or the whole address (…/v1/rerank)."""
        self._url = url if url.endswith("/rerank") else f"{url}/rerank"
        self._model = model
        headers = {} if api_key is None else {"Authorization": f"Bearer {api_key.get_secret_value()}"}
        self._client = httpx.AsyncClient(headers=headers, timeout=timeout_s)

    @property
    def name(self) -> str:
        return self._model

    async def rerank(self, question: RerankQuestion, passages: Sequence[RerankPassage]) -> list[float]:
        if not passages:
            return []
        body = {
            "model": self._model,
            "query": question.text,
            "documents": [_document(passage) for passage in passages],
            "top_n": len(passages),
        }
        response = await self._post(body)
        if response.status_code in (429, 503):
            await asyncio.sleep(_pause_s(response))
            response = await self._post(body)
        if not response.is_success:
            raise RerankerError(_code(response.status_code))
        return _scores(response, len(passages))

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, body: Mapping[str, object]) -> httpx.Response:
        try:
            return await self._client.post(self._url, json=body)
        except httpx.TimeoutException as error:
            raise RerankerError("rerank_timeout") from error
        except httpx.TransportError as error:
            raise RerankerError("rerank_unreachable") from error


def _document(passage: RerankPassage) -> str:
    return f"{passage.context}\n\n{passage.text}" if passage.context else passage.text


def _pause_s(response: httpx.Response) -> float:
    """Raises RerankerError where the server wants a longer one."""
    try:
        pause_s = float(response.headers.get("retry-after", "0.5"))
    except ValueError:
        pause_s = 0.5
    if not 0 <= pause_s <= MAX_RETRY_AFTER_S:
        raise RerankerError(_code(response.status_code))
    return pause_s


def _code(status: int) -> str:
    match status:
        case 401 | 403:
            return "rerank_unauthorized"
        case 404:
            return "rerank_not_found"
        case 429:
            return "rerank_rate_limited"
        case _:
            return "rerank_failed"


def _scores(response: httpx.Response, count: int) -> list[float]:
    """A passage that the API leaves out is below all others."""
    try:
        results = _Answer.model_validate_json(response.content).results
    except ValidationError as error:
        raise RerankerError("rerank_unreadable") from error
    if not results or any(result.index >= count for result in results):
        raise RerankerError("rerank_unreadable")
    least = min(result.relevance_score for result in results)
    scores = [least - 1.0] * count
    for result in results:
        scores[result.index] = result.relevance_score
    return scores
