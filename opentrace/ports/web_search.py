"""Searches the public web."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class WebSearchError(Exception):
    """The web could not be searched; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class WebResult:
    """A page that was found; `text` is what the search engine shows of it."""

    url: str
    title: str
    text: str


class WebSearch(Protocol):
    """One search engine. Safe to use from many tasks of one event loop."""

    @property
    def name(self) -> str:
        """What the trace calls it."""
        ...

    async def search(self, query: str, *, limit: int) -> Sequence[WebResult]:
        """The best pages, best first; none where nothing matches. Raises WebSearchError."""
        ...
