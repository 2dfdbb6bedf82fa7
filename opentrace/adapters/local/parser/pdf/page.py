"""Takes a page apart into blocks of text and tables, in reading order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from liteparse.types import LayoutBlock, ParsedPage, TextItem, VectorGraphics

from opentrace.adapters.local.parser.pdf.borderless import find_tables, text_table
from opentrace.adapters.local.parser.pdf.cells import LINE_GAP
from opentrace.adapters.local.parser.pdf.columns import paragraphs, side_by_side, text_columns
from opentrace.adapters.local.parser.pdf.grids import ruled_tables
from opentrace.adapters.local.parser.pdf.layout import TAGGED_HEADING, Block, Line, Word, box_of, lines_of, words_of
from opentrace.adapters.local.parser.pdf.pictures import Picture
from opentrace.adapters.local.parser.pdf.tables import Table, is_prose, is_value
from opentrace.adapters.local.parser.pdf.tags import heading_tags

_MARGIN = 1.0


@dataclass(slots=True)
class PageLayout:
    """`turn` is by how many degrees, clockwise, the page is turned against the one that these lengths are of.

    `slope` is by how much its lines fall from left to right, against those of this layout (a scan that is askew).
    `hidden_chars` were on the page and seen by nobody; they are not in `parts`.
    """

    number: int
    width: float
    height: float
    parts: list[Block | Table]
    turn: int = 0
    slope: float = 0.0
    pictures: list[Picture] = field(default_factory=list[Picture])
    pictures_left_out: int = 0
    hidden_chars: int = 0


def turn_of(page: ParsedPage) -> int:
    """By how many degrees, clockwise, most of a page's text is turned: 0, 90, 180 or 270."""
    chars: Counter[int] = Counter()
    for item in page.text_items:
        chars[round(item.rotation / 90) * 90 % 360] += len(item.text)
    return chars.most_common(1)[0][0] if chars else 0


def read_page(page: ParsedPage, *, turn: int = 0) -> PageLayout:
    """liteparse gives the blocks and their order."""
    layout = arrange(page.page_num, page.width, page.height, _blocks(page), rules=page.vector_graphics)
    layout.turn = turn
    return layout


def arrange(
    number: int, width: float, height: float, blocks: list[Block], *, rules: VectorGraphics | None
) -> PageLayout:
    """What stands in rows and columns becomes tables."""
    ruled = ruled_tables(rules, [word for block in blocks for line in block.lines for word in line.words])
    blocks = [
        piece
        for block in side_by_side(_without(blocks, ruled))
        for column in text_columns(block)
        for piece in paragraphs(column)
    ]
    parts = _read_blocks(blocks, barriers=[box_of([row.line for row in table.rows]) for table in ruled])
    for table in ruled:
        parts.insert(place_of(_box(table), parts), table)
    for part in parts:
        for line in part.lines if isinstance(part, Block) else [row.line for row in part.rows]:
            line.settle()
    return PageLayout(number, width, height, parts)


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


def place_of(box: tuple[float, float, float, float], parts: Sequence[Block | Table]) -> int:
    """Before the first part that stands below the box in its column, or behind the last that stands above it."""
    x0, _, x1, y1 = box
    behind = 0
    for at, part in enumerate(parts):
        left, top, right, _ = _box(part)
        if left < x1 and right > x0:
            if top >= y1 - _MARGIN:
                return at
            behind = at + 1
    return behind


def _box(part: Block | Table) -> tuple[float, float, float, float]:
    return box_of(part.lines if isinstance(part, Block) else [row.line for row in part.rows])


def _read_blocks(blocks: list[Block], *, barriers: list[tuple[float, float, float, float]]) -> list[Block | Table]:
    """Blocks of text, and the tables without rules among them; no such table crosses `barriers`."""
    values = [part for block in blocks for line in block.lines for part in line.segments if is_value(part)]
    prose = [
        block.kind == TAGGED_HEADING or (is_prose(block.lines, values) and not _goes_on_in_a_cell(block, blocks))
        for block in blocks
    ]
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


def _goes_on_in_a_cell(block: Block, blocks: list[Block]) -> bool:
    """Whether a text is the next lines of a cell: close below a row with a label on its left, a value on its right."""
    first, x0, x1 = block.lines[0], block.x0, block.x1
    for other in blocks:
        above = other.lines[-1]
        if other is block or not -1 <= first.y0 - above.y1 < LINE_GAP * first.size or above.x0 > x0 - first.size:
            continue
        if any(is_value(part) and part.x0 > x1 for part in above.segments):
            return True
    return False


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
    boxes = [_reach(block) for block in found]
    tags = heading_tags(page.structure_tree)
    tagged: list[tuple[int, list[Word]]] = []
    for item in page.text_items:
        members = words_of(item)
        if tags and members and (level := tags.get(item.mcid)):
            _add_tagged(tagged, level, members)
            continue
        at = _block_of(item, boxes)
        if at is not None:
            words[at] += members
        elif members:
            at = next((at for at, block in enumerate(found) if block.bbox and block.bbox.y > item.y), len(found))
            found.insert(at, LayoutBlock("paragraph"))
            boxes.insert(at, _NOWHERE)
            words.insert(at, members)
    blocks = [
        Block("table" if block.kind == "grid_fallback" else block.kind, lines_of(members), block.level, block)
        for block, members in zip(found, words, strict=True)
        if members
    ]
    for level, members in tagged:
        heading = Block(TAGGED_HEADING, lines_of(members), level)
        blocks = _with_heading(blocks, heading)
    return blocks


def _add_tagged(tagged: list[tuple[int, list[Word]]], level: int, words: list[Word]) -> None:
    """Runs of one heading follow each other closely, each beside or below the one before."""
    if tagged and tagged[-1][0] == level:
        last = tagged[-1][1][-1]
        if -0.5 * last.size < words[0].y0 - last.y0 < 1.8 * last.size:
            tagged[-1][1].extend(words)
            return
    tagged.append((level, list(words)))


def _with_heading(blocks: list[Block], heading: Block) -> list[Block]:
    """The blocks with a heading above what stands below it in its column; it may part the block it was taken from."""
    for at, block in enumerate(blocks):
        if block.x0 >= heading.x1 or block.x1 <= heading.x0 or block.y1 <= heading.y0:
            continue
        above = [line for line in block.lines if line.middle < heading.y0]
        below = [line for line in block.lines if line.middle >= heading.y0]
        parts = [Block(block.kind, lines, block.level, block.origin) for lines in (above, below) if lines]
        return [*blocks[:at], *parts[: bool(above)], heading, *parts[bool(above) :], *blocks[at + 1 :]]
    return [*blocks, heading]


_Reach = tuple[float, float, float, float, float]
_NOWHERE: _Reach = (1.0, 0.0, 1.0, 0.0, 0.0)


def _reach(block: LayoutBlock) -> _Reach:
    """Where the middle of what belongs to a block may stand, and the block's area."""
    box = block.bbox
    if box is None:
        return _NOWHERE
    right, bottom = box.x + box.width + _MARGIN, box.y + box.height + _MARGIN
    return box.x - _MARGIN, right, box.y - _MARGIN, bottom, box.width * box.height


def _block_of(item: TextItem, boxes: Sequence[_Reach]) -> int | None:
    """The smallest block that the middle of the item stands in."""
    x, y = item.x + item.width / 2, item.y + item.height / 2
    best, best_area = None, float("inf")
    for at, (left, right, top, bottom, area) in enumerate(boxes):
        if left <= x <= right and top <= y <= bottom and area < best_area:
            best, best_area = at, area
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
