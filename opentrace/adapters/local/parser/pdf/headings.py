"""Tells headings from text by their typography, and ranks them over the whole document."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from opentrace.adapters.local.parser.pdf.layout import TAGGED_HEADING, Block, Line, letters_share
from opentrace.adapters.local.parser.pdf.page import PageLayout
from opentrace.adapters.local.parser.pdf.tables import Table

_MAX_LINES = 4
_MAX_CHARS = 250
_MAX_BOLD_CHARS = 150
_LARGER = 1.12
_MAX_LEVEL = 12
_MAX_TAGGED_SHARE = 0.3
_NO_LETTERS = re.compile(r"[\W_]+")
# Parts hold chapters, chapters hold items and sections; numbers with dots say their depth themselves.
_PART = re.compile(r"(?:part|chapter|book|volume|teil|kapitel)\s+(?:[ivxlc]+|\d+)\b", re.IGNORECASE)
_ITEM = re.compile(r"(?:item|section|article|appendix|annex)\s+(?:\d+[a-z]?|[a-z]|[ivxlc]+)\b", re.IGNORECASE)
_NOTE = re.compile(r"(?:note|schedule|exhibit)\s+(?:\d+[a-z]?|[a-z]|[ivxlc]+)\b", re.IGNORECASE)
_NUMBERING = re.compile(r"\(?(?:[A-Za-z]+\s)?[\dA-Za-z.]{1,8}[.):]?")
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\S")

Style = tuple[float, bool, bool]
"""Size in points, bold, capitals."""


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A line of the table of contents that a viewer shows beside the document. `level` counts from 1."""

    page: int
    title: str
    level: int


@dataclass(slots=True)
class HeadingLevels:
    """`body` is the size of most text. `ranks` are the styles of headings with their numbering, from the highest.

    `said` are the levels that the document itself gives, by its tags or its outline, of blocks by their identity.
    """

    body: float
    ranks: dict[tuple[Style, int], int]
    said: dict[int, int]

    @classmethod
    def of(cls, pages: Sequence[PageLayout], outline: Sequence[OutlineEntry] = ()) -> "HeadingLevels":
        sizes: Counter[float] = Counter()
        blocks = [(page.number, part) for page in pages for part in page.parts if isinstance(part, Block)]
        for _, block in blocks:
            for line in block.lines:
                sizes[line.size] += len(line.text)
        body = sizes.most_common(1)[0][0] if sizes else 0.0
        levels = cls(body, {}, _tagged(blocks, chars=sizes.total()) or _outlined(blocks, outline))
        found: dict[tuple[Style, int], Counter[int]] = {}
        for _, block in blocks:
            if levels.is_heading(block, block.lines):
                said = found.setdefault(levels.rank_of(block.lines), Counter())
                if id(block) in levels.said:
                    said[levels.said[id(block)]] += 1
        levels.ranks = _ranked(found)
        return levels

    def is_heading(self, block: Block, lines: Sequence[Line]) -> bool:
        if id(block) in self.said:
            return True
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
        said = self.said.get(id(block))
        return (
            said
            if said is not None
            else self.ranks.get(self.rank_of(lines), min(block.level or _MAX_LEVEL, _MAX_LEVEL))
        )


def _tagged(blocks: Sequence[tuple[int, Block]], *, chars: int) -> dict[int, int]:
    """The levels of tags, unless so much is tagged that they say nothing."""
    tagged = [block for _, block in blocks if block.kind == TAGGED_HEADING and block.level]
    if sum(len(line.text) for block in tagged for line in block.lines) > _MAX_TAGGED_SHARE * chars:
        return {}
    return {id(block): block.level or 1 for block in tagged}


def _outlined(blocks: Sequence[tuple[int, Block]], outline: Sequence[OutlineEntry]) -> dict[int, int]:
    """The levels of the outline, of the blocks that stand under its titles on their pages."""
    titles = _Titles(outline)
    levels = {id(block): titles.level_of(page, block.lines) for page, block in blocks}
    return {block: level for block, level in levels.items() if level is not None}


class _Titles:
    """The titles of an outline by their pages and letters."""

    def __init__(self, outline: Sequence[OutlineEntry]) -> None:
        self._levels = {(entry.page, _letters(entry.title)): min(entry.level, _MAX_LEVEL) for entry in outline}

    def __bool__(self) -> bool:
        return bool(self._levels)

    def level_of(self, page: int, lines: Sequence[Line]) -> int | None:
        if not self._levels or len(lines) > _MAX_LINES:
            return None
        text = _letters(" ".join(line.text for line in lines))
        level = self._levels.get((page, text)) or self._levels.get((page, text.lstrip("0123456789")))
        return level if text else None


def with_outlined_lines_apart(pages: Sequence[PageLayout], outline: Sequence[OutlineEntry]) -> None:
    """Part blocks behind first lines that the outline names: headings in the style of the text below them."""
    titles = _Titles(outline)
    if not titles:
        return
    for page in pages:
        parts: list[Block | Table] = []
        for part in page.parts:
            at = _outlined_lines(part, page.number, titles) if isinstance(part, Block) else 0
            if isinstance(part, Block) and at:
                parts.append(Block(part.kind, part.lines[:at], part.level))
                part = Block(part.kind, part.lines[at:], part.level)
            parts.append(part)
        page.parts = parts


def _outlined_lines(block: Block, page: int, titles: _Titles) -> int:
    """How many lines at the start of a block, other than all of them, are a title of the outline."""
    most = min(len(block.lines) - 1, _MAX_LINES)
    return next((at for at in range(most, 0, -1) if titles.level_of(page, block.lines[:at])), 0)


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()


def _ranked(found: dict[tuple[Style, int], Counter[int]]) -> dict[tuple[Style, int], int]:
    """Levels from the largest style on; those that the document itself gives hold, and lesser styles go below them."""
    ranks: dict[tuple[Style, int], int] = {}
    level = 0
    for rank in sorted(found, key=lambda rank: (-rank[0][0], -rank[0][1], -rank[0][2], rank[1])):
        level = found[rank].most_common(1)[0][0] if found[rank] else level + 1
        ranks[rank] = min(level, _MAX_LEVEL)
    return ranks


def _has_columns(line: Line) -> bool:
    """Whether a line has parts side by side, other than a heading's number and its words."""
    return len(line.parts) > 2 or (len(line.parts) == 2 and _NUMBERING.fullmatch(line.parts[0].text) is None)


def _depth(text: str) -> int:
    if _PART.match(text):
        return 0
    if _ITEM.match(text):
        return 1
    if _NOTE.match(text):
        return 2
    decimal = _DECIMAL.match(text)
    return decimal.group(1).count(".") + 2 if decimal is not None else 8
