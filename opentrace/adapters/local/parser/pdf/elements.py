"""Makes elements of the pages of a document: what is a heading or a page header shows only over all of them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from opentrace.adapters.local.parser.pdf.continued import WholeTable, whole_tables
from opentrace.adapters.local.parser.pdf.footnotes import Footnotes
from opentrace.adapters.local.parser.pdf.furniture import Furniture
from opentrace.adapters.local.parser.pdf.headings import HeadingLevels, OutlineEntry, with_outlined_lines_apart
from opentrace.adapters.local.parser.pdf.layout import Block, Line
from opentrace.adapters.local.parser.pdf.page import PageLayout, place_of
from opentrace.adapters.local.parser.pdf.pictures import Box, PictureBudget
from opentrace.adapters.local.parser.pdf.tables import Table
from opentrace.adapters.local.parser.table_html import row_text, table_html
from opentrace.ports.document_parser import Element, ElementImage, ElementType, Location

_BULLET = re.compile(r"[•●○◦▪■□‣⁃∙·–—*➢➤✓✔❖-]")
_BULLET_ALONE = re.compile(r"[•●○◦▪■□‣⁃∙·➢➤✓✔❖]")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]")
_CAPTION = re.compile(r"(?:Figure|Fig\.|Table|Chart|Exhibit|Abbildung|Tabelle)\s+[\dIVX]+[.:–—-]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = "-\u2010\u00ad\x02"
_SENTENCE_ENDS = frozenset(".!?:;…”\"'’)]")
_BETWEEN: frozenset[ElementType] = frozenset({"Header", "Footer", "PageNumber", "Footnote", "Image", "FigureCaption"})
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


def document_elements(
    pages: Sequence[PageLayout], *, outline: Sequence[OutlineEntry] = (), budget: PictureBudget | None = None
) -> list[Element]:
    with_outlined_lines_apart(pages, outline)
    furniture = Furniture.of(pages)
    if all(part_is_furniture(part, furniture) for page in pages for part in page.parts):
        furniture = Furniture({})
    headings = HeadingLevels.of(pages, outline)
    footnotes = Footnotes.of(pages, body=headings.body)
    writer = _Writer(known_words(pages))
    tables, continued = whole_tables(pages, furniture)
    elements: list[Element] = []
    for page in pages:
        taken = budget.take(page.pictures) if budget is not None else []
        pictures = [(place_of(box, page.parts), _image(page, box, image)) for box, image in taken]
        for at, part in enumerate(page.parts):
            elements += [element for place, element in pictures if place == at]
            if id(part) in continued:
                continue
            if isinstance(part, Table):
                elements.append(_table(tables[id(part)]))
                continue
            for kind, lines in _typed(part, furniture, headings, footnotes):
                text, locations = writer.join(page, lines, kind)
                if text:
                    level = headings.level(part, lines) if kind == "Title" else None
                    elements.append(Element(kind, text, page.number, level, locations=locations))
        elements += [element for place, element in pictures if place == len(page.parts)]
    return _joined_over_breaks(elements, writer)


def _image(page: PageLayout, box: Box, image: ElementImage) -> Element:
    return Element("Image", "", page.number, locations=(_location(page, *box, 0, 0),), image=image)


def part_is_furniture(part: Block | Table, furniture: Furniture) -> bool:
    return isinstance(part, Block) and all(furniture.kind(line) is not None for line in part.lines)


def known_words(pages: Sequence[PageLayout]) -> Counter[str]:
    """How often each word stands within a line, which decides about hyphens at line ends."""
    words: Counter[str] = Counter()
    for page in pages:
        for part in page.parts:
            for line in part.lines if isinstance(part, Block) else ():
                words.update(map(str.lower, _WORD.findall(line.text)))
    return words


def _typed(
    block: Block, furniture: Furniture, headings: HeadingLevels, footnotes: Footnotes
) -> Iterable[tuple[ElementType, list[Line]]]:
    """The block's lines by what they are; headers and footers leave it, and list items are taken one by one."""
    body: list[Line] = []
    for line in block.lines:
        kind = furniture.kind(line)
        if kind is None:
            body.append(line)
        else:
            yield kind, [line]
    if not body:
        return
    if footnotes.is_footnote(block):
        for note in footnotes.notes(body):
            yield "Footnote", note
    elif headings.is_heading(block, body):
        yield "Title", body
    elif block.kind == "code":
        yield "CodeSnippet", body
    elif _CAPTION.match(body[0].text) and len(body) <= 4:
        yield "FigureCaption", body
    else:
        yield from _items(block, body)


def _items(block: Block, lines: list[Line]) -> Iterable[tuple[ElementType, list[Line]]]:
    """Paragraphs and list items: an item begins with a bullet, or with a number where liteparse saw a list."""
    part: list[Line] = []
    kind: ElementType = "NarrativeText"
    for line in lines:
        first, _, more = line.text.partition(" ")
        marked = _BULLET_ALONE.match(first) is not None or (more != "" and _BULLET.fullmatch(first) is not None)
        marked = marked or (block.kind == "list_item" and _NUMBERED.fullmatch(first) is not None)
        if marked and part:
            yield kind, part
            part = []
        if not part:
            kind = "ListItem" if marked or block.kind == "list_item" else "NarrativeText"
        part.append(line)
    if part:
        yield kind, part


def _table(whole: WholeTable) -> Element:
    rows = whole.table.cell_rows()
    parts: list[str] = []
    locations: list[Location] = []
    start = 0
    for row, page, cells in zip(whole.table.rows, whole.pages, rows, strict=True):
        text = row_text(cells)
        locations.append(_location_of(page, row.line, start, start + len(text)))
        parts.append(text)
        start += len(text) + 1
    return Element("Table", "\n".join(parts), whole.pages[0].number, html=table_html(rows), locations=tuple(locations))


def _location_of(page: PageLayout, line: Line, start: int, end: int) -> Location:
    return _location(page, line.x0, line.y0, line.x1, line.y1, start, end)


def _location(page: PageLayout, x0: float, y0: float, x1: float, y1: float, start: int, end: int) -> Location:
    def share(value: float, whole: float) -> float:
        return min(1.0, max(0.0, value / whole)) if whole > 0 else 0.0

    falls = (page.slope * x0, page.slope * x1)
    x0, x1 = share(x0, page.width), share(x1, page.width)
    y0, y1 = share(y0 + min(falls), page.height), share(y1 + max(falls), page.height)
    match page.turn:
        case 90:
            x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
        case 180:
            x0, y0, x1, y1 = 1 - x1, 1 - y1, 1 - x0, 1 - y0
        case 270:
            x0, y0, x1, y1 = y0, 1 - x1, y1, 1 - x0
        case _:
            pass
    return Location(page.number, x0, y0, x1, y1, start, end)


class _Writer:
    """Joins lines into text, and says which characters stand in which line."""

    def __init__(self, words: Counter[str]) -> None:
        self._words = words

    def join(self, page: PageLayout, lines: Sequence[Line], kind: ElementType) -> tuple[str, tuple[Location, ...]]:
        """Bullets are left out, since the type says it; code keeps its lines."""
        text = ""
        locations: list[Location] = []
        for at, line in enumerate(lines):
            words = line.text
            if at == 0 and kind == "ListItem" and _BULLET.match(words):
                words = words[1:].lstrip()
            if not words:
                continue
            if kind == "CodeSnippet":
                space = "\n" if text else ""
            else:
                text, space = self.ready_for(text, words)
            if locations and locations[-1].end > len(text):
                last = locations[-1]
                locations[-1] = replace(last, start=min(last.start, len(text)), end=len(text))
            text += space
            locations.append(_location_of(page, line, len(text), len(text) + len(words)))
            text += words
        return text, tuple(locations)

    def ready_for(self, text: str, following: str) -> tuple[str, str]:
        """The text to which the next line can be added, and what goes between: hyphens of line ends are resolved."""
        if not text:
            return "", ""
        if text[-1] in _HYPHENS and len(text) > 1 and text[-2].isalpha() and following[:1].islower():
            before = _WORD.search(text[:-1][::-1])
            after = _WORD.match(following)
            if before is not None and after is not None:
                left, right = before.group()[::-1].lower(), after.group().lower()
                if text[-1] != "-" or self._words[f"{left}-{right}"] <= self._words[left + right]:
                    return text[:-1], ""
                return text, ""
        if text[-1] == "-" and len(text) > 1 and text[-2] != " ":
            return text, ""
        return text, "" if _CJK.match(text[-1]) and _CJK.match(following) else " "


def _joined_over_breaks(elements: list[Element], writer: _Writer) -> list[Element]:
    """Paragraphs that a page or a column cuts in the middle of a sentence, in one piece again.

    What stands at the cut without being part of the text comes after the paragraph.
    """
    joined: list[Element] = []
    open_at: int | None = None
    for element in elements:
        if element.type in _BETWEEN:
            joined.append(element)
            continue
        held = joined[open_at] if open_at is not None else None
        if held is not None and open_at is not None and _continues(held, element):
            text, space = writer.ready_for(held.text, element.text)
            cut = tuple(replace(at, end=min(at.end, len(text))) for at in held.locations)
            by = len(text) + len(space)
            moved = tuple(replace(at, start=at.start + by, end=at.end + by) for at in element.locations)
            kind: ElementType = "NarrativeText" if held.type == "Title" else held.type
            joined[open_at] = Element(kind, text + space + element.text, held.page, locations=cut + moved)
            continue
        joined.append(element)
        open_at = len(joined) - 1
    return joined


def _continues(held: Element, element: Element) -> bool:
    if element.type != "NarrativeText" or not element.text[0].islower() or held.text[-1] in _SENTENCE_ENDS:
        return False
    if held.type == "Title":
        return _is_first_line(held, element)
    if held.type not in ("NarrativeText", "ListItem") or len(held.text) < 40:
        return False
    return not (held.locations and element.locations) or held.locations[-1].page <= element.locations[0].page


def _is_first_line(held: Element, element: Element) -> bool:
    """Whether what looks like a heading is the first line of the paragraph below, set off in its style."""
    if len(held.locations) != 1 or not element.locations or held.page != element.page:
        return False
    line, below = held.locations[0], max(element.locations, key=lambda at: at.x1)
    return line.x1 >= below.x0 + 0.8 * (below.x1 - below.x0)
