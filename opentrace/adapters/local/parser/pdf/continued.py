"""Puts tables together that a page break cuts, with their header once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opentrace.adapters.local.parser.pdf.furniture import Furniture
from opentrace.adapters.local.parser.pdf.layout import Block, Line, Part
from opentrace.adapters.local.parser.pdf.page import PageLayout
from opentrace.adapters.local.parser.pdf.tables import Table, TableRow, is_value_text
from opentrace.adapters.local.parser.table_html import TableCell

# A table goes on where it ends in the lower part of a page and begins in the upper part of the next.
_ENDS_BELOW = 0.6
_BEGINS_ABOVE = 0.35
_MAX_LONE_ROWS = 3
# Cells of texts alone that make a row: of one line, and of blocks beside each other, which columns of a page are too.
_MIN_TEXTS, _MIN_TEXTS_ACROSS = 2, 3
_EDGE_PT = 6.0


@dataclass(slots=True)
class WholeTable:
    """A table with the page of each of its rows."""

    table: Table
    pages: list[PageLayout]


def whole_tables(pages: Sequence[PageLayout], furniture: Furniture) -> tuple[dict[int, WholeTable], set[int]]:
    """The tables by the identity of their first part, and the parts that are in a table of an earlier page."""
    whole: dict[int, WholeTable] = {}
    taken: set[int] = set()
    open_table: WholeTable | None = None
    for page in pages:
        parts = [part for part in page.parts if not _is_furniture(part, furniture)]
        more = _continuation(open_table, page, parts) if open_table is not None else ()
        taken.update(map(id, more))
        for part in parts[len(more) :]:
            if isinstance(part, Table):
                whole[id(part)] = open_table = WholeTable(part, [page] * len(part.rows))
            else:
                open_table = None
        if not parts:
            open_table = None
    return whole, taken


def _is_furniture(part: Block | Table, furniture: Furniture) -> bool:
    return isinstance(part, Block) and all(furniture.kind(line) is not None for line in part.lines)


def _top_of(parts: Sequence[Block | Table]) -> list[Block | Table]:
    """The first part, with the blocks that stand beside it: cells of a row or two look like columns of a page."""
    beside: list[Block | Table] = list(parts[:1])
    if beside and isinstance(parts[0], Block):
        first = parts[0].lines
        for part in parts[1:]:
            if (
                not isinstance(part, Block)
                or not part.lines[0].y0 < first[-1].middle
                or len(part.lines) > _MAX_LONE_ROWS
            ):
                break
            beside.append(part)
    return beside


def _continuation(held: WholeTable, page: PageLayout, parts: Sequence[Block | Table]) -> Sequence[Block | Table]:
    """The parts at the top of a page that are more of the table of the page before, to which they are added."""
    count = 0
    while more := _top_of(parts[count:]):
        rows = _rows_of(more, held, page)
        if rows is None:
            break
        count += len(more)
        if rows:
            held.table = Table([*held.table.rows, *rows], held.table.columns, held.table.bounds)
            held.pages = [*held.pages, *[page] * len(rows)]
            return parts[:count]
    return ()


def _rows_of(more: Sequence[Block | Table], held: WholeTable, page: PageLayout) -> list[TableRow] | None:
    """The rows that a table goes on with, none where only its header is repeated; None for what is something else."""
    part = more[0]
    last_page, last = held.pages[-1], held.table.rows[-1].line
    if page.number != last_page.number + 1 or last.y1 < _ENDS_BELOW * last_page.height:
        return None
    first = part.lines[0] if isinstance(part, Block) else part.rows[0].line
    if first.y0 > _BEGINS_ABOVE * page.height or page.turn != last_page.turn:
        return None
    if isinstance(part, Block):
        return _lone_rows([one for one in more if isinstance(one, Block)], held.table)
    if part.columns == held.table.columns and _same_columns(part, held.table):
        return _without_repeated_header(part, held.table)
    return None


def _same_columns(one: Table, other: Table) -> bool:
    return all(a[0] < b[1] and b[0] < a[1] for a, b in zip(one.bounds, other.bounds, strict=True))


def _without_repeated_header(table: Table, above: Table) -> list[TableRow] | None:
    """The rows below the header that repeats the one above; a table with another header is another one."""
    repeated = 0
    for row, first in zip(table.rows, above.rows, strict=False):
        if [cell.text for _, cell in row.cells] != [cell.text for _, cell in first.cells]:
            break
        repeated += 1
    if repeated:
        return table.rows[repeated:]
    return None if table.rows[0].header else table.rows


def _lone_rows(blocks: Sequence[Block], table: Table) -> list[TableRow] | None:
    """The rows of what is too little to be seen as a table by itself, below the header that it may repeat."""
    lines = blocks[0].lines if len(blocks) == 1 else list(_across(blocks))
    for row in table.rows[:_MAX_LONE_ROWS]:
        if not lines or [part.text for part in lines[0].parts] != [cell.text for _, cell in row.cells if cell.text]:
            break
        lines = lines[1:]
    if len(lines) > _MAX_LONE_ROWS:
        return None
    least = _MIN_TEXTS if len(blocks) == 1 else _MIN_TEXTS_ACROSS
    rows = [_lone_row(line, table, least_texts=least) for line in lines]
    found = [row for row in rows if row is not None]
    return found if len(found) == len(rows) else None


def _across(blocks: Sequence[Block]) -> Iterator[Line]:
    """The lines of blocks that stand beside each other, those at one height as one."""
    lines = sorted((line for block in blocks for line in block.lines), key=lambda line: line.y0)
    while lines:
        row = [line for line in lines if line.y0 < lines[0].middle]
        lines = lines[len(row) :]
        yield _joined(sorted(row, key=lambda line: line.x0))


def _joined(row: Sequence[Line]) -> Line:
    box = (row[0].x0, min(line.y0 for line in row), max(line.x1 for line in row), max(line.y1 for line in row))
    return Line.settled(
        " ".join(line.text for line in row),
        box,
        size=row[0].size,
        bold=all(line.bold for line in row),
        italic=all(line.italic for line in row),
        parts=[part for line in row for part in line.parts],
    )


def _lone_row(line: Line, table: Table, *, least_texts: int) -> TableRow | None:
    """A row of values, or of at least so many texts that fill all columns at one of their edges."""
    cells: list[tuple[int, TableCell]] = []
    for part in line.parts:
        columns = list(_columns_of(part.x0, part.x1, table))
        if len(columns) != 1 or (cells and columns[0] <= cells[-1][0]):
            return None
        cells.append((columns[0], TableCell(part.text)))
    if len(cells) < 2 or cells[0][0] != 0:
        return None
    if not any(is_value_text(cell.text) for _, cell in cells[1:]):
        whole = len(cells) == table.columns and len(cells) >= least_texts
        if not whole or not all(map(_at_an_edge, line.parts, table.bounds)):
            return None
    return TableRow(line, cells)


def _at_an_edge(part: Part, bounds: tuple[float, float]) -> bool:
    return min(abs(part.x0 - bounds[0]), abs(part.x1 - bounds[1])) < _EDGE_PT


def _columns_of(x0: float, x1: float, table: Table) -> Iterator[int]:
    for at, (left, right) in enumerate(table.bounds):
        if min(right, x1) - max(left, x0) >= 0.2 * min(right - left, x1 - x0):
            yield at
