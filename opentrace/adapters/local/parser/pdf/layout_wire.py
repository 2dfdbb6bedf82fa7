"""Layouts of pages as JSON, so that a process can take over pages that another one has read."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from opentrace.adapters.local.parser.pdf.layout import Block, Line, Part
from opentrace.adapters.local.parser.pdf.page import PageLayout
from opentrace.adapters.local.parser.pdf.pictures import Picture
from opentrace.adapters.local.parser.pdf.tables import Table, TableRow
from opentrace.adapters.local.parser.table_html import TableCell
from opentrace.adapters.local.parser.wire_images import decode_image, image_values


def encode_layouts(pages: Sequence[PageLayout]) -> bytes:
    return json.dumps([_page_values(page) for page in pages], ensure_ascii=False, separators=(",", ":")).encode()


def decode_layouts(data: bytes) -> list[PageLayout]:
    """What `encode_layouts` wrote. Both ends are children that read the same file: neither is trusted by the parent."""
    return [_page(values) for values in json.loads(data)]


def _page_values(page: PageLayout) -> list[Any]:
    parts = [_block_values(part) if isinstance(part, Block) else _table_values(part) for part in page.parts]
    pictures = [
        [picture.box, base64.b64encode(picture.digest).decode(), image_values(picture.image)]
        for picture in page.pictures
    ]
    counts = [page.pictures_left_out, page.hidden_chars]
    return [page.number, page.width, page.height, page.turn, page.slope, parts, pictures, counts]


def _page(values: list[Any]) -> PageLayout:
    number, width, height, turn, slope, parts, pictures, (left_out, hidden_chars) = values
    return PageLayout(
        number,
        width,
        height,
        [_block(*part[1:]) if part[0] == "block" else _table(*part[1:]) for part in parts],
        turn=turn,
        slope=slope,
        pictures=[
            Picture((box[0], box[1], box[2], box[3]), base64.b64decode(digest), decode_image(image))
            for box, digest, image in pictures
        ],
        pictures_left_out=left_out,
        hidden_chars=hidden_chars,
    )


def _block_values(block: Block) -> list[Any]:
    return ["block", block.kind, block.level, [_line_values(line) for line in block.lines]]


def _block(kind: str, level: int | None, lines: list[Any]) -> Block:
    return Block(kind, [_line(values) for values in lines], level)


def _table_values(table: Table) -> list[Any]:
    rows = [
        [
            _line_values(row.line),
            row.header,
            [[column, cell.text, cell.colspan, cell.rowspan, cell.header] for column, cell in row.cells],
        ]
        for row in table.rows
    ]
    return ["table", table.columns, table.bounds, rows]


def _table(columns: int, bounds: list[Any], rows: list[Any]) -> Table:
    return Table(
        [
            TableRow(_line(line), [(column, TableCell(*cell)) for column, *cell in cells], header)
            for line, header, cells in rows
        ],
        columns,
        [(left, right) for left, right in bounds],
    )


def _line_values(line: Line) -> list[Any]:
    parts = line.parts if len(line.parts) > 1 else None
    return [line.text, line.x0, line.y0, line.x1, line.y1, line.size, line.bold, line.italic, parts]


def _line(values: list[Any]) -> Line:
    text, x0, y0, x1, y1, size, bold, italic, parts = values
    found = [Part(*part) for part in parts] if parts is not None else [Part(text, x0, x1)]
    return Line.settled(text, (x0, y0, x1, y1), size=size, bold=bold, italic=italic, parts=found)
