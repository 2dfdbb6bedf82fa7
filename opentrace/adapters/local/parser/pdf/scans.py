"""Finds the pages of a PDF whose text layer is missing or garbled, and reads them from their picture."""

import re
from itertools import islice
from typing import Literal

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from opentrace.adapters.local.parser.ocr.layout import page_layouts
from opentrace.adapters.local.parser.ocr.raster import DPI, Recogniser, fitting_scale
from opentrace.adapters.local.parser.ocr.recognition import LOW_CONFIDENCE, Recognition, recognise
from opentrace.adapters.local.parser.pdf.layout import Block
from opentrace.adapters.local.parser.pdf.page import PageLayout
from opentrace.ports.document_parser import Finding

Need = Literal["scanned", "garbled"]

# A stamp or a page number on a scan is no text layer, nor is the caption of a picture that fills the page.
_FEW_CHARS = 200
_PICTURE_SHARE = 0.5
_MANY_OUTLINES = 50
_MAX_OBJECTS = 5000
# Letters that a font numbers as it likes come out as signs, or in the private area of Unicode.
_READABLE_SHARE = 0.5
_GARBLED_SHARE = 0.2
_MIN_JUDGED_CHARS = 30
_NO_TEXT = re.compile(r"[.·…_–—-]{3,}|\s+")
_READABLE = re.compile(r"[^\W_]")
_GARBAGE = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\ufffe\uffff]")
_POINTS = 72.0


def read_scans(data: bytes, pages: list[PageLayout], recogniser: Recogniser) -> tuple[Recognition, list[Finding]]:
    """Put what is recognised in place of the layouts of pages that need it; what was found on the way."""
    places = {page.number: at for at, page in enumerate(pages)}
    suspects = {page.number: text for page in pages if _is_suspect(text := _text_of(page))}
    if not suspects:
        return Recognition(), []
    with pypdfium2.PdfDocument(data) as document:
        needs = {number: need for number, text in suspects.items() if (need := _need(document, number, text))}
        found = recognise(list(needs), lambda number: _picture(document, number), recogniser)
    for number, scan in list(found.pages.items()):
        least_chars = 0 if needs[number] == "garbled" else len(_NO_TEXT.sub("", suspects[number]))
        if scan.page.chars <= least_chars or (needs[number] == "garbled" and scan.page.confidence < LOW_CONFIDENCE):
            del found.pages[number]
    for layout in page_layouts(list(found.pages.values())):
        pages[places[layout.number]] = layout
    garbled = sorted(number for number, need in needs.items() if need == "garbled")
    return found, [_garbled(garbled, recognised=found)] if garbled else []


def _text_of(page: PageLayout) -> str:
    lines = (part.lines if isinstance(part, Block) else [row.line for row in part.rows] for part in page.parts)
    return " ".join(line.text for of_part in lines for line in of_part)


def _is_suspect(text: str) -> bool:
    visible = _NO_TEXT.sub("", text)
    return len(visible) < _FEW_CHARS or _is_garbled(visible)


def _is_garbled(visible: str) -> bool:
    if len(visible) < _MIN_JUDGED_CHARS:
        return False
    if len(_GARBAGE.findall(visible)) > _GARBLED_SHARE * len(visible):
        return True
    return len(_READABLE.findall(visible)) < _READABLE_SHARE * len(visible)


def _need(document: pypdfium2.PdfDocument, number: int, text: str) -> Need | None:
    """Why a page is to be recognised, if it is."""
    visible = _NO_TEXT.sub("", text)
    if _is_garbled(visible):
        return "garbled"
    try:
        page = document[number - 1]
        # The layout is free of control characters, as which letters without a name come out.
        if _is_garbled(_NO_TEXT.sub("", page.get_textpage().get_text_range())):
            return "garbled"
        pictures, outlines = 0.0, 0
        width, height = page.get_size()
        for drawn in islice(page.get_objects(max_depth=2), _MAX_OBJECTS):
            if drawn.type == pdfium.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = drawn.get_bounds()
                pictures += max(right - left, 0.0) * max(top - bottom, 0.0)
            elif drawn.type in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING):
                outlines += 1
    except pypdfium2.PdfiumError:
        return None
    fills_page = pictures >= _PICTURE_SHARE * max(width * height, 1.0)
    only_drawn = not visible and (pictures > 0 or outlines > 0)
    return "scanned" if fills_page or only_drawn or outlines > _MANY_OUTLINES else None


def _picture(document: pypdfium2.PdfDocument, number: int) -> tuple[Image.Image, int] | None:
    try:
        page = document[number - 1]
        scale = fitting_scale(*page.get_size(), scale=DPI / _POINTS)
        picture = page.render(scale=scale, grayscale=True).to_pil().convert("L")
    except pypdfium2.PdfiumError:
        return None
    darkest, lightest = picture.getextrema()
    return None if darkest == lightest else (picture, max(round(scale * _POINTS), 1))


def _garbled(pages: list[int], *, recognised: Recognition) -> Finding:
    left = [number for number in pages if number not in recognised.pages]
    said = "1 page is" if len(pages) == 1 else f"{len(pages):,} pages are"
    return Finding(
        code="garbled_text",
        severity="warning" if left else "info",
        message=f"The text layer of {said} no readable text"
        + ("." if left else "; the text was recognised from the picture of the page."),
        action="Save the file anew with its fonts embedded, or print it to PDF, and upload that." if left else "",
        pages=tuple(pages),
        count=len(pages),
    )
