"""Reads hOCR, in which Tesseract writes words with their boxes, confidence and the size of their lines.

Its TSV has no size, which is what tells headings from text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from lxml import etree

from opentrace.adapters.local.parser.cleaning import one_line
from opentrace.adapters.local.parser.xml_element import XmlElement

_PROPERTY = re.compile(r"(\w+) (-?[\d.]+(?: -?[\d.]+)*)")
_LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})
# Specks and edges of pictures come out as marks that Tesseract itself does not believe. Of words it says the same of
# right ones ("Company's": 0 to 10), so they are kept.
_MIN_MARK_CONFIDENCE = 60.0
# Baselines of short lines are guesses. A third of a degree moves the ends of a line by less than its height.
_MIN_SLOPED_WORDS = 4
_MIN_SLOPE, _MAX_SLOPE = 0.006, 0.3
_MIN_JUDGED_CHARS = 4
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """Sides are in pixels; `confidence` is 0 to 100."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    confidence: float


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """`size` is the height of its text from the descenders to the ascenders, in pixels, whichever letters it has.

    `slope` is by how much its baseline falls from left to right, a pixel of width.
    """

    words: tuple[RecognisedWord, ...]
    size: float
    slope: float = 0.0


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """The paragraphs of a picture in reading order, each with its lines."""

    paragraphs: tuple[tuple[RecognisedLine, ...], ...]

    @property
    def chars(self) -> int:
        return sum(len(word.text) for word in self._words())

    @property
    def confidence(self) -> float:
        """The mean of its characters, 0 to 100."""
        chars = self.chars
        return sum(word.confidence * len(word.text) for word in self._words()) / chars if chars else 0.0

    @property
    def is_sidewise(self) -> bool:
        """Whether lines run up or down the page; Tesseract reads some of those, too."""
        tall = [word.y1 - word.y0 > word.x1 - word.x0 for word in self._words() if len(word.text) >= _MIN_JUDGED_CHARS]
        return sum(tall) > len(tall) / 2

    @property
    def slope(self) -> float:
        """That of most lines: 0 but for a page that was scanned askew."""
        slopes = [line.slope for lines in self.paragraphs for line in lines if len(line.words) >= _MIN_SLOPED_WORDS]
        slope = median(slopes) if slopes else 0.0
        return slope if _MIN_SLOPE < abs(slope) < _MAX_SLOPE else 0.0

    def _words(self) -> Iterator[RecognisedWord]:
        return (word for lines in self.paragraphs for line in lines for word in line.words)


def read_hocr(hocr: str) -> RecognisedPage:
    """A page without any text where Tesseract wrote nothing that can be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=True)
    root = etree.fromstring(hocr.encode(), parser) if hocr.strip() else None
    if root is None:
        return RecognisedPage(())
    paragraphs: list[tuple[RecognisedLine, ...]] = []
    for paragraph in _of_classes(root, frozenset({"ocr_par"})):
        lines = [line for node in _of_classes(paragraph, _LINES) if (line := _line(node)).words]
        if lines:
            paragraphs.append(tuple(lines))
    return RecognisedPage(tuple(paragraphs))


def _of_classes(root: XmlElement, classes: frozenset[str]) -> Iterator[XmlElement]:
    return (node for node in root.iter() if node.get("class") in classes)


def _line(node: XmlElement) -> RecognisedLine:
    properties = _properties(node)
    _, top, _, bottom = _box(properties)
    size = properties.get("x_size", [bottom - top])[0]
    words = tuple(word for word in map(_word, _of_classes(node, frozenset({"ocrx_word"}))) if word is not None)
    return RecognisedLine(words, size, properties.get("baseline", [0.0])[0])


def _word(node: XmlElement) -> RecognisedWord | None:
    properties = _properties(node)
    text = one_line("".join(map(str, node.itertext())))
    confidence = properties.get("x_wconf", [0.0])[0]
    if not text or (confidence < _MIN_MARK_CONFIDENCE and _LETTER_OR_DIGIT.search(text) is None):
        return None
    return RecognisedWord(text, *_box(properties), confidence)


def _properties(node: XmlElement) -> dict[str, list[float]]:
    found = _PROPERTY.findall(node.get("title") or "")
    return {name: [float(value) for value in values.split()] for name, values in found}


def _box(properties: dict[str, list[float]]) -> tuple[float, float, float, float]:
    match properties.get("bbox"):
        case [x0, y0, x1, y1]:
            return x0, y0, x1, y1
        case _:
            return 0.0, 0.0, 0.0, 0.0
