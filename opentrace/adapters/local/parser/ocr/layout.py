"""Lays recognised pages out as if their text had been typed: blocks of words in points, in a few sizes of type."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from opentrace.adapters.local.parser.ocr.hocr import RecognisedLine, RecognisedPage
from opentrace.adapters.local.parser.pdf.layout import Block, Line, Word, letters_share
from opentrace.adapters.local.parser.pdf.page import PageLayout, arrange

# Sizes that Tesseract measures vary by a tenth around the true one, those of headings differ by more.
_SIZE_STEP = 1.2
_MIN_PROSE_WORDS = 5
_MIN_PROSE_LETTERS = 0.7
_POINTS = 72.0
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]")


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """What was recognised on a page. `turn` is by how many degrees, clockwise, its picture was turned before."""

    number: int
    width: int
    height: int
    dpi: int
    page: RecognisedPage
    turn: int = 0


def page_layouts(scans: Sequence[ScannedPage]) -> list[PageLayout]:
    """Sizes are told over all pages, since a page may have nothing but a heading."""
    body = _usual_size([(line, scan.dpi) for scan in scans for lines in scan.page.paragraphs for line in lines])
    return [_layout(scan, body) for scan in scans]


def _usual_size(lines: Sequence[tuple[RecognisedLine, int]]) -> float:
    """That of most characters of running text, in points; of whatever there is, where there is none."""
    chars: Counter[float] = Counter()
    for line, dpi in [line for line in lines if _is_prose(line[0])] or lines:
        chars[round(line.size * _POINTS / dpi * 2) / 2] += sum(len(word.text) for word in line.words)
    return chars.most_common(1)[0][0] if chars else 0.0


def _is_prose(line: RecognisedLine) -> bool:
    text = " ".join(word.text for word in line.words)
    return len(line.words) >= _MIN_PROSE_WORDS and letters_share(text) >= _MIN_PROSE_LETTERS


def _layout(scan: ScannedPage, body: float) -> PageLayout:
    scale, slope = _POINTS / scan.dpi, scan.page.slope
    blocks: list[Block] = []
    for paragraph in scan.page.paragraphs:
        lines = [Line(_words(line, scale, body, slope=slope)) for line in paragraph]
        first = lines[0].words
        numbered = len(first) > 1 and _NUMBERED.fullmatch(first[0].text) is not None
        blocks.append(Block("list_item" if numbered else "paragraph", lines))
    layout = arrange(scan.number, scan.width * scale, scan.height * scale, blocks, rules=None)
    layout.turn, layout.slope = scan.turn, slope
    return layout


def _words(line: RecognisedLine, scale: float, body: float, *, slope: float) -> list[Word]:
    """All of a line's words are as high as the line, and stand where they would on a page that is straight."""
    size = _nearest_size(line.size * scale, body)
    fall = [slope * (word.x0 + word.x1) / 2 for word in line.words]
    top = min(word.y0 - by for word, by in zip(line.words, fall, strict=True)) * scale
    bottom = max(word.y1 - by for word, by in zip(line.words, fall, strict=True)) * scale
    words: list[Word] = []
    for found in line.words:
        word = Word(found.text, found.x0 * scale, top, found.x1 * scale, bottom, bold=False)
        word.size = size
        words.append(word)
    return words


def _nearest_size(size: float, body: float) -> float:
    """The size of text, or one that is surely larger or smaller."""
    if size <= 0 or body <= 0:
        return body
    return body * _SIZE_STEP ** math.trunc(math.log(size / body, _SIZE_STEP))
