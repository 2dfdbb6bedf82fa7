"""Reads PDFs as a parse process does."""

from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas

from opentrace.adapters.local.parser.pdf import parse_pdf
from opentrace.ports.document_parser import Element, ElementType, ParsedDocument, ParseLimits
from tests.adapters.parser.documents import drawn_pdf


def read(data: bytes) -> ParsedDocument:
    return parse_pdf(data, limits=ParseLimits(), on_page=lambda done, total: None)


def elements_of(*pages: Callable[[Canvas], None]) -> list[Element]:
    return list(read(drawn_pdf(*pages)).elements)


def texts(elements: list[Element], *types: ElementType) -> list[str]:
    return [element.text for element in elements if element.type in types]
