"""Takes a page apart into blocks of text and tables, in reading order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from liteparse.types import LayoutBlock, ParsedPage, TextItem

from opentrace.adapters.local.parser.pdf.columns import paragraphs, text_columns
from opentrace.adapters.local.parser.pdf.grids import ruled_tables
from opentrace.adapters.local.parser.pdf.layout import Block, Line, Word, box_of, lines_of, words_of
from opentrace.adapters.local.parser.pdf.tables import Table, find_tables, is_prose, is_value, text_table

_MARGIN = 1.0


@dataclass(slots=True)
class PageLayout:
    """`turn` is by how many degrees, clockwise, the page is turned against the one that these lengths are of."""

    number: int
    width: float
    height: float
    parts: list[Block | Table]
    turn: int = 0


def turn_of(page: ParsedPage) -> int:
    """By how many degrees, clockwise, most of a page's text is turned: 0, 90, 180 or 270."""
    chars: Counter[int] = Counter()
    for item in page.text_items:
        chars[round(item.rotation / 90) * 90 % 360] += len(item.text)
    return chars.most_common(1)[0][0] if chars else 0


def read_page(page: ParsedPage, *, turn: int = 0) -> PageLayout:
    """liteparse gives the blocks and their order; what stands in rows and columns becomes tables."""
    blocks = _blocks(page)
    ruled = ruled_tables(
        page.vector_graphics, [word for block in blocks for line in block.lines for word in line.words]
    )
    blocks = [
        piece for block in _without(blocks, ruled) for column in text_columns(block) for piece in paragraphs(column)
    ]
    parts = _read_blocks(blocks, barriers=[box_of([row.line for row in table.rows]) for table in ruled])
    for table in ruled:
        parts.insert(_place_of(table, parts), table)
    for part in parts:
        for line in part.lines if isinstance(part, Block) else [row.line for row in part.rows]:
            line.settle()
    return PageLayout(page.page_num, page.width, page.height, parts, turn)


def _without(blocks: list[Block], tables: list[Table]) -> list[Block]:
    """The blocks without the words of tables."""
    if not tables:
        return blocks
    taken = {id(word) for table in tables for word in table.words}
    left: list[Block] = []
    for block in blocks:
        words = [word for line in block.lines for word in line.words if id(word) not in taken]
        if words:
            left.append(Block(block.kind, lines_of(words), block.level, block.origin))
    return left


def _place_of(table: Table, parts: list[Block | Table]) -> int:
    """Before the first part that stands below the table in its column, or behind the last that stands above it."""
    x0, _, x1, y1 = box_of([row.line for row in table.rows])
    behind = 0
    for at, part in enumerate(parts):
        left, top, right, _ = box_of(part.lines if isinstance(part, Block) else [row.line for row in part.rows])
        if left < x1 and right > x0:
            if top >= y1 - _MARGIN:
                return at
            behind = at + 1
    return behind


def _read_blocks(blocks: list[Block], *, barriers: list[tuple[float, float, float, float]]) -> list[Block | Table]:
    """Blocks of text, and the tables without rules among them; no such table crosses `barriers`."""
    values = [part for block in blocks for line in block.lines for part in line.segments if is_value(part)]
    prose = [is_prose(block.lines, values) for block in blocks]
    barriers = [*barriers, *(box_of(block.lines) for block, is_text in zip(blocks, prose, strict=True) if is_text)]
    loose = [block for block, is_text in zip(blocks, prose, strict=True) if not is_text]
    tables = find_tables(lines_of(word for block in loose for line in block.lines for word in line.words), barriers)
    taken = {id(word): table for table in tables for word in table.words}
    placed: set[int] = set()
    parts: list[Block | Table] = []
    for block in _tables_together(blocks, prose):
        words = [word for line in block.lines for word in line.words]
        rest = lines_of(word for word in words if id(word) not in taken) if taken else block.lines
        for table in {id(taken[id(word)]): taken[id(word)] for word in words if id(word) in taken}.values():
            if id(table) in placed:
                continue
            placed.add(id(table))
            above = [line for line in rest if line.y1 <= table.rows[0].line.middle]
            parts += _text_parts(block, above)
            parts.append(table)
            rest = rest[len(above) :]
        parts += _text_parts(block, rest)
    return parts


def _text_parts(block: Block, lines: list[Line]) -> list[Block | Table]:
    """What is left of a block once tables are taken out; where liteparse sees a table, its rows may be of texts."""
    if not lines:
        return []
    table = text_table(lines) if block.kind == "table" else None
    return [table] if table is not None else [*_pieces(Block(block.kind, lines, block.level))]


def _tables_together(blocks: list[Block], prose: list[bool]) -> Iterator[Block]:
    """The blocks, those that are pieces of one table of liteparse's in one again."""
    held: Block | None = None
    for block, is_text in zip(blocks, prose, strict=True):
        if block.kind != "table" or is_text:
            if held is not None:
                yield held
            held = None
            yield Block("paragraph", block.lines) if block.kind == "table" else block
        elif held is not None and held.origin is block.origin:
            held = Block(block.kind, [*held.lines, *block.lines], block.level, block.origin)
        else:
            if held is not None:
                yield held
            held = block
    if held is not None:
        yield held


def _blocks(page: ParsedPage) -> list[Block]:
    """liteparse's blocks with their words. A run of text outside of them is a block of its own, where it stands."""
    found = [block for block in page.blocks or [] if block.bbox is not None]
    words: list[list[Word]] = [[] for _ in found]
    for item in page.text_items:
        members = words_of(item)
        at = _block_of(item, found)
        if at is not None:
            words[at] += members
        elif members:
            at = next((at for at, block in enumerate(found) if block.bbox and block.bbox.y > item.y), len(found))
            found.insert(at, LayoutBlock("paragraph"))
            words.insert(at, members)
    return [
        Block("table" if block.kind == "grid_fallback" else block.kind, lines_of(members), block.level, block)
        for block, members in zip(found, words, strict=True)
        if members
    ]


def _block_of(item: TextItem, blocks: list[LayoutBlock]) -> int | None:
    """The smallest block that the middle of the item stands in."""
    x, y = item.x + item.width / 2, item.y + item.height / 2
    best, best_area = None, float("inf")
    for at, block in enumerate(blocks):
        box = block.bbox
        if box is None or not box.x - _MARGIN <= x <= box.x + box.width + _MARGIN:
            continue
        if box.y - _MARGIN <= y <= box.y + box.height + _MARGIN and box.width * box.height < best_area:
            best, best_area = at, box.width * box.height
    return best


def _pieces(block: Block) -> list[Block]:
    """The block cut where its style changes, so that a heading in it stands alone, and between two headings."""
    for at, (above, below) in enumerate(pairwise(block.lines), start=1):
        if (_same_style(above, below) and not _two_headings(above, below)) or (at > 1 and not above.bold):
            continue
        if (not above.bold and above.size <= below.size) or _goes_on(above, below):
            continue
        return [Block(block.kind, block.lines[:at], block.level), *_pieces(Block("paragraph", block.lines[at:]))]
    return [block]


def _goes_on(above: Line, below: Line) -> bool:
    """Whether a line is a sentence's first, set off in its style, rather than a heading."""
    return below.text[:1].islower() and above.x1 >= below.x0 + 0.8 * (below.x1 - below.x0)


def _two_headings(above: Line, below: Line) -> bool:
    """Whether two bold lines are not one: space between them, or the second begins though the first had room."""
    if not (above.bold and below.bold):
        return False
    if below.y0 - above.y1 > 0.7 * above.size:
        return True
    same_edge = abs(above.x0 - below.x0) < above.size
    return same_edge and above.x1 - above.x0 < 0.6 * (below.x1 - below.x0)


def _same_style(one: Line, other: Line) -> bool:
    return one.bold == other.bold and abs(one.size - other.size) <= 0.12 * max(one.size, other.size)
