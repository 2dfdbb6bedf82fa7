"""Gives every window of every chunk a vector, together with what the chunk stands under."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opentrace.knowledge.ingestion.chunk import Chunk
from opentrace.knowledge.ingestion.embedding_cache import EmbeddingCache
from opentrace.knowledge.ingestion.windows import split_windows
from opentrace.ports.embedder import Embedder

CONTEXT_SHARE = 5
"""A fifth of what the model reads is for the context, the rest for the passage."""

_NAME_SHARE = 2
_FILE_ENDING = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,4}$")
_PART_SEPARATOR = " › "
_LOOKED_UP_TEXTS = 1000


@dataclass(frozen=True, slots=True)
class EmbeddedWindow:
    """The vector of `content[char_start:char_end]` of the chunk at `chunk_index` of the list that was embedded."""

    chunk_index: int
    window_index: int
    char_start: int
    char_end: int
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Window:
    chunk_index: int
    window_index: int
    char_start: int
    char_end: int
    text: str


def chunk_context(heading_path: Sequence[str], *, document_name: str, title: str | None, embedder: Embedder) -> str:
    """What a chunk stands under: the document's name and title, then its headings, the outermost first.

    At most a fifth of the tokens that the model reads. The innermost headings are kept first, since they say most about
    the chunk; a name that is too long is cut.
    """
    budget = embedder.max_tokens // CONTEXT_SHARE
    parts = _distinct([_FILE_ENDING.sub("", document_name), title or ""])
    name, used = _cut_to(_PART_SEPARATOR.join(parts), budget // _NAME_SHARE, embedder)
    kept: list[str] = []
    for heading in reversed(_distinct(heading_path, besides=parts)):
        text, tokens = _cut_to(heading, budget - used - 1, embedder)
        if not text:
            break
        kept.insert(0, text)
        used += tokens + 1
    return _PART_SEPARATOR.join([name, *kept] if name else kept)


async def embed_chunks(
    chunks: Sequence[Chunk],
    *,
    document_name: str,
    title: str | None,
    embedder: Embedder,
    cache: EmbeddingCache | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[list[EmbeddedWindow], int]:
    """All windows of all chunks, in order, and how many texts had to be embedded: each once, and none that `cache` has.

    `on_progress(done, total)` counts windows. Raises EmbedderError.
    """
    windows = await asyncio.to_thread(_windows, chunks, document_name=document_name, title=title, embedder=embedder)
    # Texts of like length share a batch, which then has next to no padding.
    texts = sorted(dict.fromkeys(window.text for window in windows), key=len, reverse=True)
    vectors: dict[str, NDArray[np.float32]] = {}
    if cache is not None:
        for first in range(0, len(texts), _LOOKED_UP_TEXTS):
            vectors.update(await cache.find(texts[first : first + _LOOKED_UP_TEXTS]))
    missing = [text for text in texts if text not in vectors]
    for first in range(0, len(missing), embedder.batch_texts):
        batch = missing[first : first + embedder.batch_texts]
        rows = await embedder.embed(batch, purpose="passage")
        if cache is not None:
            await cache.keep(batch, rows)
        vectors.update(zip(batch, rows, strict=True))
        if on_progress is not None:
            on_progress(len(windows) * len(vectors) // len(texts), len(windows))
    return [
        EmbeddedWindow(
            window.chunk_index, window.window_index, window.char_start, window.char_end, vectors[window.text]
        )
        for window in windows
    ], len(missing)


def _windows(chunks: Sequence[Chunk], *, document_name: str, title: str | None, embedder: Embedder) -> list[_Window]:
    windows: list[_Window] = []
    for chunk_index, chunk in enumerate(chunks):
        context = chunk_context(chunk.heading_path, document_name=document_name, title=title, embedder=embedder)
        ranges = split_windows(
            chunk.content,
            offsets=embedder.token_offsets(chunk.content),
            budget_tokens=embedder.max_tokens - len(embedder.token_offsets(context)),
        )
        for window_index, (start, end) in enumerate(ranges):
            text = embedding_text(chunk.content[start:end], context=context)
            windows.append(_Window(chunk_index, window_index, start, end, text))
    return windows


def embedding_text(passage: str, *, context: str) -> str:
    """What the model reads of a window."""
    return f"{context}\n\n{passage}" if context else passage


def _distinct(parts: Sequence[str], *, besides: Sequence[str] = ()) -> list[str]:
    """Non-blank parts on one line each, without those that are said already."""
    seen = {part.casefold() for part in besides}
    kept: list[str] = []
    for part in parts:
        text = " ".join(part.split())
        if text and text.casefold() not in seen:
            seen.add(text.casefold())
            kept.append(text)
    return kept


def _cut_to(text: str, budget: int, embedder: Embedder) -> tuple[str, int]:
    """The longest beginning of `text` within `budget` tokens, and how many it has."""
    offsets = embedder.token_offsets(text)
    if len(offsets) <= budget:
        return text, len(offsets)
    if budget <= 0:
        return "", 0
    return text[: offsets[budget - 1][1]].rstrip(), budget
