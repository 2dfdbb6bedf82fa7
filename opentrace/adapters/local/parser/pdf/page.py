"""Takes a page apart into blocks of text and tables, in reading order."""

from dataclasses import dataclass
from itertools import pairwise

from liteparse.types import LayoutBlock, ParsedPage, TextItem

from opentrace.adapters.local.parser.pdf.layout import Block, Line, Word, box_of, lines_of, words_of
from opentrace.adapters.local.parser.pdf.tables import Table, find_tables, is_prose, is_value, text_table

_MARGIN = 1.0


@dataclass(slots=True)
class PageLayout:
    number: int
    width: float
    height: float
    parts: list[Block | Table]


def read_page(page: ParsedPage) -> PageLayout:
    """liteparse gives the blocks and their order; what stands in rows and columns becomes tables."""
    blocks, words = _blocks(page)
    lines = [lines_of(members) for members in words]
    values = [part for found in lines for line in found for part in line.segments if is_value(part)]
    prose = [bool(found) and is_prose(found, values) for found in lines]
    barriers = [box_of(found) for found, is_text in zip(lines, prose, strict=True) if is_text]
    loose = [word for members, is_text in zip(words, prose, strict=True) if not is_text for word in members]
    tables = find_tables(lines_of(loose), barriers)
    taken = {id(word): table for table in tables for word in table.words}
    placed: set[int] = set()
    parts: list[Block | Table] = []
    for block, members, found in zip(blocks, words, lines, strict=True):
        for word in members:
            table = taken.get(id(word))
            if table is not None and id(table) not in placed:
                placed.add(id(table))
                parts.append(table)
        rest = found if not taken else lines_of(word for word in members if id(word) not in taken)
        if not rest:
            continue
        table = text_table(rest) if block.kind == "table" else None
        if table is not None:
            parts.append(table)
        else:
            parts += _pieces(Block(block.kind, rest, block.level))
    return PageLayout(page.page_num, page.width, page.height, parts)


def _blocks(page: ParsedPage) -> tuple[list[LayoutBlock], list[list[Word]]]:
    """The blocks with their words. A run of text outside of all blocks is a block of its own, where it stands."""
    blocks = [block for block in page.blocks or [] if block.bbox is not None]
    words: list[list[Word]] = [[] for _ in blocks]
    for item in page.text_items:
        found = words_of(item)
        at = _block_of(item, blocks)
        if at is not None:
            words[at] += found
        elif found:
            at = next((at for at, block in enumerate(blocks) if block.bbox and block.bbox.y > item.y), len(blocks))
            blocks.insert(at, LayoutBlock("paragraph"))
            words.insert(at, found)
    return blocks, words


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
