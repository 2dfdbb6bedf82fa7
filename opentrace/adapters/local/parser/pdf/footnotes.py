"""Finds footnotes: small text with a mark, below the text of its page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opentrace.adapters.local.parser.pdf.layout import Block, Line
from opentrace.adapters.local.parser.pdf.page import PageLayout

_MARK = re.compile(r"(?:\(?\d{1,3}[).]?|\[\d{1,3}\]|[*†‡§¶]{1,3}|[¹²³⁴-⁹]+|[a-z]\)?)(?=\s*[^\W\d_])")
_SMALLER = 0.93
_BELOW = 0.5


@dataclass(slots=True)
class Footnotes:
    """The blocks of footnotes, by their identity."""

    blocks: set[int]

    @classmethod
    def of(cls, pages: Sequence[PageLayout], *, body: float) -> "Footnotes":
        found: set[int] = set()
        for page in pages:
            small = [part for part in page.parts if isinstance(part, Block) and _is_small(part, page, body)]
            for block in small:
                begins = _MARK.match(block.lines[0].text) is not None
                follows = any(id(other) in found and 0 <= block.y0 - other.y1 < block.lines[0].size for other in small)
                if (begins or follows) and not _text_below(block, page, body):
                    found.add(id(block))
        return cls(found)

    def is_footnote(self, block: Block) -> bool:
        return id(block) in self.blocks

    def notes(self, lines: Sequence[Line]) -> Iterator[list[Line]]:
        """The footnotes of a block one by one: each begins with its mark, where the one before ends a sentence."""
        note: list[Line] = []
        for line in lines:
            if note and _MARK.match(line.text) and note[-1].text[-1] in '.!?)"”’':
                yield note
                note = []
            note.append(line)
        if note:
            yield note


def _is_small(block: Block, page: PageLayout, body: float) -> bool:
    return block.y0 > _BELOW * page.height and all(line.size <= _SMALLER * body for line in block.lines)


def _text_below(block: Block, page: PageLayout, body: float) -> bool:
    """Whether text of the usual size goes on below in the same column, as under a caption."""
    return any(
        part.y0 >= block.y1 - 1 and part.x0 < block.x1 and part.x1 > block.x0 and part.lines[0].size > _SMALLER * body
        for part in page.parts
        if isinstance(part, Block) and len(part.lines) > 1
    )
