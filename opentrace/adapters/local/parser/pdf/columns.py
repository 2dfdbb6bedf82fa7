"""Parts columns of text that were taken for one block, and paragraphs that were taken for one."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from opentrace.adapters.local.parser.pdf.layout import Block, Line, Word, lines_of
from opentrace.adapters.local.parser.pdf.tables import is_prose, is_value

_MIN_LINES = 4
_MIN_COLUMN_LINES = 6
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*[.,;:!?)]*")
_GUTTER = 0.7
_SENTENCE_ENDS = frozenset(".!?:;…”\"'’)]")


def side_by_side(blocks: list[Block]) -> list[Block]:
    """The blocks; where columns of running text are mixed up in them, one column after the other in their place."""
    if sum(1 for block in blocks for line in block.lines if _is_parted_text(line)) < _MIN_LINES:
        return blocks
    lines = lines_of(word for block in blocks for line in block.lines for word in line.words)
    for region in _regions(lines):
        blocks = _columns_in_place(blocks, region)
    return blocks


def _is_parted_text(line: Line) -> bool:
    return len(line.segments) > 1 and not any(is_value(part) for part in line.segments)


@dataclass(frozen=True, slots=True)
class _Region:
    """Lines from `y0` to `y1` that the free strips, by their middles from the left, part into columns."""

    y0: float
    y1: float
    gutters: tuple[float, ...]

    def column(self, word: Word) -> int:
        middle = (word.x0 + word.x1) / 2
        return bisect_left(self.gutters, middle)

    def holds(self, line: Line) -> bool:
        return self.y0 - 1 <= line.middle <= self.y1 + 1


def _regions(lines: Sequence[Line]) -> Iterator[_Region]:
    """Runs of lines with strips between words that stay free through all of them, and running text on all sides."""
    free_of = [_free(line) for line in lines]
    least = [0.6 * line.size for line in lines]
    first = 0
    while first < len(lines):
        strips = _gaps(lines[first])
        last = first
        while strips and last + 1 < len(lines):
            free = _both_free(strips, free_of[last + 1], least[last + 1])
            if not free:
                break
            strips, last = free, last + 1
        run = lines[first : last + 1]
        if len(run) >= _MIN_COLUMN_LINES:
            region = _Region(run[0].y0, run[-1].y1, tuple(sorted((left + right) / 2 for left, right in strips)))
            if _is_text_in_columns(run, region):
                yield region
                first = last + 1
                continue
        first += 1


def _gaps(line: Line) -> list[tuple[float, float]]:
    least = _GUTTER * line.size
    return [(left.x1, right.x0) for left, right in pairwise(line.words) if right.x0 - left.x1 >= least]


def _free(line: Line) -> list[tuple[float, float]]:
    """What no word of a line covers, on its sides too."""
    ends = [float("-inf"), *[word.x1 for word in line.words]]
    starts = [*[word.x0 for word in line.words], float("inf")]
    return list(zip(ends, starts, strict=True))


def _both_free(
    strips: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]], least: float
) -> list[tuple[float, float]]:
    # Plain comparisons: this is done for every two lines of many pages, and calls cost.
    both: list[tuple[float, float]] = []
    for a, b in strips:
        for c, d in others:
            left = a if a > c else c
            right = b if b < d else d
            if right - left >= least:
                both.append((left, right))
    return both


def _is_text_in_columns(run: Sequence[Line], region: _Region) -> bool:
    columns: list[list[Line]] = [[] for _ in range(len(region.gutters) + 1)]
    for line in run:
        for at, words in groupby(line.words, key=region.column):
            columns[at].append(Line(list(words)))
    return all(_is_filled_text(column) for column in columns)


def _is_filled_text(lines: Sequence[Line]) -> bool:
    """Whether lines are those of a column of text: most go from edge to edge, and are of words rather than values."""
    if len(lines) < _MIN_COLUMN_LINES:
        return False
    width = max(line.x1 for line in lines) - min(line.x0 for line in lines)
    filled = sum(1 for line in lines if line.x1 - line.x0 >= 0.75 * width)
    words = [word.text for line in lines for word in line.words]
    plain = sum(1 for word in words if _PLAIN_WORD.fullmatch(word) is not None)
    return filled >= 0.5 * len(lines) and plain >= 0.7 * len(words) and len(words) >= 2.5 * len(lines)


def _columns_in_place(blocks: list[Block], region: _Region) -> list[Block]:
    """The blocks with all that stands in the region as one block a column, unless they go column by column already."""

    def inside(line: Line) -> bool:
        return region.holds(line)

    visited = [region.column(word) for block in blocks for line in block.lines if inside(line) for word in line.words]
    if visited == sorted(visited) and not _share_lines(blocks, region):
        return blocks
    columns: list[list[Word]] = [[] for _ in range(len(region.gutters) + 1)]
    kept: list[Block] = []
    place: int | None = None
    for block in blocks:
        outside = [line for line in block.lines if not inside(line)]
        for line in block.lines:
            if inside(line):
                for word in line.words:
                    columns[region.column(word)].append(word)
        if len(outside) == len(block.lines):
            kept.append(block)
            continue
        above = [line for line in outside if line.middle < region.y0]
        below = [line for line in outside if line.middle >= region.y0]
        kept += [Block(block.kind, above, block.level, block.origin)] if above else []
        place = len(kept) if place is None else place
        kept += [Block(block.kind, below, block.level, block.origin)] if below else []
    kept[place:place] = [Block("paragraph", lines_of(words)) for words in columns]
    return kept


def _share_lines(blocks: Sequence[Block], region: _Region) -> bool:
    """Whether two blocks have words in the same line of a column."""
    owner: dict[tuple[int, int], int] = {}
    for block in blocks:
        for line in block.lines:
            place = (region.column(line.words[0]), round(line.middle))
            if region.holds(line) and owner.setdefault(place, id(block)) != id(block):
                return True
    return False


def text_columns(block: Block) -> Iterator[Block]:
    """The block, or where two columns of running text stand side by side in it, first the left and then the right."""
    gutter = _gutter(block.lines)
    if gutter is None:
        yield block
        return
    for beside, run in groupby(block.lines, key=lambda line: not _crosses(line, gutter)):
        lines = list(run)
        words = [word for line in lines for word in line.words]
        left = lines_of(word for word in words if word.x1 <= gutter)
        right = lines_of(word for word in words if word.x1 > gutter)
        if beside and min(len(left), len(right)) >= _MIN_LINES and is_prose(left, ()) and is_prose(right, ()):
            yield from text_columns(Block("paragraph", left, block.level, block.origin))
            yield from text_columns(Block("paragraph", right, block.level, block.origin))
        else:
            yield Block(block.kind, lines, block.level, block.origin)


def _gutter(lines: Sequence[Line]) -> float | None:
    """The middle of the gap that most lines have at the same place."""
    if len(lines) < _MIN_LINES:
        return None
    size = lines[0].size or 1.0
    gaps: Counter[int] = Counter()
    for line in lines:
        for left, right in pairwise(line.words):
            if right.x0 - left.x1 > _GUTTER * size:
                gaps[round((left.x1 + right.x0) / 2 / size)] += 1
    if not gaps:
        return None
    place, seen = gaps.most_common(1)[0]
    return place * size if seen >= 0.3 * len(lines) else None


def _crosses(line: Line, x: float) -> bool:
    """Whether text of a line runs over a place, or through it with no wider space than between words."""
    return any(_inside(word, x) for word in line.words) or any(
        left.x1 <= x <= right.x0 and right.x0 - left.x1 < _GUTTER * line.size for left, right in pairwise(line.words)
    )


def _inside(word: Word, x: float) -> bool:
    return word.x0 < x < word.x1


def paragraphs(block: Block) -> Iterator[Block]:
    """The block cut where space or an indent sets off a paragraph; liteparse takes text into tables, too."""
    gaps = [below.y0 - above.y1 for above, below in pairwise(block.lines)]
    usual = sorted(gaps)[(len(gaps) - 1) // 2] if gaps else 0.0
    left = min(line.x0 for line in block.lines)
    start = 0
    for at, gap in enumerate(gaps, start=1):
        above, line = block.lines[at - 1], block.lines[at]
        spaced = gap > 0.5 * line.size and (gap > 1.8 * usual or block.kind == "table")
        if spaced or (block.kind == "paragraph" and _is_indented(above, line, left)):
            yield Block(block.kind, block.lines[start:at], block.level, block.origin)
            start = at
    yield Block(block.kind, block.lines[start:], block.level, block.origin)


def _is_indented(above: Line, line: Line, left: float) -> bool:
    """Whether a line begins a paragraph by its indent, after one that stands at the edge and ends a sentence."""
    indent = line.x0 - left
    at_edge = above.x0 - left < 0.3 * line.size
    return 0.5 * line.size < indent < 4 * line.size and at_edge and above.text[-1] in _SENTENCE_ENDS
