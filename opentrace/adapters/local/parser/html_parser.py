"""HTML: one walk over the tree of lxml, which never fetches anything and knows no entities but HTML's own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml import etree

from opentrace.adapters.local.parser.charset import decode
from opentrace.adapters.local.parser.cleaning import clean, clean_lines, one_line
from opentrace.adapters.local.parser.links import MAX_LINKS, LinkedText
from opentrace.adapters.local.parser.table_html import (
    MAX_SPAN,
    TableCell,
    table_html,
    table_links,
    table_text,
    without_empty_rows,
)
from opentrace.adapters.local.parser.xml_element import XmlElement
from opentrace.ports.document_parser import Element, ElementType, ParsedDocument, ParseError

_SKIPPED_NAMES = """
    script style noscript template head nav svg math iframe object embed applet audio video canvas map area select
    datalist button input textarea dialog menu
"""
_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer form
    header hgroup hr html legend li main ol optgroup option p pre section summary table tbody td tfoot th thead tr ul
"""
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SKIPPED_ROLES = frozenset({"navigation", "search", "dialog", "alertdialog", "menu", "menubar", "toolbar"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_KINDS: dict[str, ElementType] = {
    "li": "ListItem",
    "dd": "ListItem",
    "figcaption": "FigureCaption",
    "caption": "FigureCaption",
    "footer": "Footer",
}
# Below every real heading: a line that is bold from end to end and stands alone.
_BOLD_HEADING_LEVEL = 7
_MAX_BOLD_HEADING_CHARS = 150
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
# A cell of a table that holds data rather than a piece of the page.
_MAX_DATA_CELL_CHARS = 200
_IN_ARTICLE = frozenset({"article", "main", "section", "blockquote"})
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%|\s*[;}]|$)", re.IGNORECASE
)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]+)""")
_SNIFFED_BYTES = 8192
_SPACE = re.compile(r"\s+")


def parse_html(data: bytes) -> ParsedDocument:
    """Scripts, navigation and hidden text are left out. Locations are absent: the format has no pages."""
    root = html_tree(html_text(data))
    if root is None:
        return ParsedDocument((), facts={"format": "html"})
    elements = tuple(HtmlWalk(root).elements())
    heading = next((element.text for element in elements if element.type == "Title"), None)
    title = one_line(next((node.text or "" for node in root.iter("title")), ""))
    return ParsedDocument(elements, title=title or heading, facts={"format": "html"})


def html_text(data: bytes, *, charset: str | None = None) -> str:
    """The page as text; the `charset` that its server named goes before the one that it names itself."""
    head = data[:_SNIFFED_BYTES]
    declared = _META_CHARSET.search(head) or _XML_ENCODING.search(head)
    return decode(data, declared=charset or (declared.group(1).decode("ascii") if declared else None))


def html_fragment_elements(text: str) -> list[Element]:
    """The elements of HTML inside of another format."""
    root = html_tree(text)
    return [] if root is None else list(HtmlWalk(root).elements())


def html_tree(text: str) -> XmlElement | None:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    source = clean(text).encode()
    if not source.strip():
        return None
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError:
        root = None
    if any("depth" in entry.message for entry in parser.error_log):
        raise ParseError(
            "document_too_large",
            "The tags of this page are nested deeper than any page needs, so most of it cannot be read. Save it anew "
            "from a browser or a word processor, and upload that.",
        )
    return root


@dataclass(slots=True)
class HtmlWalk:
    """Collects inline text until a block begins or ends. Iterative, since documents nest as deep as they like."""

    root: XmlElement
    address: str | None = None
    """Where the page is from, if that is known: what its links start from."""
    gathered: LinkedText = field(default_factory=LinkedText)
    kinds: list[ElementType] = field(default_factory=lambda: list[ElementType](["NarrativeText"]))
    bold: int = 0
    bold_chars: int = 0

    def elements(self) -> Iterator[Element]:
        self.gathered.base = base_address(self.root, self.address)
        walk = etree.iterwalk(self.root, events=("start", "end"))
        opened: list[tuple[bool, bool]] = []
        for event, node in walk:
            if event == "start":
                whole = _whole(node, self.gathered)
                block = node.tag in _BLOCKS or whole is not None
                bold = _is_bold(node)
                opened.append((block, bold))
                if block:
                    yield from self._flush()
                    self.kinds.append(self._kind(node))
                self.bold += bold
                if whole is not None:
                    walk.skip_subtree()
                    yield from whole
                elif is_skipped(node):
                    walk.skip_subtree()
                else:
                    self._begin(node)
            else:
                block, bold = opened.pop()
                if node.tag == "a":
                    self.gathered.close()
                if block:
                    yield from self._flush()
                    self.kinds.pop()
                self.bold -= bold
                if node.tail and node is not self.root:
                    self._add(node.tail)
        yield from self._flush()

    def _begin(self, node: XmlElement) -> None:
        if node.tag == "br":
            self.gathered.add("\n")
        elif node.tag == "a":
            self.gathered.open(node.get("href"))
        if node.text:
            self._add(node.text)

    def _add(self, text: str) -> None:
        self.gathered.add(_SPACE.sub(" ", text))
        if self.bold:
            self.bold_chars += len(_SPACE.sub("", text))

    def _kind(self, node: XmlElement) -> ElementType:
        kind = _KINDS.get(node.tag, self.kinds[-1])
        if kind == "Footer" and any(above.tag in _IN_ARTICLE for above in node.iterancestors()):
            return self.kinds[-1]
        return kind

    def _flush(self) -> Iterator[Element]:
        text, links = self.gathered.take(clean_lines)
        is_bold = text != "" and self.bold_chars >= len(_SPACE.sub("", text))
        self.bold_chars = 0
        if not text:
            return
        kind = self.kinds[-1]
        if kind == "NarrativeText" and is_bold and len(text) <= _MAX_BOLD_HEADING_CHARS and text[-1] not in ".,;":
            yield Element("Title", one_line(text), level=_BOLD_HEADING_LEVEL, links=links)
        else:
            yield Element(kind, text, links=links)


def base_address(root: XmlElement, address: str | None) -> str | None:
    """What the relative addresses of a page start from."""
    named = next((node.get("href") for node in root.getroottree().iter("base") if node.get("href")), None)
    try:
        return urljoin(address or "", named or "") or None
    except ValueError:
        return address


def _whole(node: XmlElement, around: LinkedText) -> list[Element] | None:
    """The elements of a node that is taken as a whole, or None where the walk goes into it.

    `around` is what was gathered before it.
    """
    tag = node.tag
    if is_skipped(node):
        return None
    if tag in _HEADINGS:
        text, links = _gather(node, around.pass_on()).take(one_line)
        return [Element("Title", text, level=_HEADINGS[tag], links=links)] if text else []
    if tag == "pre":
        text = clean("".join(map(str, node.itertext()))).strip("\n")
        return [Element("CodeSnippet", text)] if text.strip() else []
    if tag == "table" and not _is_layout(node):
        return _table_elements(node, base=around.base)
    return None


def is_skipped(node: XmlElement) -> bool:
    if node.tag in _SKIPPED:
        return True
    if not node.attrib:
        return False
    if "hidden" in node.attrib or node.get("aria-hidden") == "true" or node.get("role") in _SKIPPED_ROLES:
        return True
    style = node.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None


def _is_bold(node: XmlElement) -> bool:
    return node.tag in ("b", "strong") or _BOLD_STYLE.search(node.get("style") or "") is not None


def _inline_text(node: XmlElement) -> str:
    return _gather(node, LinkedText()).take(one_line)[0]


def _gather(node: XmlElement, gathered: LinkedText) -> LinkedText:
    """The text that is seen inside of a node; blocks and line breaks become spaces."""
    walk = etree.iterwalk(node, events=("start", "end"))
    for event, inner in walk:
        if event == "start":
            if inner is not node and is_skipped(inner):
                walk.skip_subtree()
                continue
            if inner.tag in _BLOCKS or inner.tag == "br":
                gathered.add(" ")
            elif inner.tag == "a":
                gathered.open(inner.get("href"))
            if inner.text:
                gathered.add(inner.text)
        else:
            if inner.tag in _BLOCKS:
                gathered.add(" ")
            elif inner.tag == "a":
                gathered.close()
            if inner.tail and inner is not node:
                gathered.add(inner.tail)
    return gathered


def _is_layout(table: XmlElement) -> bool:
    """Whether a table only places things on the page: by its role, or one column, or pieces of a page in its cells."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    texts = [[_inline_text(cell) for cell in row if cell.tag in ("td", "th")] for row in rows]
    if all(sum(1 for text in row if text) <= 1 for row in texts):
        return True
    if any(inner is not table for inner in table.iter("table", *_HEADINGS)):
        return any(len(text) > _MAX_DATA_CELL_CHARS for row in texts for text in row)
    return False


def _table_elements(table: XmlElement, *, base: str | None) -> list[Element]:
    elements: list[Element] = []
    caption = next(table.iter("caption"), None)
    if caption is not None and (text := _inline_text(caption)):
        elements.append(Element("FigureCaption", text))
    rows: list[list[TableCell]] = []
    for row in table.iter("tr"):
        if is_skipped(row) or next(row.iterancestors("table")) is not table:
            continue
        in_head = next(row.iterancestors()).tag == "thead"
        cells = [cell for cell in row if cell.tag in ("td", "th") and not is_skipped(cell)]
        rows.append([_cell(cell, base=base, header=in_head or cell.tag == "th") for cell in cells])
    rows = without_empty_rows(rows)
    if rows:
        elements.append(Element("Table", table_text(rows), html=table_html(rows), links=table_links(rows)[:MAX_LINKS]))
    return elements


def _cell(cell: XmlElement, *, base: str | None, header: bool) -> TableCell:
    text, links = _gather(cell, LinkedText(base)).take(one_line)
    return TableCell(text, _span(cell.get("colspan")), _span(cell.get("rowspan")), header=header, links=links)


def _span(value: str | None) -> int:
    return min(max(int(value), 1), MAX_SPAN) if value is not None and value.isdecimal() and len(value) < 6 else 1
