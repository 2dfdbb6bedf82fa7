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

ImageMediaType = Literal["image/png", "image/jpeg", "image/webp", "image/gif"]

FindingCode = Literal[
    "pages_without_text",
    "pages_recognised",
    "low_ocr_confidence",
    "garbled_text",
    "boilerplate_dropped",
    "tables_found",
    "images_found",
    "images_left_out",
    "hidden_text",
    "zero_width_text",
    "content_left_out",
    # Found by what comes after the parser.
    "instruction_like_text",
    "low_information_chunks",
    "short_chunks",
    "duplicate_document",
    "summaries_failed",
    "summaries_left_out",
]
FindingSeverity = Literal["info", "warning"]

ParseErrorCode = Literal[
    "document_encrypted",
    "document_corrupt",
    "document_empty",
    "document_too_large",
    "document_type_unsupported",
    "page_needs_javascript",
    "page_needs_login",
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

    `page` counts from 1. `start` and `end` are offsets into the text that the location belongs to. In a spreadsheet
    the page is that of the sheet, which has a name, and the place is a row, from 1 as the program shows it.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    start: int
    end: int
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The characters `start` to `end` of a text lead to `url`, an address of the web (http or https)."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class ElementImage:
    """A picture as a browser and a vision model take it; a parser turns other kinds into one of these."""

    media_type: ImageMediaType
    data: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Element:
    """A piece of a document in reading order.

    `text` of a table is linearised, one row a line; `html` is its `<table>`, without attributes but colspan and
    rowspan. `level` is the depth of a Title, from 1. `locations` has one entry a line where the format has pages.
    `text` of an Image is what is read in it (OCR) or said for it (alternative text), and may be empty where `image` is
    there. `links` are in the order of the text.
    """

    type: ElementType
    text: str
    page: int | None = None
    level: int | None = None
    html: str | None = None
    locations: tuple[Location, ...] = ()
    image: ElementImage | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What the owner of a document should know about how it was read.

    `message` says what was found, `action` what to do about it; it is empty where there is nothing to do. `pages` are
    those concerned, from 1; `count` is how many of what the message names; `confidence` (0..1) is that of the OCR.
    `details` are further figures by name.
    """

    code: FindingCode
    severity: FindingSeverity
    message: str
    action: str = ""
    pages: tuple[int, ...] | None = None
    count: int | None = None
    confidence: float | None = None
    details: dict[str, int | float | str] = field(default_factory=dict[str, int | float | str])


@dataclass(frozen=True, slots=True)
class WebPage:
    """Where a file came from on the web, and the charset that its server named."""

    url: str
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """`page_count` is None for formats without pages. `facts` are shown with the stage (JSON values by name);
    `findings` are the health of the document. `canonical_url` is what a web page says its address is."""

    elements: tuple[Element, ...]
    title: str | None = None
    page_count: int | None = None
    facts: dict[str, object] = field(default_factory=dict[str, object])
    findings: tuple[Finding, ...] = ()
    canonical_url: str | None = None


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """Bounds of one parse; passing any of them fails the document with its own code.

    Only those of images do not: a picture of more than `max_image_bytes` is made smaller or left out, and so is every
    picture after `max_images_bytes` of them.
    """

    timeout_s: float = 120.0
    memory_bytes: int = 3 * 1024**3
    max_pages: int = 5000
    max_elements: int = 500_000
    max_text_chars: int = 50_000_000
    max_image_bytes: int = 8 * 1024**2
    max_images_bytes: int = 256 * 1024**2


class DocumentParser(Protocol):
    async def parse(
        self,
        path: Path,
        *,
        media_type: str,
        limits: ParseLimits,
        page: WebPage | None = None,
        on_page: Callable[[int, int], None] | None = None,
        on_recognised: Callable[[int, int], None] | None = None,
    ) -> ParsedDocument:
        """Parse a file of a type that `detect` named. Cancelling the call ends the work. Raises ParseError.

        Of HTML that came from the web as `page`, only the main content is read.

        `on_page(done, total)` may be called now and then, and `on_recognised(done, total)` for the pages among them
        whose text is recognised from their picture, which takes far longer.
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
