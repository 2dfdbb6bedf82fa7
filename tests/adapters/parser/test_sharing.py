"""Long documents are read by several child processes, and small ones need not wait for them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.adapters.local.parser.media_types import PDF, TEXT
from opentrace.adapters.local.parser.pdf.layout_wire import decode_layouts, encode_layouts
from opentrace.adapters.local.parser.pdf.reading import RANGE_PAGES, PageReader
from opentrace.adapters.local.parser.pool import SMALL_BYTES
from opentrace.ports.document_parser import ParseLimits
from tests.adapters.parser import hostile_files
from tests.adapters.parser.child_processes import children, until_children
from tests.adapters.parser.documents import PROSE, draw_image, drawn_pdf, heading, lines, noise

LIMITS = ParseLimits(timeout_s=120.0)


def page(number: int) -> Callable[[Canvas], None]:
    """With a running header, text, and on every eighth page a heading, a table and a picture that all of them share."""

    def draw(canvas: Canvas) -> None:
        lines(canvas, ["Of rivers"], y=760)
        lines(canvas, [f"This is page {number}.", *PROSE])
        if number % 8 == 0:
            heading(canvas, f"Chapter {number}")
            for at in range(4):
                lines(canvas, [f"Weir {at}"], y=500 - at * 16)
                lines(canvas, [f"{number},{at}50"], x=300, y=500 - at * 16)
            draw_image(canvas, noise(60, 60), (72, 200, 120, 120))

    return draw


async def test_the_pages_of_a_long_document_are_shared_and_stay_in_order(tmp_path: Path) -> None:
    pages = 2 * RANGE_PAGES + 8
    path = tmp_path / "long"
    path.write_bytes(drawn_pdf(*(page(number) for number in range(pages))))
    before = children()
    alone, together = LocalDocumentParser(processes=1), LocalDocumentParser(processes=3)
    seen: list[tuple[int, int]] = []

    def on_page(done: int, _: int) -> None:
        seen.append((done, len(children() - before)))

    try:
        expected = await alone.parse(path, media_type=PDF, limits=LIMITS)
        await alone.close()
        shared = await together.parse(path, media_type=PDF, limits=LIMITS, on_page=on_page)
    finally:
        await alone.close()
        await together.close()

    assert shared == expected
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[-1][0] == pages
    assert max(processes for _, processes in seen) == 3


def test_a_layout_comes_through_the_wire_whole() -> None:
    with PageReader(drawn_pdf(page(8)), invisible_text=False) as reader:
        layouts = reader.read(1, 1)

    again = decode_layouts(encode_layouts(layouts))

    assert encode_layouts(again) == encode_layouts(layouts)
    assert len(again[0].parts) == len(layouts[0].parts)
    assert again[0].pictures == layouts[0].pictures


async def test_a_small_file_is_read_while_a_large_one_has_every_place(tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(hostile_files.operator_bomb_pdf(1_000_000).ljust(SMALL_BYTES + 1, b"\n"))
    small.write_text("Rivers rise in spring.", encoding="utf-8")
    before = children()
    parser = LocalDocumentParser(processes=1)
    try:
        slow = asyncio.create_task(parser.parse(large, media_type=PDF, limits=LIMITS))
        await until_children(lambda now: bool(now - before))
        document = await parser.parse(small, media_type=TEXT, limits=LIMITS)

        assert len(document.elements) == 1
        assert not slow.done()
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
    finally:
        await parser.close()
