"""Words, lines and blocks of a page. Lengths are points from the top left of the page as it is seen."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from liteparse.types import LayoutBlock, TextItem

from opentrace.adapters.local.parser.cleaning import one_line

_BOLD_FONT = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_ITALIC_FONT = re.compile(r"italic|oblique", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")
# A gap as wide as the text is high separates columns; spaces of justified text stay below.
COLUMN_GAP = 1.0


@dataclass(slots=True)
class Word:
    """`size` is the height of its line of text, which grows with the font's size."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    bold: bool
    italic: bool = False

    @property
    def size(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass
class Line:
    """Words that stand side by side, in reading order."""

    words: list[Word]

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def x0(self) -> float:
        return min(word.x0 for word in self.words)

    @cached_property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @cached_property
    def y0(self) -> float:
        return min(word.y0 for word in self.words)

    @cached_property
    def y1(self) -> float:
        return max(word.y1 for word in self.words)

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @cached_property
    def size(self) -> float:
        """That of most of its characters, in half points."""
        chars: dict[float, int] = {}
        for word in self.words:
            size = round(word.size * 2) / 2
            chars[size] = chars.get(size, 0) + len(word.text)
        return max(chars, key=lambda size: chars[size])

    @cached_property
    def bold(self) -> bool:
        """Whether all of its letters are."""
        return any(word.bold for word in self.words) and all(
            word.bold for word in self.words if _LETTERS.search(word.text)
        )

    @cached_property
    def italic(self) -> bool:
        """Whether all of its words are."""
        return all(word.italic for word in self.words)

    @cached_property
    def segments(self) -> list["Line"]:
        """Its parts between the gaps of columns."""
        parts: list[list[Word]] = []
        for word in self.words:
            if parts and not _apart(parts[-1][-1], word):
                parts[-1].append(word)
            else:
                parts.append([word])
        return [Line(part) for part in parts]


_CURRENCY = re.compile(r"[$€£¥₹₩]|US\$|C\$|A\$|HK\$")
_AFTER_VALUE = re.compile(r"[%)]+")


def _apart(left: Word, right: Word) -> bool:
    """Whether a column ends between two words. Signs of currency and per cent belong to their number from afar."""
    gap = right.x0 - left.x1
    size = max(left.size, right.size)
    if _CURRENCY.fullmatch(left.text) and right.text[:1] in "0123456789(—–-.":
        return gap > 12 * size
    if _CURRENCY.fullmatch(right.text) and left.text[-1:] in "0123456789)%—–-":
        return gap > 0.25 * size
    if _AFTER_VALUE.fullmatch(right.text):
        return gap > 4 * size
    return gap > COLUMN_GAP * size


@dataclass
class Block:
    """Lines that belong together. `kind` is liteparse's name for what they are, `origin` its block."""

    kind: str
    lines: list[Line] = field(default_factory=list[Line])
    level: int | None = None
    origin: LayoutBlock | None = None

    @property
    def x0(self) -> float:
        return min(line.x0 for line in self.lines)

    @property
    def x1(self) -> float:
        return max(line.x1 for line in self.lines)

    @property
    def y0(self) -> float:
        return min(line.y0 for line in self.lines)

    @property
    def y1(self) -> float:
        return max(line.y1 for line in self.lines)


def words_of(item: TextItem) -> list[Word]:
    """The words of a run of text. Where the boxes do not hold all of its characters, the run is one word."""
    font = item.font_name or ""
    bold, italic = _BOLD_FONT.search(font) is not None, _ITALIC_FONT.search(font) is not None
    text = one_line(item.text)
    if not text:
        return []
    found: list[Word] = []
    at = 0
    for box in item.words:
        # The boxes also part what is written together ("Fig", "."); the run's own spaces say what is a word.
        start = item.text.find(box.text, at)
        if start < 0:
            found.clear()
            break
        word = Word(one_line(box.text), box.x, box.y, box.x + box.width, box.y + box.height, bold, italic)
        if found and start == at and start > 0 and box.x - found[-1].x1 < COLUMN_GAP * word.size:
            found[-1] = _united(found[-1], word)
        elif word.text:
            found.append(word)
        at = start + len(box.text)
    if found and sum(len(word.text) for word in found) >= len(text.replace(" ", "")):
        return found
    return [Word(text, item.x, item.y, item.x + item.width, item.y + item.height, bold, italic)]


def _united(left: Word, right: Word) -> Word:
    return Word(
        left.text + right.text,
        min(left.x0, right.x0),
        min(left.y0, right.y0),
        max(left.x1, right.x1),
        max(left.y1, right.y1),
        left.bold,
        left.italic,
    )


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Words grouped by the height at which they stand, from the top; each line from its reading side."""
    rows: list[list[Word]] = []
    middle = 0.0
    for word in sorted(words, key=lambda word: word.middle):
        if rows and word.middle - middle < 0.5 * min(word.size, rows[-1][0].size):
            rows[-1].append(word)
            middle += (word.middle - middle) / len(rows[-1])
        else:
            rows.append([word])
            middle = word.middle
    return [Line(_in_order(row)) for row in rows]


def _in_order(words: list[Word]) -> list[Word]:
    right_to_left = sum(1 for word in words if _is_right_to_left(word.text))
    if right_to_left * 2 > len(words):
        return sorted(words, key=lambda word: -word.x1)
    return sorted(words, key=lambda word: word.x0)


def _is_right_to_left(text: str) -> bool:
    if text.isascii():
        return False
    return any(unicodedata.bidirectional(char) in ("R", "AL") for char in text)


def letters_share(text: str) -> float:
    """Letters among the characters that are not spaces."""
    chars = len(text) - text.count(" ")
    return len(_LETTERS.findall(text)) / chars if chars else 0.0


def box_of(lines: Sequence[Line]) -> tuple[float, float, float, float]:
    return (
        min(line.x0 for line in lines),
        min(line.y0 for line in lines),
        max(line.x1 for line in lines),
        max(line.y1 for line in lines),
    )
