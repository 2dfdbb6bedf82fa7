"""Opens a PDF, bounds it and puts its pages together."""

from collections.abc import Callable
from typing import Any

import pypdfium2
from liteparse import LiteParse
from liteparse import ParseError as LiteParseError

from opentrace.adapters.local.parser.cleaning import one_line
from opentrace.adapters.local.parser.pdf.page import page_elements
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError, ParseLimits

BATCH_PAGES = 16
# PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY.
_PASSWORD_ERRORS = (4, 5)


def parse_pdf(data: bytes, *, limits: ParseLimits, on_page: Callable[[int, int], None]) -> ParsedDocument:
    """Raises ParseError."""
    page_count, title = _inspect(data, limits)
    parser = LiteParse(
        ocr_enabled=False,
        quiet=True,
        extract_blocks=True,
        emit_word_boxes=True,
        keep_headers_footers=True,
        extract_links=False,
        image_mode="off",
        continue_on_page_error=True,
        max_pages=limits.max_pages,
    )
    elements: list[Element] = []
    empty_pages = 0
    try:
        for batch in parser.parse_batches(data, BATCH_PAGES):
            for page in batch.result.pages:
                found = page_elements(page)
                empty_pages += not found
                elements += found
            on_page(min(batch.end_page, page_count), page_count)
    except LiteParseError as error:
        raise _corrupt() from error
    if not elements:
        raise ParseError(
            "document_empty",
            "No page has text that can be selected: they are scans or pictures, and text recognition (OCR) is not "
            "part of Opentrace yet. Run the file through an OCR program, and upload its searchable PDF.",
        )
    findings: dict[str, object] = {"pages_without_text": empty_pages}
    return ParsedDocument(tuple(elements), title=title, page_count=page_count, findings=findings)


def _inspect(data: bytes, limits: ParseLimits) -> tuple[int, str | None]:
    """Page count and title of the metadata."""
    try:
        document: Any = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _PASSWORD_ERRORS:
            raise ParseError(
                "document_encrypted",
                "This PDF is protected by a password. Save a copy without the password, and upload that.",
            ) from error
        raise _corrupt() from error
    with document:
        page_count = len(document)
        title = one_line(document.get_metadata_dict().get("Title", "")) or None
    if page_count == 0:
        raise _corrupt()
    if page_count > limits.max_pages:
        raise ParseError(
            "document_too_large",
            f"The PDF has {page_count:,} pages; at most {limits.max_pages:,} are taken. Split it into several files.",
        )
    return page_count, title


def _corrupt() -> ParseError:
    return ParseError(
        "document_corrupt",
        "This PDF is damaged and cannot be opened. Save or download it anew, and upload that.",
    )
