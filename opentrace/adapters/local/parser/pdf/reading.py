"""Reads ranges of pages of a PDF: each range by itself, so that several processes may share a document."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import pypdfium2
from liteparse.parser import LiteParse
from liteparse.types import ExtractedImage, ParsedPage

from opentrace.adapters.local.parser.pdf.hidden import HiddenText
from opentrace.adapters.local.parser.pdf.page import PageLayout, read_page, turn_of
from opentrace.adapters.local.parser.pdf.pictures import Pictures

RANGE_PAGES = 32


def ranges_of(page_count: int) -> list[tuple[int, int]]:
    """First and last pages, from 1, of ranges that together are the document."""
    return [(first, min(first + RANGE_PAGES - 1, page_count)) for first in range(1, page_count + 1, RANGE_PAGES)]


class PageReader(AbstractContextManager["PageReader"]):
    """Reads pages of one document, ranges in rising order. Raises liteparse's ParseError."""

    def __init__(self, data: bytes, *, invisible_text: bool) -> None:
        """`invisible_text` says whether some text may be without ink."""
        self._data = data
        self._document: pypdfium2.PdfDocument | None = None
        self._hidden = HiddenText(self._page, invisible_text=invisible_text)
        self._pictures = Pictures(self._page)

    def read(self, first: int, last: int) -> list[PageLayout]:
        """The pages that can be read of a range, in order."""
        found = {layout.number: (layout, turn) for layout, turn in self._layouts(f"{first}-{last}", {})}
        turned = {number: turn for number, (_, turn) in found.items() if turn}
        if turned:
            # Text that runs sidewise or upside down is read again, turned upright.
            for layout, _ in self._layouts(",".join(map(str, turned)), turned):
                layout.hidden_chars = found[layout.number][0].hidden_chars
                found[layout.number] = (layout, 0)
        return [layout for layout, _ in found.values()]

    def __exit__(self, *_: object) -> None:
        if self._document is not None:
            self._document.close()

    def _page(self, number: int) -> pypdfium2.PdfPage:
        """The page as PDFium itself has it, which few pages are asked for."""
        if self._document is None:
            self._document = pypdfium2.PdfDocument(self._data)
        return self._document[number - 1]

    def _layouts(self, numbers: str, turns: dict[int, int]) -> Iterator[tuple[PageLayout, int]]:
        result = _parser(numbers, turns).parse(self._data)
        for page in result.pages:
            yield self._layout(page, result.images, turn=turns.get(page.page_num, 0)), turn_of(page)

    def _layout(self, page: ParsedPage, images: Sequence[ExtractedImage], *, turn: int) -> PageLayout:
        hidden_chars = self._hidden.take_out(page) if not turn else 0
        layout = read_page(page, turn=turn)
        layout.hidden_chars = hidden_chars
        if not turn:
            layout.pictures, layout.pictures_left_out = self._pictures.of_page(images, page=page.page_num)
        return layout


def _parser(numbers: str, turns: dict[int, int]) -> LiteParse:
    return LiteParse(
        ocr_enabled=False,
        quiet=True,
        extract_blocks=True,
        emit_word_boxes=True,
        extract_vector_graphics=True,
        extract_text_metadata=True,
        extract_structure_tree=True,
        extract_images=True,
        preserve_very_small_text=True,
        keep_headers_footers=True,
        extract_links=False,
        image_mode="off",
        continue_on_page_error=True,
        target_pages=numbers,
        page_orientation_corrections=list(turns.items()),
    )
