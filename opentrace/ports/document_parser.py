"""Turns a file into typed elements with pages and boxes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

ElementType = Literal[
    "Title",
    "NarrativeText",
    "ListItem",
    "Table",
    "Image",
    "FigureCaption",
    "CodeSnippet",
    "Footnote",
    "Header",
    "Footer",
    "PageNumber",
]
"""Names follow Unstructured's element types, which the field knows."""

ParseErrorCode = Literal[
    "document_encrypted",
    "document_corrupt",
    "document_empty",
    "document_too_large",
    "document_type_unsupported",
    "parse_timeout",
    "parse_out_of_memory",
    "parse_crashed",
]


class ParseError(Exception):
    """A file cannot be read. `detail` is a sentence for its owner that says what to do."""

    def __init__(self, code: ParseErrorCode, detail: str) -> None:
        super().__init__(detail)
        self.code: ParseErrorCode = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Location:
    """Where a range of characters stands: a box in 0..1 of its page, origin at the top left.

    `page` counts from 1. `start` and `end` are offsets into the text that the location belongs to.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Element:
    """A piece of a document in reading order.

    `text` of a table is linearised, one row a line; `html` is its `<table>`, without attributes but colspan and
    rowspan. `level` is the depth of a Title, from 1. `locations` has one entry a line where the format has pages.
    """

    type: ElementType
    text: str
    page: int | None = None
    level: int | None = None
    html: str | None = None
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """`page_count` is None for formats without pages. `findings` is what the stage tells the user (JSON values)."""

    elements: tuple[Element, ...]
    title: str | None = None
    page_count: int | None = None
    findings: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Bounds of one parse; passing any of them fails the document with its own code."""

    timeout_s: float = 120.0
    memory_bytes: int = 3 * 1024**3
    max_pages: int = 5000
    max_elements: int = 500_000
    max_text_chars: int = 50_000_000


class DocumentParser(Protocol):
    async def parse(
        self,
        path: Path,
        *,
        media_type: str,
        limits: ParseLimits,
        on_page: Callable[[int, int], None] | None = None,
    ) -> ParsedDocument:
        """Parse a file of a type that `detect` named. Cancelling the call ends the work. Raises ParseError.

        `on_page(done, total)` may be called now and then.
        """
        ...

    def detect(self, head: bytes, *, path: Path | None = None, file_name: str) -> str:
        """The media type by content (and by name only between kinds of plain text).

        Raises ParseError `document_type_unsupported`, `document_empty` for no bytes at all, or `document_encrypted`
        for Office files in an encrypted wrapping.
        """
        ...

    @property
    def media_types(self) -> dict[str, tuple[str, ...]]:
        """The media types taken, each with its usual file name endings (`.pdf`)."""
        ...

    async def close(self) -> None:
        """End the child processes."""
        ...
