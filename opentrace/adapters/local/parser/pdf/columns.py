"""Parts columns of text that were taken for one block, and paragraphs that were taken for one."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from opentrace.adapters.local.parser.pdf.layout import Block, Line, Word, lines_of
from opentrace.adapters.local.parser.pdf.tables import is_prose

_MIN_LINES = 4
_GUTTER = 0.7
_SENTENCE_ENDS = frozenset(".!?:;…”\"'’)]")


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
