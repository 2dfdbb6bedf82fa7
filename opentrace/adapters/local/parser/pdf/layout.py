"""Words, lines and blocks of a page. Lengths are points from the top left of the page as it is seen."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from liteparse.types import LayoutBlock, TextItem

from opentrace.adapters.local.parser.cleaning import one_line

_BOLD_FONT = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_ITALIC_FONT = re.compile(r"italic|oblique", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]")
# A gap as wide as the text is high separates columns; spaces of justified text stay below.
COLUMN_GAP = 1.0


class Word:
    """`size` is the height of its line of text, which grows with the font's size. A document has very many of these."""

    __slots__ = ("bold", "italic", "middle", "right_to_left", "size", "text", "x0", "x1", "y0", "y1")

    def __init__(
        self,
        text: str,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        bold: bool,  # noqa: FBT001 -- made a thousand times a page, and keywords cost
        italic: bool = False,  # noqa: FBT001, FBT002 -- as above
    ) -> None:
        self.text = text
        self.x0 = x0
        self.y0 = y0
        self.x1 = x1
        self.y1 = y1
        self.bold = bold
        self.italic = italic
        self.size = y1 - y0
        self.middle = (y0 + y1) / 2
        self.right_to_left = not text.isascii() and _is_right_to_left(text)


# Of very many words, in loops that Python does not see.
_X0, _X1, _Y0, _Y1 = attrgetter("x0"), attrgetter("x1"), attrgetter("y0"), attrgetter("y1")
_MIDDLE, _RIGHT_TO_LEFT = attrgetter("middle"), attrgetter("right_to_left")


class Part(NamedTuple):
    """What stands between two gaps of columns."""

    text: str
    x0: float
    x1: float


class Line:
    """Words that stand side by side, in reading order. What a line says of itself is worked out once, and late."""

    __slots__ = ("_italic", "_parts", "_segments", "_size", "_text", "bold", "words", "x0", "x1", "y0", "y1")

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        first = words[0]
        if len(words) == 1:
            self.x0, self.x1, self.y0, self.y1 = first.x0, first.x1, first.y0, first.y1
        else:
            self.x0 = min(map(_X0, words))
            self.x1 = max(map(_X1, words))
            self.y0 = min(map(_Y0, words))
            self.y1 = max(map(_Y1, words))
        # Whether all of its letters are.
        self.bold = first.bold and all(word.bold for word in words if _LETTERS.search(word.text))
        self._text: str | None = None
        self._size: float | None = None
        self._italic: bool | None = None
        self._segments: list[Line] | None = None
        self._parts: list[Part] | None = None

    @classmethod
    def settled(
        cls,
        text: str,
        box: tuple[float, float, float, float],
        *,
        size: float,
        bold: bool,
        italic: bool,
        parts: list[Part],
    ) -> "Line":
        """A line whose words were let go."""
        line = cls.__new__(cls)
        line.words = []
        line.x0, line.y0, line.x1, line.y1 = box
        line.bold = bold
        line._text, line._size, line._italic, line._parts, line._segments = text, size, italic, parts, None
        return line

    def settle(self) -> None:
        """Let the words go, of which a long document has millions, and keep what is asked of the line from now on."""
        self._text, self._size, self._italic, self._parts = self.text, self.size, self.italic, self.parts
        self._segments = None
        self.words = []

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = " ".join([word.text for word in self.words])
        return self._text

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def size(self) -> float:
        """That of most of its characters, in half points."""
        if self._size is None and len(self.words) == 1:
            self._size = round(self.words[0].size * 2) / 2
        if self._size is None:
            chars: dict[float, int] = {}
            for word in self.words:
                chars[word.size] = chars.get(word.size, 0) + len(word.text)
            self._size = round(max(chars, key=lambda size: chars[size]) * 2) / 2
        return self._size

    @property
    def italic(self) -> bool:
        """Whether all of its words are."""
        if self._italic is None:
            self._italic = all(word.italic for word in self.words)
        return self._italic

    @property
    def parts(self) -> list[Part]:
        """Its segments, without their words."""
        if self._parts is not None:
            return self._parts
        return [Part(segment.text, segment.x0, segment.x1) for segment in self.segments]

    @property
    def segments(self) -> list["Line"]:
        """Its parts between the gaps of columns."""
        if self._segments is None:
            words = self.words
            starts = [at for at in range(1, len(words)) if _apart(words[at - 1], words[at])]
            cuts = pairwise([0, *starts, len(words)])
            self._segments = [Line(words[start:end]) for start, end in cuts] if starts else [self]
        return self._segments


_CURRENCY = frozenset({*"$€£¥₹₩", "US$", "C$", "A$", "HK$"})
_AFTER_VALUE = frozenset("%)")


def _apart(left: Word, right: Word) -> bool:
    """Whether a column ends between two words. Signs of currency and per cent belong to their number from afar."""
    gap = right.x0 - left.x1
    size = left.size if left.size > right.size else right.size
    if gap <= 0.25 * size:
        return False
    if left.text in _CURRENCY and right.text[:1] in "0123456789(—–-.":
        return gap > 12 * size
    if right.text in _CURRENCY and left.text[-1:] in "0123456789)%—–-":
        return True
    if gap > COLUMN_GAP * size:
        return gap > 4 * size or not _AFTER_VALUE.issuperset(right.text)
    return False


TAGGED_HEADING = "tagged heading"
"""The kind of a block that the document itself calls a heading of this level."""


@dataclass
class Block:
    """Lines that belong together. `kind` is liteparse's name of what they are or TAGGED_HEADING, `origin` its block."""

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
    is_clean = item.text.isascii() and item.text.isprintable()
    text = item.text.strip() if is_clean else one_line(item.text)
    if not text:
        return []
    if is_clean and [box.text for box in item.words] == text.split():
        return [Word(box.text, box.x, box.y, box.x + box.width, box.y + box.height, bold, italic) for box in item.words]
    found: list[Word] = []
    at = 0
    for box in item.words:
        # The boxes also part what is written together ("Fig", "."); the run's own spaces say what is a word.
        start = item.text.find(box.text, at)
        if start < 0:
            found.clear()
            break
        said = box.text if is_clean else one_line(box.text)
        word = Word(said, box.x, box.y, box.x + box.width, box.y + box.height, bold, italic)
        if found and start == at and abs(box.x - found[-1].x1) < 0.6 * found[-1].size:
            found[-1] = _united(found[-1], word)
        elif said:
            found.append(word)
        at = start + len(box.text)
    if found and sum([len(word.text) for word in found]) >= len(text) - text.count(" "):
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
    row: list[Word] = []
    middle = size = 0.0
    for word in sorted(words, key=_MIDDLE):
        below = word.middle - middle
        if row and below < 0.5 * size and below < 0.5 * word.size:
            row.append(word)
            middle += below / len(row)
        else:
            row = [word]
            rows.append(row)
            middle, size = word.middle, word.size
    return [Line(_in_order(row)) for row in rows]


def _in_order(words: list[Word]) -> list[Word]:
    if len(words) == 1:
        return words
    if sum(map(_RIGHT_TO_LEFT, words)) * 2 > len(words):
        return sorted(words, key=_X1, reverse=True)
    return sorted(words, key=_X0)


def _is_right_to_left(text: str) -> bool:
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
