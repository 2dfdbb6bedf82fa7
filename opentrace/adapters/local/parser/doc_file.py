"""Takes apart a Word 97 file (.doc): its text by pieces, and the properties of its paragraphs.

Offsets are those of [MS-DOC], sections 2.4.1 (text), 2.4.6 (paragraph properties) and 2.5 (the file information block).
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

WORD_97 = 0xA5EC
OLD_WORD = 0xA5DC
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_FC_MIN, _FC_MAC, _CCP_TEXT, _PAPX, _CLX = 0x18, 0x1C, 0x4C, 0x102, 0x1A2
_PAGE_BYTES = 512
_PIECES, _PROPERTIES = 2, 1
_COMPRESSED = 0x40000000
_MAX_HEADING_STYLE = 9
# Single property modifiers (sprm): in a table, end of a row, outline level, list.
_IN_TABLE, _ROW_END, _OUTLINE_LEVEL, _LIST = 0x2416, 0x2417, 0x2640, 0x460B
_LONG_OPERANDS = frozenset({0xD608, 0xD606})
_OPERAND_BYTES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}


class BrokenWordFile(Exception):
    """The file is not what it says."""


class EncryptedWordFile(Exception):
    """The file is protected by a password."""


@dataclass(slots=True)
class ParagraphProperties:
    """`level` is that of a heading, from 1."""

    level: int | None = None
    in_list: bool = False
    in_table: bool = False
    row_end: bool = False


@dataclass(slots=True)
class WordText:
    """`text` is all of the file's; `counts` are the characters of its parts: the main text, footnotes, headers, macros,
    comments, endnotes, text boxes. `places` are where each character of a piece stands in the file."""

    text: str
    counts: tuple[int, ...]
    properties: "_PropertyPages"
    places: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])

    def properties_at(self, position: int) -> ParagraphProperties:
        """Of the paragraph that a character ends."""
        at = bisect_right(self.places, (position, 1 << 40, 0)) - 1
        if at < 0:
            return ParagraphProperties()
        start, offset, width = self.places[at]
        return self.properties.at(offset + (position - start) * width)


def read_word_text(document: bytes, tables: tuple[bytes, bytes]) -> WordText:
    """From the stream WordDocument and both table streams. Raises BrokenWordFile, EncryptedWordFile."""
    try:
        return _read(document, tables)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise BrokenWordFile from error


def _read(document: bytes, tables: tuple[bytes, bytes]) -> WordText:
    (identity,) = struct.unpack_from("<H", document)
    (flags,) = struct.unpack_from("<H", document, 0x0A)
    if identity not in (WORD_97, OLD_WORD):
        raise BrokenWordFile
    if flags & _ENCRYPTED:
        raise EncryptedWordFile
    if identity == OLD_WORD:
        start, end = struct.unpack_from("<II", document, _FC_MIN)
        text = document[start:end].decode("cp1252", errors="replace")
        return WordText(text, (len(text),), _PropertyPages(document, b""))
    table = tables[1] if flags & _SECOND_TABLE else tables[0]
    counts = struct.unpack_from("<8i", document, _CCP_TEXT)
    pages = _slice(document, table, _PAPX)
    found = WordText("", tuple(max(count, 0) for count in counts), _PropertyPages(document, pages))
    parts: list[str] = []
    chars = 0
    for start, end, descriptor in _pieces(_slice(document, table, _CLX)):
        length = end - start
        if length < 0 or chars + length > len(document):
            raise BrokenWordFile
        if descriptor & _COMPRESSED:
            offset = (descriptor & ~_COMPRESSED) // 2
            part, width = document[offset : offset + length].decode("cp1252", errors="replace"), 1
        else:
            offset = descriptor
            part, width = document[offset : offset + 2 * length].decode("utf-16-le", errors="replace"), 2
        # Half a character at a border of pieces must not move all that follows.
        parts.append(part.ljust(length)[:length])
        found.places.append((chars, offset, width))
        chars += length
    found.text = "".join(parts)
    return found


def _slice(document: bytes, table: bytes, at: int) -> bytes:
    start, size = struct.unpack_from("<II", document, at)
    return table[start : start + size]


def _pieces(clx: bytes) -> Iterator[tuple[int, int, int]]:
    """First character, end and place of each piece of text."""
    at = 0
    while at < len(clx) and clx[at] == _PROPERTIES:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != _PIECES:
        raise BrokenWordFile
    (size,) = struct.unpack_from("<I", clx, at + 1)
    table = clx[at + 5 : at + 5 + size]
    count = (len(table) - 4) // 12
    borders = struct.unpack_from(f"<{count + 1}I", table)
    for piece in range(count):
        (place,) = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * piece + 2)
        yield borders[piece], borders[piece + 1], place


class _PropertyPages:
    """Pages of 512 bytes with the properties of the paragraphs that stand between two places of the file."""

    def __init__(self, document: bytes, table: bytes) -> None:
        count = max((len(table) - 4) // 8, 0)
        self._document = document
        self._starts: list[int] = []
        self._properties: list[ParagraphProperties] = []
        for number in struct.unpack_from(f"<{count}I", table, 4 * (count + 1)) if count else ():
            page = document[(number & 0x3FFFFF) * _PAGE_BYTES :][:_PAGE_BYTES]
            if len(page) == _PAGE_BYTES:
                self._read(page)

    def at(self, offset: int) -> ParagraphProperties:
        at = bisect_right(self._starts, offset) - 1
        return self._properties[at] if at >= 0 else ParagraphProperties()

    def _read(self, page: bytes) -> None:
        count = page[-1]
        places = struct.unpack_from(f"<{count + 1}I", page)
        for run in range(count):
            at = 2 * page[4 * (count + 1) + 13 * run]
            if self._starts and places[run] < self._starts[-1]:
                return
            self._starts.append(places[run])
            self._properties.append(_properties(page, at) if at else ParagraphProperties())


def _properties(page: bytes, at: int) -> ParagraphProperties:
    size, start = 2 * page[at] - 1, at + 1
    if page[at] == 0:
        size, start = 2 * page[at + 1], at + 2
    found = ParagraphProperties()
    (style,) = struct.unpack_from("<H", page, start)
    if 1 <= style <= _MAX_HEADING_STYLE:
        found.level = style
    for code, operand in _modifiers(page[start + 2 : start + size]):
        _apply(found, code, operand)
    return found


def _apply(found: ParagraphProperties, code: int, operand: bytes) -> None:
    value = int.from_bytes(operand[:2], "little")
    if code == _IN_TABLE:
        found.in_table = value != 0
    elif code == _ROW_END:
        found.row_end = value != 0
    elif code == _LIST:
        found.in_list = value != 0
    elif code == _OUTLINE_LEVEL:
        found.level = value + 1 if value < _MAX_HEADING_STYLE else None


def _modifiers(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 < len(data):
        (code,) = struct.unpack_from("<H", data, at)
        at += 2
        if code in _LONG_OPERANDS:
            size, skipped = struct.unpack_from("<H", data, at)[0] - 1, 2
        elif code >> 13 == 6:
            size, skipped = data[at], 1
        else:
            size, skipped = _OPERAND_BYTES[code >> 13], 0
        yield code, data[at + skipped : at + skipped + size]
        at += skipped + size
