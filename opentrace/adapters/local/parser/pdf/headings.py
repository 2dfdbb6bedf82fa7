"""Tells headings from text by their typography, and ranks them over the whole document."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from opentrace.adapters.local.parser.pdf.layout import Block, Line, letters_share
from opentrace.adapters.local.parser.pdf.page import PageLayout

_MAX_LINES = 4
_MAX_CHARS = 250
_MAX_BOLD_CHARS = 150
_LARGER = 1.12
_MAX_LEVEL = 12
# Parts hold chapters, chapters hold items and sections; numbers with dots say their depth themselves.
_PART = re.compile(r"(?:part|chapter|book|volume|teil|kapitel)\s+(?:[ivxlc]+|\d+)\b", re.IGNORECASE)
_ITEM = re.compile(r"(?:item|section|article|appendix|annex)\s+(?:\d+[a-z]?|[a-z]|[ivxlc]+)\b", re.IGNORECASE)
_NOTE = re.compile(r"(?:note|schedule|exhibit)\s+(?:\d+[a-z]?|[a-z]|[ivxlc]+)\b", re.IGNORECASE)
_NUMBERING = re.compile(r"\(?(?:[A-Za-z]+\s)?[\dA-Za-z.]{1,8}[.):]?")
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\S")

Style = tuple[float, bool, bool]
"""Size in points, bold, capitals."""


@dataclass(slots=True)
class HeadingLevels:
    """`body` is the size of most text. `ranks` are the styles of headings with their numbering, from the highest."""

    body: float
    ranks: dict[tuple[Style, int], int]

    @classmethod
    def of(cls, pages: Sequence[PageLayout]) -> "HeadingLevels":
        sizes: Counter[float] = Counter()
        for page in pages:
            for part in page.parts:
                for line in part.lines if isinstance(part, Block) else ():
                    sizes[line.size] += len(line.text)
        body = sizes.most_common(1)[0][0] if sizes else 0.0
        levels = cls(body, {})
        found = {
            levels.rank_of(part.lines)
            for page in pages
            for part in page.parts
            if isinstance(part, Block) and levels.is_heading(part, part.lines)
        }
        ordered = sorted(found, key=lambda rank: (-rank[0][0], -rank[0][1], -rank[0][2], rank[1]))
        levels.ranks = {rank: min(at, _MAX_LEVEL) for at, rank in enumerate(ordered, start=1)}
        return levels

    def is_heading(self, block: Block, lines: Sequence[Line]) -> bool:
        text = " ".join(line.text for line in lines)
        if len(lines) > _MAX_LINES or len(text) > _MAX_CHARS or letters_share(text) < 0.5:
            return False
        if text[-1] in ",;" or (text[-1] == "." and len(text) > 60) or block.kind == "code":
            return False
        if any(_has_columns(line) for line in lines):
            return False
        size = min(line.size for line in lines)
        if size >= _LARGER * self.body:
            return True
        if size < 0.9 * self.body or not 2 < len(text) <= _MAX_BOLD_CHARS or text[0] in "(*†":
            return False
        return all(line.bold for line in lines) or (len(lines) == 1 and lines[0].italic and text[-1] not in ".:")

    def rank_of(self, lines: Sequence[Line]) -> tuple[Style, int]:
        text = " ".join(line.text for line in lines)
        style = (max(line.size for line in lines), all(line.bold for line in lines), text.isupper())
        return style, _depth(text)

    def level(self, block: Block, lines: Sequence[Line]) -> int:
        """From 1. `block` gives the level where its style was not seen."""
        return self.ranks.get(self.rank_of(lines), min(block.level or _MAX_LEVEL, _MAX_LEVEL))


def _has_columns(line: Line) -> bool:
    """Whether a line has parts side by side, other than a heading's number and its words."""
    parts = line.segments
    return len(parts) > 2 or (len(parts) == 2 and _NUMBERING.fullmatch(parts[0].text) is None)


def _depth(text: str) -> int:
    if _PART.match(text):
        return 0
    if _ITEM.match(text):
        return 1
    if _NOTE.match(text):
        return 2
    decimal = _DECIMAL.match(text)
    return decimal.group(1).count(".") + 2 if decimal is not None else 8
