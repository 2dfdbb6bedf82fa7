"""Embeddings of OpenAI and of every endpoint that speaks its wire format."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import httpx2
import numpy as np
import openai

from opentrace.adapters.local.minilm import load_tokenizer
from opentrace.adapters.openai_retries import retry_wait_s
from opentrace.ports.chat_model import UncountedCalls
from opentrace.ports.embedder import EmbedderAway, EmbedderError, Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openai.types import CreateEmbeddingResponse
    from tokenizers import Tokenizer

    from opentrace.adapters.model_endpoint import ModelEndpoint
    from opentrace.ports.chat_model import ModelCalls

TRIES = 3
LONGEST_WAIT_S = {"query": 5.0, "passage": 60.0}
"""A person waits for a question's vector; a document can wait for a limit per minute to pass."""

OPENAI_MAX_TOKENS = 7000
"""Of the 8,191 that OpenAI's models read: the rest is for what WordPiece counts lower (Devanagari, by a seventh)."""
OTHER_MAX_TOKENS = 512

OPENAI_DIMENSIONS = 1536

_REQUEST_TEXTS = 2048  # OpenAI's limits of one request: 2,048 texts, and 300,000 tokens
_REQUEST_TOKENS = 250_000
_OTHER_REQUEST_TEXTS = 32  # what servers such as text-embeddings-inference take by default
_BATCH_TEXTS = 256
_BLANK = "-"
"""Stands in for a blank text, which OpenAI refuses."""
_UNKNOWN = "[UNK]"


@dataclass(frozen=True, slots=True)
class _Input:
    text: str
    tokens: int


class OpenAiEmbedder:
    """Implements `ports.embedder.Embedder`.

    Tokens are counted by the tokenizer of the local model, since OpenAI's own comes from the internet: it counts higher
    for all that was tried but one script (docs/decisions/model-endpoints.md), so a window is read whole.
    """

    def __init__(
        self,
        endpoint: ModelEndpoint,
        *,
        model: str,
        dimensions: int | None = None,
        max_tokens: int | None = None,
        timeout_s: float = 60.0,
        calls: ModelCalls | None = None,
    ) -> None:
        """`dimensions` are asked for; without them the model gives what it has."""
        from_openai = model.startswith("text-embedding-")
        self._endpoint = endpoint
        self._name = model
        self._asked_dimensions = dimensions or (OPENAI_DIMENSIONS if model.startswith("text-embedding-3-") else None)
        self._dimensions = self._asked_dimensions
        self._max_tokens = max_tokens or (OPENAI_MAX_TOKENS if from_openai else OTHER_MAX_TOKENS)
        self._request_texts = _REQUEST_TEXTS if from_openai else _OTHER_REQUEST_TEXTS
        self._calls = calls or UncountedCalls()
        self._http = endpoint.http_client(timeout_s=timeout_s)
        self._client = openai.AsyncOpenAI(
            api_key=endpoint.api_key or "none",  # local servers want none, but the client wants something to send
            base_url=endpoint.base_url,
            organization=endpoint.organization,
            http_client=self._http,
            max_retries=0,
        )

    @property
    def model(self) -> str:
        return self._name if self._asked_dimensions is None else f"{self._name}@{self._asked_dimensions}"

    @property
    def dimensions(self) -> int:
        if self._dimensions is None:
            raise EmbedderError(f"The dimensions of {self._name!r} are not known before a text has been embedded.")
        return self._dimensions

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    @property
    def batch_texts(self) -> int:
        return _BATCH_TEXTS

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        offsets: list[tuple[int, int]] = []
        for token, (start, end) in zip(encoding.tokens, encoding.offsets, strict=True):
            if token != _UNKNOWN:
                offsets.append((start, end))
                continue
            for index in range(start, end):  # a token of other vocabularies is a byte at least
                offsets += [(index, index + 1)] * len(text[index].encode(errors="replace"))
        return offsets

    async def embed(self, texts: Sequence[str], *, purpose: Literal["query", "passage"]) -> Vectors:
        inputs = await asyncio.to_thread(lambda: [self._input(text) for text in texts])
        if not inputs:
            if self._dimensions is None:
                await self._rows([self._input(_BLANK)], purpose=purpose)
            return np.zeros((0, self.dimensions), np.float32)
        rows = [await self._rows(batch, purpose=purpose) for batch in _batches(inputs, texts=self._request_texts)]
        vectors = np.concatenate(rows)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
        lengths[lengths == 0] = 1
        return vectors / lengths

    async def close(self) -> None:
        await self._http.aclose()

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return load_tokenizer()

    def _input(self, text: str) -> _Input:
        """Cut to what the model reads: endpoints refuse what is longer."""
        if not text.strip():
            return _Input(_BLANK, 1)
        offsets = self.token_offsets(text)
        if len(offsets) > self._max_tokens:
            return _Input(text[: offsets[self._max_tokens - 1][1]], self._max_tokens)
        # Half a character of a pair has no place in JSON.
        return _Input(text.encode(errors="replace").decode(), max(1, len(offsets)))

    async def _rows(self, batch: Sequence[_Input], *, purpose: Literal["query", "passage"]) -> Vectors:
        attempt = 0
        while True:
            try:
                answer = await self._client.embeddings.create(
                    model=self._name,
                    input=[each.text for each in batch],
                    dimensions=openai.omit if self._asked_dimensions is None else self._asked_dimensions,
                    encoding_format="base64" if self._endpoint.is_openai else "float",
                )
            except (openai.OpenAIError, httpx2.TransportError) as error:
                attempt += 1
                wait_s = retry_wait_s(error, attempt=attempt - 1)
                if attempt >= TRIES or wait_s is None or wait_s > LONGEST_WAIT_S[purpose]:
                    away = _is_away(error)
                    self._calls.failed(self._name, "embedder_unavailable" if away else "embedder_refused")
                    raise (EmbedderAway if away else EmbedderError)(self._sentence(error)) from error
                await asyncio.sleep(wait_s)
            else:
                tokens = answer.usage.prompt_tokens if answer.usage else 0
                self._calls.answered(self._name, input_tokens=tokens, output_tokens=0)
                return self._vectors(answer, count=len(batch))

    def _vectors(self, answer: CreateEmbeddingResponse, *, count: int) -> Vectors:
        """In the order of the texts, whatever the order of the answer."""
        by_index = {item.index: _numbers(item.embedding) for item in answer.data}
        if sorted(by_index) != list(range(count)):
            raise EmbedderError(f"{self._endpoint.shown} gave {len(by_index)} vectors for {count} texts.")
        rows = [by_index[index] for index in range(count)]
        found = {len(row) for row in rows}
        if self._dimensions is None and len(found) == 1:
            self._dimensions = found.pop()
        elif found != {self._dimensions}:
            raise EmbedderError(
                f"{self._endpoint.shown} gave vectors of {max(found)} dimensions for {self._name!r}, and not of "
                f"{self._dimensions}. Set OPENTRACE_EMBEDDING_DIMENSIONS to what the model has, or correct "
                "OPENTRACE_EMBEDDING_MODEL."
            )
        vectors = np.stack(rows)
        if not np.isfinite(vectors).all():
            raise EmbedderError(f"{self._endpoint.shown} gave a vector that holds no numbers. Look at its log.")
        return vectors

    def _sentence(self, error: Exception) -> str:
        at, endpoint = self._endpoint.shown, self._endpoint
        match error:
            case openai.AuthenticationError():
                return f"{at} does not accept the API key. Set {endpoint.api_key_variable} to a valid one."
            case openai.PermissionDeniedError():
                return f"{at} does not let this API key use the model {self._name!r}. Allow it there."
            case openai.NotFoundError():
                return (
                    f"{at} has no embedding model {self._name!r}. Set OPENTRACE_EMBEDDING_MODEL to one that it has, or "
                    f"correct {endpoint.base_url_variable}."
                )
            case openai.RateLimitError() if error.code == "insufficient_quota":
                return f"The account at {at} has used up its quota. Add credit there, or use another endpoint."
            case openai.RateLimitError():
                return f"{at} gets too many requests for {self._name!r}. Try again later, or raise the limit there."
            case openai.APITimeoutError() | httpx2.TimeoutException():
                return f"{at} did not answer in time. Try again, or set OPENTRACE_MODEL_TIMEOUT_S higher."
            case openai.APIConnectionError() | httpx2.TransportError():
                return f"Nothing answers at {at}. Start the model server, or correct {endpoint.base_url_variable}."
            case openai.BadRequestError() | openai.UnprocessableEntityError():
                return (
                    f"{at} refuses the texts for {self._name!r} (status {error.status_code}). Where they are too long "
                    "for it, set OPENTRACE_EMBEDDING_MAX_TOKENS lower; where it is no embedding model, correct "
                    "OPENTRACE_EMBEDDING_MODEL."
                )
            case openai.APIStatusError():
                return f"{at} failed with status {error.status_code}. Try again later."
            case _:
                return f"{at} sent an answer that could not be read. Check {endpoint.base_url_variable}."


def _is_away(error: Exception) -> bool:
    """Whether the endpoint may take later what it does not take now."""
    match error:
        case openai.RateLimitError():
            return error.code != "insufficient_quota"
        case openai.InternalServerError() | openai.APIConnectionError() | httpx2.TransportError():
            return True  # a time-out is an APIConnectionError too
        case _:
            return False


def _numbers(embedding: list[float] | str) -> Vectors:
    """An endpoint sends numbers, or their bytes in base64 where it was asked to."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding), dtype="<f4").astype(np.float32)
    return np.asarray(embedding, dtype=np.float32)


def _batches(inputs: Sequence[_Input], *, texts: int) -> Iterator[list[_Input]]:
    batch: list[_Input] = []
    tokens = 0
    for each in inputs:
        if batch and (len(batch) == texts or tokens + each.tokens > _REQUEST_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(each)
        tokens += each.tokens
    if batch:
        yield batch
