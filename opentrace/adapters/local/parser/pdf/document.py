"""Opens a PDF, bounds it and puts its pages together."""

import re
from collections.abc import Callable

import pypdfium2
from liteparse.parser import LiteParse
from liteparse.types import ParseError as LiteParseError

from opentrace.adapters.local.parser.cleaning import one_line
from opentrace.adapters.local.parser.pdf.elements import document_elements
from opentrace.adapters.local.parser.pdf.layout import letters_share
from opentrace.adapters.local.parser.pdf.page import PageLayout, read_page, turn_of
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError, ParseLimits

BATCH_PAGES = 16
# PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY.
_PASSWORD_ERRORS = (4, 5)
_PROGRAM = re.compile(r"^Microsoft (?:Word|PowerPoint|Excel) - ")
_FILE_NAME = re.compile(r"\.\w{2,5}$")
_PLACEHOLDER = re.compile(r"\W*(?:anonymous|unknown|untitled|title|document|dokument)\W*\d*", re.IGNORECASE)


def parse_pdf(data: bytes, *, limits: ParseLimits, on_page: Callable[[int, int], None]) -> ParsedDocument:
    """Raises ParseError."""
    data, page_count, title = _inspect(data, limits)
    pages: list[PageLayout] = []
    turned: list[tuple[int, int]] = []
    try:
        for batch in _parser(max_pages=limits.max_pages).parse_batches(data, BATCH_PAGES):
            for page in batch.result.pages:
                pages.append(read_page(page))
                if turn := turn_of(page):
                    turned.append((page.page_num, turn))
            on_page(min(batch.end_page, page_count), page_count)
        _read_turned(data, pages, turned)
    except LiteParseError as error:
        raise _corrupt() from error
    elements = document_elements(pages)
    if not elements:
        raise ParseError(
            "document_empty",
            "No page has text that can be selected. Scans and pictures of text need text recognition (OCR), which is "
            "not part of Opentrace yet: run the file through an OCR program, and upload its searchable PDF.",
        )
    empty = [page.number for page in pages if not page.parts]
    findings: dict[str, object] = {"format": "pdf", "pages_without_text": len(empty)}
    return ParsedDocument(tuple(elements), title=title or _heading(elements), page_count=page_count, findings=findings)


def _parser(
    *, max_pages: int, target_pages: str | None = None, turns: list[tuple[int, int]] | None = None
) -> LiteParse:
    return LiteParse(
        ocr_enabled=False,
        quiet=True,
        extract_blocks=True,
        emit_word_boxes=True,
        keep_headers_footers=True,
        extract_links=False,
        image_mode="off",
        continue_on_page_error=True,
        max_pages=max_pages,
        target_pages=target_pages,
        page_orientation_corrections=turns,
    )


def _read_turned(data: bytes, pages: list[PageLayout], turned: list[tuple[int, int]]) -> None:
    """Read the pages again whose text runs sidewise or upside down, turned upright."""
    place = {page.number: at for at, page in enumerate(pages)}
    turns = dict(turned)
    for start in range(0, len(turned), BATCH_PAGES):
        some = turned[start : start + BATCH_PAGES]
        numbers = ",".join(str(number) for number, _ in some)
        for page in _parser(max_pages=len(pages), target_pages=numbers, turns=some).parse(data).pages:
            pages[place[page.page_num]] = read_page(page, turn=turns[page.page_num])


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
