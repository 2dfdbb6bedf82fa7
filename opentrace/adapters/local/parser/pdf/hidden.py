"""Text that no reader sees: without ink, in the colour of the paper, or too small to be read.

What is hidden from people and read by machines steers only the machines, so it is left out. The text layer below or
over the picture of a scan is hidden as well, but it says what the picture shows: it stays.
"""

import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pypdfium2
from liteparse.types import ParsedPage, TextItem
from pypdfium2 import raw

_MIN_POINTS = 1.6
_WHITE_FROM = 0xF8
_MAX_OBJECTS = 20_000
_INVISIBLE_MODES = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_INVISIBLE_OPERATOR = re.compile(rb"(?<![\d.])[37]\s+Tr\b")
_STREAM = re.compile(rb"stream\r?\n")
_MAX_STREAM_BYTES = 4 * 1024 * 1024
_MAX_INFLATED_BYTES = 128 * 1024 * 1024
_NOT_CONTENT = (b"/Image", b"/Length1", b"/FontFile", b"/ObjStm", b"/XRef", b"/Metadata")

Box = tuple[float, float, float, float]


def may_have_invisible_text(data: bytes) -> bool:
    """Whether the operator that takes the ink off text stands in a file, or may do so where that cannot be seen."""
    if b"/Encrypt" in data:
        data = _decrypted(data)
    inflated = 0
    for start in _STREAM.finditer(data):
        head = data[max(0, start.start() - 300) : start.start()]
        head = head[head.rfind(b" obj") :] if b" obj" in head else head
        if any(mark in head for mark in _NOT_CONTENT):
            continue
        content = data[start.end() : start.end() + _MAX_STREAM_BYTES]
        if b"Flate" in head:
            try:
                content = zlib.decompressobj().decompress(content, _MAX_STREAM_BYTES)
            except zlib.error:
                continue
        elif b"/Filter" in head:
            return True
        else:
            content = content[: content.find(b"endstream")]
        inflated += len(content)
        if inflated > _MAX_INFLATED_BYTES or (b"Tr" in content and _INVISIBLE_OPERATOR.search(content)):
            return True
    return False


def _decrypted(data: bytes) -> bytes:
    """A copy of a PDF that opens without a password, as what nobody has to decrypt."""
    copy = io.BytesIO()
    with pypdfium2.PdfDocument(data) as document:
        document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    return copy.getvalue()


class HiddenText:
    """Takes hidden text out of the pages of one document, and counts its characters by page."""

    def __init__(self, open_page: Callable[[int], pypdfium2.PdfPage], *, invisible_text: bool) -> None:
        """`open_page` may raise PdfiumError."""
        self._invisible = invisible_text
        self._open_page = open_page

    def take_out(self, page: ParsedPage) -> int:
        """The number of characters that are taken out."""
        suspects = [item for item in page.text_items if _is_suspect(item)]
        if not suspects and not self._invisible:
            return 0
        drawn = self._drawn(page)
        hidden = [item for item in page.text_items if _is_hidden(item, drawn)]
        if hidden:
            gone = {id(item) for item in hidden}
            page.text_items = [item for item in page.text_items if id(item) not in gone]
        inked = [item for item in hidden if not _within(item, drawn.without_ink)]
        return drawn.chars_without_ink + sum(len(item.text.strip()) for item in inked)

    def _drawn(self, page: ParsedPage) -> "_Drawn":
        try:
            return _drawn_on(self._open_page(page.page_num))
        except pypdfium2.PdfiumError:
            return _Drawn(certain=False)


@dataclass(slots=True)
class _Drawn:
    """Boxes of what is drawn on a page. Where it is not `certain` what lies where, nothing is taken for hidden.

    `without_ink` is text that no picture lies under; liteparse leaves some of it out by itself.
    """

    certain: bool = True
    pictures: Sequence[Box] = ()
    fills: Sequence[Box] = ()
    without_ink: Sequence[Box] = ()
    chars_without_ink: int = 0


def _drawn_on(page: pypdfium2.PdfPage) -> _Drawn:
    if page.get_rotation():
        return _Drawn(certain=False)
    left, _, _, top = page.get_cropbox()
    pictures: list[Box] = []
    fills: list[Box] = []
    inkless: list[tuple[Box, int]] = []
    objects = list(islice(page.get_objects(max_depth=3, textpage=page.get_textpage()), _MAX_OBJECTS + 1))
    if len(objects) > _MAX_OBJECTS:
        return _Drawn(certain=False)
    for drawn in objects:
        x0, y0, x1, y1 = drawn.get_bounds()
        box = (x0 - left, top - y1, x1 - left, top - y0)
        if isinstance(drawn, pypdfium2.PdfTextObj):
            if raw.FPDFTextObj_GetTextRenderMode(drawn.raw) in _INVISIBLE_MODES:
                inkless.append((box, len(drawn.extract().strip())))
        elif drawn.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            pictures.append(box)
        elif drawn.type == raw.FPDF_PAGEOBJ_PATH:
            fills.append(box)
    inkless = [(box, chars) for box, chars in inkless if not _inside(*_middle(box), pictures)]
    return _Drawn(True, pictures, fills, [box for box, _ in inkless], sum(chars for _, chars in inkless))


def _is_suspect(item: TextItem) -> bool:
    return item.height < _MIN_POINTS or _is_transparent(item) or _is_white(item)


def _is_hidden(item: TextItem, drawn: _Drawn) -> bool:
    if not item.text.strip():
        return False
    if item.height < _MIN_POINTS:
        return True
    if not drawn.certain or _within(item, drawn.pictures):
        return False
    if _is_transparent(item) or _within(item, drawn.without_ink):
        return True
    return _is_white(item) and not _within(item, drawn.fills)


def _is_transparent(item: TextItem) -> bool:
    return item.fill_color is not None and item.fill_color.startswith("00")


def _is_white(item: TextItem) -> bool:
    color = item.fill_color
    return color is not None and len(color) == 8 and all(part >= _WHITE_FROM for part in _components(color))


def _components(color: str) -> Iterator[int]:
    return (int(color[at : at + 2], 16) for at in (2, 4, 6))


def _within(item: TextItem, boxes: Sequence[Box]) -> bool:
    return _inside(item.x + item.width / 2, item.y + item.height / 2, boxes)


def _middle(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _inside(x: float, y: float, boxes: Sequence[Box]) -> bool:
    return any(x0 - 1 <= x <= x1 + 1 and y0 - 1 <= y <= y1 + 1 for x0, y0, x1, y1 in boxes)
