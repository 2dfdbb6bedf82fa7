"""Old Word documents (.doc): paragraphs, headings, lists and tables; what is drawn or in fields' codes is left out."""

import io
from collections.abc import Iterator

import olefile

from opentrace.adapters.local.parser.cleaning import clean_lines, one_line
from opentrace.adapters.local.parser.doc_file import (
    BrokenWordFile,
    EncryptedWordFile,
    ParagraphProperties,
    WordText,
    read_word_text,
)
from opentrace.adapters.local.parser.table_html import TableCell, table_html, table_text, without_empty_rows
from opentrace.ports.document_parser import Element, ElementType, ParsedDocument, ParseError

MAX_STREAM_BYTES = 256 * 1024 * 1024
_CELL_END = "\x07"
# Ends of paragraphs, sections, pages and columns.
_PARAGRAPH_ENDS = frozenset("\r\x0c\x0e" + _CELL_END)
_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END = "\x13", "\x14", "\x15"
_DROPPED = dict.fromkeys(map(ord, "\x01\x02\x03\x04\x05\x08"))
_DRAWN = {0x0B: "\n", 0x1E: "-", 0x1F: "", 0xA0: " "}
_FOOTNOTES, _ENDNOTES, _BOXES = 1, 5, 6


def parse_doc(data: bytes) -> ParsedDocument:
    """Locations are absent: pages are made when the text is shown. Raises ParseError."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            tables = (_stream(file, "0Table"), _stream(file, "1Table"))
            word = read_word_text(_stream(file, "WordDocument"), tables)
            title = _title(file)
    except EncryptedWordFile as error:
        raise ParseError(
            "document_encrypted",
            "This Word document is protected by a password. Save a copy without the password, and upload that.",
        ) from error
    except (BrokenWordFile, OSError, ValueError, IndexError, TypeError) as error:
        raise ParseError(
            "document_corrupt",
            "This Word document is damaged and cannot be opened. Save it anew as .docx, and upload that.",
        ) from error
    elements = tuple(word_elements(word))
    heading = next((element.text for element in elements if element.type == "Title"), None)
    return ParsedDocument(elements, title=title or heading, facts={"format": "doc"})


def _stream(file: olefile.OleFileIO, name: str) -> bytes:
    if not file.exists(name):
        return b""
    with file.openstream(name) as stream:
        return stream.read(MAX_STREAM_BYTES)


def _title(file: olefile.OleFileIO) -> str | None:
    if not file.exists("\x05SummaryInformation"):
        return None
    title = file.get_metadata().title
    return one_line(title.decode("cp1252", "replace")) or None if isinstance(title, bytes) else None


def word_elements(word: WordText) -> Iterator[Element]:
    """The main text, then notes and text boxes, which stand behind it in the file."""
    starts = [sum(word.counts[:at]) for at in range(len(word.counts) + 1)]
    yield from _main(word, word.counts[0])
    for part in (_FOOTNOTES, _ENDNOTES, _BOXES):
        if part < len(word.counts):
            kind: ElementType = "NarrativeText" if part == _BOXES else "Footnote"
            for text, _ in _paragraphs(word.text, starts[part], starts[part + 1]):
                if words := clean_lines(text):
                    yield Element(kind, words)


def _main(word: WordText, end: int) -> Iterator[Element]:
    rows: list[list[TableCell]] = []
    cells: list[TableCell] = []
    held: list[str] = []
    for text, last in _paragraphs(word.text, 0, end):
        properties = word.properties_at(last)
        ends_cell = word.text[last : last + 1] == _CELL_END
        if properties.row_end and ends_cell:
            rows.append(cells)
            cells = []
        elif ends_cell:
            cells.append(TableCell(one_line(" ".join([*held, text]))))
            held = []
        elif properties.in_table:
            held.append(text)
        else:
            yield from _table(rows)
            rows, cells, held = [], [], []
            yield from _paragraph(text, properties)
    yield from _table(rows)


def _paragraph(text: str, properties: ParagraphProperties) -> Iterator[Element]:
    words = clean_lines(text)
    if not words:
        return
    if properties.level is not None:
        yield Element("Title", one_line(words), level=properties.level)
    else:
        yield Element("ListItem" if properties.in_list else "NarrativeText", words)


def _table(rows: list[list[TableCell]]) -> Iterator[Element]:
    kept = without_empty_rows(rows)
    if kept:
        yield Element("Table", table_text(kept), html=table_html(kept))


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Each paragraph as it is shown, and where its last character stands."""
    parts: list[str] = []
    fields: list[bool] = []
    for at in range(start, min(end, len(text))):
        char = text[at]
        if char in _PARAGRAPH_ENDS:
            yield "".join(parts).translate(_DROPPED).translate(_DRAWN), at
            parts.clear()
        elif char == _FIELD_BEGIN:
            fields.append(True)
        elif char == _FIELD_RESULT:
            if fields:
                fields[-1] = False
        elif char == _FIELD_END:
            if fields:
                fields.pop()
        elif not any(fields):
            parts.append(char)
    if parts:
        yield "".join(parts).translate(_DROPPED).translate(_DRAWN), min(end, len(text)) - 1
