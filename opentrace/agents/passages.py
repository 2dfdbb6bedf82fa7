"""Passages that a search found, how they are numbered, and the citations that are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A chunk that a search found, or what a search engine shows of a page: that one has no ids, but a `url`.

    `char_start` and `char_end` delimit, in `content`, the window that was nearest to the query. `locations` are
    `{page, x0, y0, x1, y1, start, end}`, with offsets into `content`. `context` is what it was indexed with.
    """

    chunk_id: UUID | None
    document_id: UUID | None
    document_name: str
    page_number: int | None
    content: str
    score: float
    chunk_index: int = 0
    char_start: int = 0
    char_end: int | None = None
    locations: Sequence[Mapping[str, Any]] = ()
    context: str = ""
    tables: tuple[str, ...] = ()
    url: str | None = None
    headings: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same for the same passage."""
        return str(self.chunk_id) if self.chunk_id else self.url or self.content


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """`trace` is the search's own account of what it did (JSON values). `failure` says to the model why there is
    nothing, where that is not for lack of a match."""

    passages: Sequence[FoundPassage]
    trace: JsonObject = field(default_factory=dict[str, Any])
    failure: str | None = None


class Search(Protocol):
    """Searches the documents of one project."""

    async def __call__(self, query: str) -> SearchOutcome: ...


def add_passages(known: list[FoundPassage], found: Sequence[FoundPassage]) -> list[FoundPassage]:
    """Append what is new; a passage keeps the number, its place counted from 1, that it got first."""
    keys = {passage.key for passage in known}
    new: list[FoundPassage] = []
    for passage in found:
        if passage.key not in keys:
            keys.add(passage.key)
            new.append(passage)
    return known + new


@dataclass(frozen=True, slots=True)
class Citation:
    """A snapshot: it stays readable when its document goes. `locations` are boxes `{page, x0, y0, x1, y1}`. A page of
    the web has a `url` and no ids."""

    number: int
    chunk_id: UUID | None
    document_id: UUID | None
    document_name: str
    page_number: int | None
    content: str
    score: float
    locations: Sequence[Mapping[str, Any]]
    url: str | None

    def to_json(self) -> JsonObject:
        return {
            "number": self.number,
            "chunk_id": str(self.chunk_id) if self.chunk_id else None,
            "document_id": str(self.document_id) if self.document_id else None,
            "document_name": self.document_name,
            "page_number": self.page_number,
            "content": self.content,
            "score": self.score,
            "locations": [dict(location) for location in self.locations],
            "url": self.url,
        }


_PLACE = ("page", "x0", "y0", "x1", "y1", "sheet", "row")
CharRange = tuple[int, int]


def cite(passage: FoundPassage, *, number: int, quoted: Sequence[CharRange] = ()) -> Citation:
    """The citation of a passage. `quoted` are the characters that the answer used, where they are known.

    What is shown is the window that was found, widened to what is quoted; the boxes are those of the quoted lines, else
    of the window.
    """
    end = len(passage.content) if passage.char_end is None else passage.char_end
    shown = (min([passage.char_start, *(a for a, _ in quoted)]), max([end, *(b for _, b in quoted)]))
    locations = _lines_of(passage.locations, quoted or [shown])
    pages = [int(location["page"]) for location in locations if location.get("page") is not None]
    return Citation(
        number=number,
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
        document_name=passage.document_name,
        page_number=pages[0] if pages else passage.page_number,
        content=passage.content[shown[0] : shown[1]].strip(),
        score=passage.score,
        locations=locations,
        url=passage.url,
    )


def _lines_of(locations: Sequence[Mapping[str, Any]], ranges: Sequence[CharRange]) -> list[JsonObject]:
    """The boxes whose characters overlap a range; all where the boxes do not say which characters they hold."""
    return [
        {key: location[key] for key in _PLACE if key in location}
        for location in locations
        if "start" not in location
        or any(location["start"] < range_end and location["end"] > start for start, range_end in ranges)
    ]
