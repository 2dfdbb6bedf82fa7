"""Word documents (.docx), by one walk over the XML of the body."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from opentrace.adapters.local.parser.cleaning import clean_lines, one_line
from opentrace.adapters.local.parser.docx_styles import (
    Numbering,
    Style,
    W,
    heading_level,
    is_on,
    number,
    numbering_of,
    read_styles,
    val,
)
from opentrace.adapters.local.parser.office_archive import OfficeArchive, corrupt
from opentrace.adapters.local.parser.table_html import (
    MAX_SPAN,
    TableCell,
    table_html,
    table_text,
    without_empty_rows,
)
from opentrace.adapters.local.parser.xml_element import XmlElement
from opentrace.ports.document_parser import Element, ParsedDocument

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_NO_STYLE = Style()

# Deleted and moved text, instructions of fields, and the older twin of drawings.
_SKIPPED = frozenset(
    {W + "del", W + "moveFrom", W + "instrText", W + "delText", W + "delInstrText", _CHOICE + "Fallback", W + "rPr"}
)
_TEXT = frozenset({W + "t", _MATH + "t"})
# Formulas in a line of text, as people type them: a^2, x_1, p/q.
_BEFORE_MATH = {
    _MATH + "oMath": " ",
    _MATH + "sup": "^",
    _MATH + "sub": "_",
    _MATH + "den": "/",
    _MATH + "rad": "√",
}
_BREAKS = {W + "tab": " ", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-", W + "ptab": " "}


def parse_docx(data: bytes) -> ParsedDocument:
    """Pages are those that Word noted when it last laid the document out, if it did. Raises ParseError."""
    archive = OfficeArchive(data)
    main = _main_part(archive)
    root = archive.read_xml(main)
    body = None if root is None else root.find(W + "body")
    if body is None:
        raise corrupt()
    folder = posixpath.dirname(main)
    walk = _Walk(
        styles=read_styles(archive.read_xml(f"{folder}/styles.xml")),
        numbering=Numbering.read(archive.read_xml(f"{folder}/numbering.xml")),
        notes={kind: _notes(archive.read_xml(f"{folder}/{kind}s.xml"), kind) for kind in ("footnote", "endnote")},
        has_pages=next(body.iter(W + "lastRenderedPageBreak"), None) is not None,
    )
    elements = tuple(walk.blocks(body))
    core = archive.read_xml("docProps/core.xml")
    named = one_line(core.findtext(f".//{_DUBLIN_CORE}title") or "") if core is not None else ""
    heading = next((element.text for element in elements if element.type == "Title"), None)
    return ParsedDocument(
        elements,
        title=named or heading,
        page_count=walk.page if walk.has_pages else None,
        facts={"format": "docx"},
    )


def _main_part(archive: OfficeArchive) -> str:
    """The part that the package's relationships name as the document."""
    relations = archive.read_xml("_rels/.rels")
    for relation in relations if relations is not None else ():
        if (relation.get("Type") or "").endswith("/officeDocument"):
            return (relation.get("Target") or "").lstrip("/")
    return "word/document.xml"


def _notes(root: XmlElement | None, kind: str) -> dict[str, XmlElement]:
    if root is None:
        return {}
    return {node.get(W + "id", ""): node for node in root.iter(W + kind) if node.get(W + "type") is None}


@dataclass(slots=True)
class _Paragraph:
    """What the runs of a paragraph hold beside text: boxes of text and notes, which follow it."""

    parts: list[str] = field(default_factory=list[str])
    boxes: list[XmlElement] = field(default_factory=list[XmlElement])
    notes: list[XmlElement] = field(default_factory=list[XmlElement])


@dataclass(slots=True)
class _Walk:
    styles: dict[str, Style]
    numbering: Numbering
    notes: dict[str, dict[str, XmlElement]]
    has_pages: bool
    page: int = 1

    def blocks(self, parent: XmlElement) -> Iterator[Element]:
        """Paragraphs and tables in the order of the text, whatever they are wrapped in."""
        for node in parent:
            if node.tag == W + "p":
                yield from self._paragraph(node)
            elif node.tag == W + "tbl":
                yield from self._table(node)
            elif node.tag not in _SKIPPED and len(node):
                yield from self.blocks(node)

    def _paragraph(self, node: XmlElement) -> Iterator[Element]:
        page = self.page if self.has_pages else None
        found = _Paragraph()
        self._collect(node, found)
        text = clean_lines("".join(found.parts))
        if text:
            yield self._typed(node, text, page)
        for box in found.boxes:
            yield from self.blocks(box)
        for note in found.notes:
            words = one_line(self._inner_text(note))
            if words:
                yield Element("Footnote", words, page=page)

    def _typed(self, node: XmlElement, text: str, page: int | None) -> Element:
        properties = node.find(W + "pPr")
        style = self.styles.get(val(properties, "pStyle") or "", _NO_STYLE)
        level = style.level or heading_level(None, val(properties, "outlineLvl"))
        numbering = numbering_of(properties) or style.numbering
        label = ""
        if numbering is not None and numbering[0] != "0":
            label = self.numbering.next_label(*numbering)
        labelled = f"{label} {text}" if label else text
        if level is not None:
            return Element("Title", labelled, page=page, level=level)
        if style.name == "caption":
            return Element("FigureCaption", text, page=page)
        if numbering is not None and numbering[0] != "0":
            return Element("ListItem", labelled, page=page)
        return Element("NarrativeText", text, page=page)

    def _collect(self, node: XmlElement, found: _Paragraph) -> None:
        for child in node:
            tag = child.tag
            if tag in _TEXT:
                found.parts.append(child.text or "")
            elif tag in _BREAKS:
                found.parts.append(_BREAKS[tag])
            elif tag == W + "lastRenderedPageBreak":
                self.page += 1
            elif tag in (W + "footnoteReference", W + "endnoteReference"):
                kind = "footnote" if tag == W + "footnoteReference" else "endnote"
                note = self.notes[kind].get(child.get(W + "id", ""))
                if note is not None:
                    found.notes.append(note)
            elif tag == W + "txbxContent":
                found.boxes.append(child)
            elif tag == W + "r" and self._is_hidden(child):
                continue
            elif tag not in _SKIPPED and tag != W + "pPr":
                if tag in _BEFORE_MATH:
                    found.parts.append(_BEFORE_MATH[tag])
                self._collect(child, found)

    def _is_hidden(self, run: XmlElement) -> bool:
        properties = run.find(W + "rPr")
        if properties is None:
            return False
        if val(properties, "vanish") is not None:
            return is_on(properties, "vanish")
        return self.styles.get(val(properties, "rStyle") or "", _NO_STYLE).hidden

    def _text(self, node: XmlElement) -> str:
        found = _Paragraph()
        self._collect(node, found)
        for box in found.boxes:
            found.parts += (" ", self._inner_text(box))
        return "".join(found.parts)

    def _inner_text(self, node: XmlElement) -> str:
        """All paragraphs in a cell, a note or a box, also those of tables in it."""
        return " ".join(self._text(paragraph) for paragraph in _paragraphs(node))

    def _table(self, node: XmlElement) -> Iterator[Element]:
        page = self.page if self.has_pages else None
        rows = [list(_cells(row)) for row in node.iterchildren() if row.tag in _ROW_WRAPPERS for row in _rows(row)]
        if max((len(row) for row in rows), default=0) <= 1:
            # One column only frames what is in it.
            for row in rows:
                for cell in row:
                    yield from self.blocks(cell)
            return
        cells = without_empty_rows(self._grid(node, rows))
        if cells:
            yield Element("Table", table_text(cells), page=page, html=table_html(cells))

    def _grid(self, table: XmlElement, rows: list[list[XmlElement]]) -> list[list[TableCell]]:
        """Cells with their spans: a cell that continues the one above it adds to that one's rowspan."""
        header_rows = _header_rows(table, rows)
        grid: list[list[TableCell]] = []
        open_cells: dict[int, tuple[int, int]] = {}
        for at, row in enumerate(rows):
            line: list[TableCell] = []
            column = 0
            for cell in row:
                properties = cell.find(W + "tcPr")
                colspan = min(max(number(val(properties, "gridSpan")) or 1, 1), MAX_SPAN)
                merge = val(properties, "vMerge")
                above = open_cells.get(column)
                if merge is not None and merge != "restart" and above is not None:
                    start, place = above
                    held = grid[start][place]
                    grid[start][place] = TableCell(held.text, held.colspan, at - start + 1, held.header)
                else:
                    text = one_line(self._inner_text(cell))
                    if merge is None:
                        open_cells.pop(column, None)
                    else:
                        open_cells[column] = (at, len(line))
                    line.append(TableCell(text, colspan=colspan, header=at < header_rows))
                column += colspan
            grid.append(line)
        return grid


_ROW_WRAPPERS = frozenset({W + "tr", W + "sdt", W + "ins", W + "customXml"})


def _paragraphs(node: XmlElement) -> Iterator[XmlElement]:
    for child in node:
        if child.tag == W + "p":
            yield child
        elif child.tag not in _SKIPPED and len(child):
            yield from _paragraphs(child)


def _rows(node: XmlElement) -> Iterator[XmlElement]:
    """A row, or the rows in what wraps them."""
    if node.tag == W + "tr":
        yield node
    else:
        yield from (row for row in node.iter(W + "tr") if next(row.iterancestors(W + "tbl")) in node.iterancestors())


def _cells(row: XmlElement) -> Iterator[XmlElement]:
    for node in row:
        if node.tag == W + "tc":
            yield node
        elif node.tag in _ROW_WRAPPERS:
            yield from _cells(node if node.tag != W + "sdt" else node.find(W + "sdtContent") or node)


def _header_rows(table: XmlElement, rows: list[list[XmlElement]]) -> int:
    """How many rows at the top repeat on each page, else one where the table's style sets off the first row."""
    count = 0
    for row in rows:
        properties = row[0].getparent().find(W + "trPr") if row else None  # pyright: ignore[reportOptionalMemberAccess] -- a cell has a row
        if not is_on(properties, "tblHeader"):
            break
        count += 1
    if count or len(rows) < 3:
        return count
    look = table.find(f"{W}tblPr/{W}tblLook")
    if look is None:
        return 0
    first = look.get(W + "firstRow")
    # Before Word 2010 the flags were bits of one value; 0x20 is the first row.
    return int(first in ("1", "true") or (first is None and bool(int(look.get(W + "val") or "0", 16) & 0x20)))
