"""Takes a page apart into blocks of text and tables, in reading order."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from liteparse.types import LayoutBlock, ParsedPage, TextItem

from opentrace.adapters.local.parser.pdf.columns import paragraphs, text_columns
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
    blocks = [piece for block in _blocks(page) for column in text_columns(block) for piece in paragraphs(column)]
    values = [part for block in blocks for line in block.lines for part in line.segments if is_value(part)]
    prose = [is_prose(block.lines, values) for block in blocks]
    barriers = [box_of(block.lines) for block, is_text in zip(blocks, prose, strict=True) if is_text]
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
    return PageLayout(page.page_num, page.width, page.height, parts, turn)


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
        if not above.bold and above.size <= below.size:
            continue
        return [Block(block.kind, block.lines[:at], block.level), *_pieces(Block("paragraph", block.lines[at:]))]
    return [block]


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
