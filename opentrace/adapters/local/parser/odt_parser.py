"""OpenDocument texts (.odt), by one walk over the XML of the body."""

from collections.abc import Iterator
from dataclasses import dataclass

from opentrace.adapters.local.parser.cleaning import clean_lines, one_line
from opentrace.adapters.local.parser.office_archive import OfficeArchive, corrupt
from opentrace.adapters.local.parser.ooxml import attribute, child, children, local_name
from opentrace.adapters.local.parser.table_html import (
    MAX_SPAN,
    TableCell,
    table_html,
    table_text,
    without_empty_rows,
)
from opentrace.adapters.local.parser.xml_element import XmlElement
from opentrace.ports.document_parser import Element, ElementType, ParsedDocument, ParseError

_KIND = "OpenDocument text"
_SKIPPED = frozenset(
    {"tracked-changes", "annotation", "annotation-end", "sequence-decls", "forms", "index-title-template"}
)
_SPACES = {"tab": " ", "line-break": "\n"}
_MAX_SPACES = 1000
_MAX_LEVEL = 12


def parse_odt(data: bytes) -> ParsedDocument:
    """Locations are absent: pages are made when the text is shown. Raises ParseError."""
    archive = OfficeArchive(data, kind=_KIND)
    manifest = archive.read("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise ParseError(
            "document_encrypted",
            "This document is protected by a password. Save a copy without the password, and upload that.",
        )
    root = archive.read_xml("content.xml")
    body = child(root, "body", "text")
    if root is None or body is None:
        raise corrupt(kind=_KIND)
    elements = tuple(_Walk(_titles(root, archive.read_xml("styles.xml"))).blocks(body))
    meta = archive.read_xml("meta.xml")
    named = one_line(next((node.text or "" for node in children(meta, "meta", "title")), ""))
    heading = next((element.text for element in elements if element.type == "Title"), None)
    return ParsedDocument(elements, title=named or heading, facts={"format": "odt"})


def _titles(*roots: XmlElement | None) -> frozenset[str]:
    """The names of paragraph styles that are, or are made of, the style "Title"."""
    names = {"Title"}
    for root in roots:
        for styles in (*children(root, "automatic-styles"), *children(root, "styles")):
            for style in children(styles, "style"):
                if attribute(style, "parent-style-name") in names:
                    names.add(attribute(style, "name") or "")
    return frozenset(names)


@dataclass(slots=True)
class _Walk:
    titles: frozenset[str]

    def blocks(self, parent: XmlElement, kind: ElementType = "NarrativeText") -> Iterator[Element]:
        for node in parent:
            name = local_name(node)
            if name == "h":
                yield from self._paragraph(node, "Title", level=_count(attribute(node, "outline-level"), _MAX_LEVEL))
            elif name == "p":
                is_title = attribute(node, "style-name") in self.titles
                yield from self._paragraph(node, "Title" if is_title else kind, level=1 if is_title else None)
            elif name == "table":
                yield from self._table(node)
            elif name == "list":
                yield from self.blocks(node, "ListItem")
            elif name not in _SKIPPED and len(node):
                yield from self.blocks(node, kind)

    def _paragraph(self, node: XmlElement, kind: ElementType, *, level: int | None) -> Iterator[Element]:
        parts: list[str] = []
        boxes: list[XmlElement] = []
        notes: list[XmlElement] = []
        _collect(node, parts, boxes, notes)
        text = clean_lines("".join(parts))
        if text:
            yield Element(kind, text, level=level)
        for box in boxes:
            yield from self.blocks(box)
        for note in notes:
            words = one_line(_inner_text(note))
            if words:
                yield Element("Footnote", words)

    def _table(self, table: XmlElement) -> Iterator[Element]:
        rows: list[list[TableCell]] = []
        for row, in_head in _rows(table, in_head=False):
            cells = [cell for cell in row if local_name(cell) == "table-cell"]
            rows.append([cell for node in cells for cell in _cells(node, header=in_head)])
        kept = without_empty_rows(rows)
        if max((sum(1 for cell in row if cell.text) for row in kept), default=0) <= 1:
            # One column only frames what is in it.
            for row, _ in _rows(table, in_head=False):
                for cell in row:
                    yield from self.blocks(cell)
        else:
            yield Element("Table", table_text(kept), html=table_html(kept))


def _rows(node: XmlElement, *, in_head: bool) -> Iterator[tuple[XmlElement, bool]]:
    for inner in node:
        name = local_name(inner)
        if name == "table-row":
            yield inner, in_head
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(inner, in_head=in_head or name == "table-header-rows")


def _cells(node: XmlElement, *, header: bool) -> Iterator[TableCell]:
    text = one_line(_inner_text(node))
    colspan = _count(attribute(node, "number-columns-spanned"), MAX_SPAN)
    rowspan = _count(attribute(node, "number-rows-spanned"), MAX_SPAN)
    repeated = _count(attribute(node, "number-columns-repeated"), MAX_SPAN)
    for _ in range(repeated if text else 1):
        yield TableCell(text, colspan, rowspan, header)


def _collect(node: XmlElement, parts: list[str], boxes: list[XmlElement], notes: list[XmlElement]) -> None:
    parts.append(node.text or "")
    for inner in node:
        name = local_name(inner)
        if name == "s":
            parts.append(" " * _count(attribute(inner, "c"), _MAX_SPACES))
        elif name in _SPACES:
            parts.append(_SPACES[name])
        elif name == "note":
            notes += children(inner, "note-body")
        elif name == "text-box":
            boxes.append(inner)
        elif name == "ruby-text" or name in _SKIPPED:
            pass
        else:
            _collect(inner, parts, boxes, notes)
        parts.append(inner.tail or "")


def _inner_text(node: XmlElement) -> str:
    """All paragraphs in a cell or a note."""
    found: list[str] = []
    for inner in node.iter():
        if local_name(inner) in ("p", "h"):
            parts: list[str] = []
            _collect(inner, parts, [], [])
            found.append("".join(parts))
    return " ".join(found)


def _count(value: str | None, most: int) -> int:
    return min(max(int(value), 1), most) if value is not None and value.isdecimal() and len(value) < 6 else 1
