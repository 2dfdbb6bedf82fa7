"""PowerPoint presentations (.pptx): slides are pages, and shapes stand where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from opentrace.adapters.local.parser.cleaning import clean_lines, one_line
from opentrace.adapters.local.parser.office_archive import OfficeArchive, corrupt
from opentrace.adapters.local.parser.ooxml import attribute, child, children, local_name, related_parts
from opentrace.adapters.local.parser.table_html import (
    MAX_SPAN,
    TableCell,
    table_html,
    table_text,
    without_empty_rows,
)
from opentrace.adapters.local.parser.xml_element import XmlElement
from opentrace.ports.document_parser import Element, Finding, Location, ParsedDocument, ParseError, ParseLimits

_KIND = "presentation"
_TITLES = frozenset({"title", "ctrTitle"})
_BODIES = frozenset({"body", "obj", "half", "tbl"})
_FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})
_UNNAMED = "PowerPoint Presentation"
_DEFAULT_SIZE = (9_144_000, 6_858_000)


def parse_pptx(data: bytes, *, limits: ParseLimits) -> ParsedDocument:
    """Hidden slides are left out; their numbers stay, as in the program. Raises ParseError."""
    archive = OfficeArchive(data, kind=_KIND)
    package = related_parts(archive, "")
    main = next((part for kind, part in package.values() if kind == "officeDocument"), "ppt/presentation.xml")
    root = archive.read_xml(main)
    if root is None:
        raise corrupt(kind=_KIND)
    parts = related_parts(archive, main)
    relations = [_relation(slide) for slide in children(root, "sldIdLst", "sldId")]
    if len(relations) > limits.max_pages:
        raise ParseError(
            "document_too_large",
            f"The presentation has {len(relations):,} slides; at most {limits.max_pages:,} are taken. Split it.",
        )
    walk = _Walk(archive, _size(child(root, "sldSz")))
    for number, relation in enumerate(relations, start=1):
        if relation in parts:
            walk.slide(parts[relation][1], number)
    core = archive.read_xml("docProps/core.xml")
    named = one_line(next((node.text or "" for node in children(core, "title")), ""))
    named = "" if named == _UNNAMED else named
    heading = next((element.text for element in walk.elements if element.type == "Title"), None)
    return ParsedDocument(
        tuple(walk.elements),
        title=named or heading,
        page_count=len(relations),
        facts={"format": "pptx"},
        findings=(_left_out(walk.hidden),) if walk.hidden else (),
    )


def _relation(slide: XmlElement) -> str:
    """The relationship id, which has the same local name as the slide's own id."""
    return next((str(value) for key, value in slide.attrib.items() if str(key).endswith("}id")), "")


def _size(node: XmlElement | None) -> tuple[int, int]:
    if node is None:
        return _DEFAULT_SIZE
    width, height = _number(node.get("cx")), _number(node.get("cy"))
    return (width, height) if width > 0 and height > 0 else _DEFAULT_SIZE


def _number(value: str | None) -> int:
    try:
        return int(value or "0")
    except ValueError:
        return 0


def _left_out(slides: list[int]) -> Finding:
    return Finding(
        code="content_left_out",
        severity="info",
        message=f"{'1 hidden slide was' if len(slides) == 1 else f'{len(slides):,} hidden slides were'} left out.",
        action="Show them in the presentation if they are to be searched, and upload it again.",
        pages=tuple(slides),
        count=len(slides),
    )


@dataclass(slots=True)
class _Walk:
    archive: OfficeArchive
    size: tuple[int, int]
    elements: list[Element] = field(default_factory=list[Element])
    hidden: list[int] = field(default_factory=list[int])

    def slide(self, part: str, number: int) -> None:
        root = self.archive.read_xml(part)
        if root is None:
            raise corrupt(kind=_KIND)
        if root.get("show") in ("0", "false"):
            self.hidden.append(number)
            return
        shapes = list(self._shapes(child(root, "cSld", "spTree")))
        # The title comes first, wherever it is among the shapes.
        for shape in sorted(shapes, key=lambda shape: _placeholder(shape) not in _TITLES):
            self.elements.extend(self._read(shape, number))
        for kind, notes in related_parts(self.archive, part).values():
            if kind == "notesSlide":
                self.elements.extend(self._notes(notes, number))

    def _shapes(self, tree: XmlElement | None) -> Iterator[XmlElement]:
        for node in tree if tree is not None else ():
            name = local_name(node)
            if name == "grpSp":
                yield from self._shapes(node)
            elif name == "AlternateContent":
                yield from self._shapes(child(node, "Choice"))
            elif name in ("sp", "graphicFrame"):
                yield node

    def _read(self, shape: XmlElement, page: int) -> Iterator[Element]:
        kind = _placeholder(shape)
        if kind in _FURNITURE:
            return
        table = child(shape, "graphic", "graphicData", "tbl")
        if table is not None:
            yield from self._table(table, shape, page)
            return
        paragraphs = [paragraph for node in children(shape, "txBody", "p") if (paragraph := _paragraph(node)) != ""]
        if kind in _TITLES:
            text = one_line(" ".join(paragraphs))
            if text:
                yield self._placed(Element("Title", text, page=page, level=1), shape)
            return
        listed = kind in _BODIES and len(paragraphs) > 1
        for text in paragraphs:
            yield self._placed(Element("ListItem" if listed else "NarrativeText", text, page=page), shape)

    def _table(self, table: XmlElement, shape: XmlElement, page: int) -> Iterator[Element]:
        first_is_header = (attribute(node, "firstRow") if (node := child(table, "tblPr")) is not None else None) == "1"
        rows: list[list[TableCell]] = []
        for at, row in enumerate(children(table, "tr")):
            rows.append([])
            for cell in children(row, "tc"):
                if "1" in (cell.get("hMerge"), cell.get("vMerge")):
                    continue
                text = one_line(" ".join(_paragraph(node) for node in children(cell, "txBody", "p")))
                spans = [min(max(_number(cell.get(name)), 1), MAX_SPAN) for name in ("gridSpan", "rowSpan")]
                rows[-1].append(TableCell(text, *spans, header=first_is_header and at == 0))
        kept = without_empty_rows(rows)
        if kept:
            yield self._placed(Element("Table", table_text(kept), page=page, html=table_html(kept)), shape)

    def _notes(self, part: str, page: int) -> Iterator[Element]:
        root = self.archive.read_xml(part)
        if root is None:
            return
        for shape in self._shapes(child(root, "cSld", "spTree")):
            if _placeholder(shape) in _BODIES:
                text = clean_lines("\n".join(_paragraph(node) for node in children(shape, "txBody", "p")))
                if text:
                    yield Element("NarrativeText", f"Notes: {text}", page=page)

    def _placed(self, element: Element, shape: XmlElement) -> Element:
        """With the box of its shape, where the slide itself says it; a layout may have it instead."""
        frame = child(shape, "spPr", "xfrm")
        frame = frame if frame is not None else child(shape, "xfrm")
        offset, extent = child(frame, "off"), child(frame, "ext")
        if offset is None or extent is None:
            return element
        x, y = _number(offset.get("x")) / self.size[0], _number(offset.get("y")) / self.size[1]
        right, bottom = x + _number(extent.get("cx")) / self.size[0], y + _number(extent.get("cy")) / self.size[1]
        x0, y0, x1, y1 = (min(max(side, 0.0), 1.0) for side in (x, y, right, bottom))
        if x0 >= x1 or y0 >= y1:
            return element
        at = Location(element.page or 1, x0, y0, x1, y1, 0, len(element.text))
        return Element(element.type, element.text, element.page, element.level, element.html, (at,))


def _placeholder(shape: XmlElement) -> str | None:
    """What a shape is in the layout; "obj" where that does not say, None where it is of no layout."""
    for kind in ("nvSpPr", "nvGraphicFramePr"):
        found = child(shape, kind, "nvPr", "ph")
        if found is not None:
            return found.get("type") or "obj"
    return None


def _paragraph(node: XmlElement) -> str:
    parts: list[str] = []
    for run in node:
        name = local_name(run)
        if name in ("r", "fld"):
            parts.append(next((text.text or "" for text in children(run, "t")), ""))
        elif name == "br":
            parts.append("\n")
        elif name in ("m", "AlternateContent"):
            parts += [inner.text or "" for inner in run.iter() if local_name(inner) == "t"]
    return clean_lines("".join(parts).replace("\x0b", "\n"))
