"""Which code reads which media type. Each format is imported when its first document comes."""

import socket
from collections.abc import Callable
from importlib import import_module

from opentrace.adapters.local.parser import media_types
from opentrace.adapters.local.parser.ocr.raster import Recogniser
from opentrace.ports.document_parser import ParsedDocument, ParseLimits, WebPage

# Formats that are read whole, from bytes alone: the module and its function.
_PLAIN = {
    media_types.DOCX: ("docx_parser", "parse_docx"),
    media_types.DOC: ("doc_parser", "parse_doc"),
    media_types.ODT: ("odt_parser", "parse_odt"),
    media_types.RTF: ("rtf_parser", "parse_rtf"),
    media_types.EPUB: ("epub_parser", "parse_epub"),
    media_types.EML: ("eml_parser", "parse_eml"),
    media_types.HTML: ("html_parser", "parse_html"),
    media_types.MARKDOWN: ("markdown_parser", "parse_markdown"),
    media_types.TEXT: ("text_parser", "parse_text"),
    media_types.CSV: ("spreadsheet_parser", "parse_separated"),
}


def read_document(
    data: bytes,
    *,
    media_type: str,
    limits: ParseLimits,
    on_page: Callable[[int, int], None],
    recogniser: Recogniser,
    page: WebPage | None = None,
    helped_over: socket.socket | None = None,
) -> ParsedDocument:
    """`page` is what a file of HTML was fetched as, if it was. `helped_over` is the way to a parent that has other
    processes help with long documents. Raises ParseError."""
    match media_type:
        case media_types.PDF:
            from opentrace.adapters.local.parser.pdf import parse_pdf
            from opentrace.adapters.local.parser.pdf.shared_reading import SharedReading, read_alone

            read_pages = SharedReading(helped_over) if helped_over is not None else read_alone
            return parse_pdf(data, limits=limits, on_page=on_page, recogniser=recogniser, read_pages=read_pages)
        case media_types.XLSX | media_types.XLS | media_types.ODS:
            from opentrace.adapters.local.parser.spreadsheet_parser import parse_workbook

            return parse_workbook(data, limits=limits)
        case media_types.PPTX:
            from opentrace.adapters.local.parser.pptx_parser import parse_pptx

            return parse_pptx(data, limits=limits)
        case media_types.HTML if page is not None:
            from opentrace.adapters.local.parser.web_page import parse_web_page

            return parse_web_page(data, page=page)
        case media_types.PNG | media_types.JPEG | media_types.TIFF | media_types.WEBP:
            from opentrace.adapters.local.parser.image_parser import parse_image

            return parse_image(data, limits=limits, recogniser=recogniser)
        case _:
            if media_type not in _PLAIN:
                raise media_types.unsupported(f"a file of the type {media_type!r}")
            module, function = _PLAIN[media_type]
            parse: Callable[[bytes], ParsedDocument] = getattr(import_module(f"{__package__}.{module}"), function)
            return parse(data)
