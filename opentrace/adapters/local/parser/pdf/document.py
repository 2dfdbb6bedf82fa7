"""Opens a PDF, bounds it and puts its pages together."""

import re
from collections.abc import Callable
from itertools import islice

import pypdfium2
from liteparse.types import ParseError as LiteParseError

from opentrace.adapters.local.parser.cleaning import one_line
from opentrace.adapters.local.parser.ocr.raster import Recogniser, no_recognition
from opentrace.adapters.local.parser.pdf.elements import document_elements
from opentrace.adapters.local.parser.pdf.headings import OutlineEntry
from opentrace.adapters.local.parser.pdf.health import findings_of
from opentrace.adapters.local.parser.pdf.layout import letters_share
from opentrace.adapters.local.parser.pdf.pictures import PictureBudget
from opentrace.adapters.local.parser.pdf.scans import read_scans
from opentrace.adapters.local.parser.pdf.shared_reading import ReadPages, read_alone
from opentrace.ports.document_parser import Element, Finding, ParsedDocument, ParseError, ParseLimits

_OUTLINE_DEPTH = 12
_MAX_OUTLINE_ENTRIES = 20_000
# PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY.
_PASSWORD_ERRORS = (4, 5)
_PROGRAM = re.compile(r"^Microsoft (?:Word|PowerPoint|Excel) - ")
_FILE_NAME = re.compile(r"\.\w{2,5}$")
_PLACEHOLDER = re.compile(r"\W*(?:anonymous|unknown|untitled|title|document|dokument)\W*\d*", re.IGNORECASE)


def parse_pdf(
    data: bytes,
    *,
    limits: ParseLimits,
    on_page: Callable[[int, int], None],
    recogniser: Recogniser = no_recognition,
    read_pages: ReadPages = read_alone,
) -> ParsedDocument:
    """Raises ParseError."""
    data, page_count, title = _inspect(data, limits)
    outline = _outline(data)
    try:
        pages = read_pages(data, page_count, on_page)
    except LiteParseError as error:
        raise _corrupt() from error
    recognition, text_findings = read_scans(data, pages, recogniser)
    budget = PictureBudget(max_image_bytes=limits.max_image_bytes, max_images_bytes=limits.max_images_bytes)
    elements = document_elements(pages, outline=outline, budget=budget)
    if not any(element.text for element in elements):
        raise ParseError(
            "document_empty",
            "No text was found on any page, neither as text nor in pictures. If there is some, scan it again at 300 "
            "dpi, straight and with good light, or name its languages in OPENTRACE_OCR_LANGUAGES.",
        )
    empty = [page.number for page in pages if not page.parts]
    return ParsedDocument(
        tuple(elements),
        title=title or _heading(elements),
        page_count=page_count,
        facts={"format": "pdf", **recognition.facts()},
        findings=(
            *((_without_text(empty),) if empty else ()),
            *text_findings,
            *recognition.findings(),
            *findings_of(pages, elements, budget),
        ),
    )


def _outline(data: bytes) -> list[OutlineEntry]:
    """The titles of the outline that lead to a page."""
    entries: list[OutlineEntry] = []
    with pypdfium2.PdfDocument(data) as document:
        try:
            for bookmark in islice(document.get_toc(max_depth=_OUTLINE_DEPTH), _MAX_OUTLINE_ENTRIES):
                target = bookmark.get_dest()
                page = target.get_index() if target is not None else None
                if page is not None:
                    entries.append(OutlineEntry(page + 1, bookmark.get_title(), bookmark.level + 1))
        except pypdfium2.PdfiumError:
            return entries
    return entries


def _without_text(pages: list[int]) -> Finding:
    return Finding(
        code="pages_without_text",
        severity="warning",
        message=f"{len(pages)} {'pages have' if len(pages) > 1 else 'page has'} no text, and none was recognised.",
        action="Blank pages and photographs need nothing. If there is text on them, scan it again at 300 dpi, straight "
        "and with good light.",
        pages=tuple(pages),
        count=len(pages),
    )


def _heading(elements: list[Element]) -> str | None:
    """The highest heading of the first page, if it says something."""
    titles = [element for element in elements if element.type == "Title" and element.page == 1 and " " in element.text]
    return min(titles, key=lambda element: element.level or 0).text if titles else None


def _inspect(data: bytes, limits: ParseLimits) -> tuple[bytes, int, str | None]:
    """The bytes from the header on, the page count and the title of the metadata."""
    start = max(data.find(b"%PDF-", 0, 1024), 0)
    try:
        document = pypdfium2.PdfDocument(data[start:])
    except pypdfium2.PdfiumError as error:
        if error.err_code in _PASSWORD_ERRORS:
            raise ParseError(
                "document_encrypted",
                "This PDF is protected by a password. Save a copy without the password, and upload that.",
            ) from error
        raise _corrupt() from error
    with document:
        page_count = len(document)
        title = _meaningful(one_line(document.get_metadata_dict().get("Title", "")))
    if page_count == 0:
        raise _corrupt()
    if page_count > limits.max_pages:
        raise ParseError(
            "document_too_large",
            f"The PDF has {page_count:,} pages; at most {limits.max_pages:,} are taken. Split it into several files.",
        )
    return data[start:], page_count, title


def _meaningful(title: str) -> str | None:
    """The title that a person gave: programs fill in file names, numbers and words of their own."""
    title = _PROGRAM.sub("", title)
    if _FILE_NAME.search(title) or letters_share(title) < 0.5 or _PLACEHOLDER.fullmatch(title):
        return None
    return title[:300]


def _corrupt() -> ParseError:
    return ParseError(
        "document_corrupt",
        "This PDF is damaged and cannot be opened. Save or download it anew, and upload that.",
    )
