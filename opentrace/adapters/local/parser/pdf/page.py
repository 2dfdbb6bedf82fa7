"""Elements of one page."""

from liteparse.types import LayoutBlock, ParsedPage, TextItem

from opentrace.adapters.local.parser.cleaning import one_line
from opentrace.ports.document_parser import Element, Location


def page_elements(page: ParsedPage) -> list[Element]:
    blocks = page.blocks or []
    members: list[list[TextItem]] = [[] for _ in blocks]
    for item in page.text_items:
        at = _block_of(item, blocks)
        if at is not None:
            members[at].append(item)
    elements: list[Element] = []
    for block, items in zip(blocks, members, strict=True):
        element = _element(page, block, items)
        if element is not None:
            elements.append(element)
    return elements


def _block_of(item: TextItem, blocks: list[LayoutBlock]) -> int | None:
    x, y = item.x + item.width / 2, item.y + item.height / 2
    for at, block in enumerate(blocks):
        box = block.bbox
        if box is not None and box.x - 1 <= x <= box.x + box.width + 1 and box.y - 1 <= y <= box.y + box.height + 1:
            return at
    return None


def _element(page: ParsedPage, block: LayoutBlock, items: list[TextItem]) -> Element | None:
    lines: list[list[TextItem]] = []
    for item in sorted(items, key=lambda item: (item.y + item.height / 2, item.x)):
        if lines and abs((lines[-1][0].y + lines[-1][0].height / 2) - (item.y + item.height / 2)) < item.height / 2:
            lines[-1].append(item)
        else:
            lines.append([item])
    text, locations = "", []
    for line in lines:
        words = one_line(" ".join(item.text for item in sorted(line, key=lambda item: item.x)))
        if not words:
            continue
        text += " " if text else ""
        start = len(text)
        text += words
        x0, y0 = min(i.x for i in line), min(i.y for i in line)
        x1, y1 = max(i.x + i.width for i in line), max(i.y + i.height for i in line)
        box = [min(1.0, max(0.0, v)) for v in (x0 / page.width, y0 / page.height, x1 / page.width, y1 / page.height)]
        locations.append(Location(page.page_num, *box, start, len(text)))
    if not text:
        return None
    kind = {"heading": "Title", "list_item": "ListItem", "code": "CodeSnippet"}.get(block.kind, "NarrativeText")
    return Element(
        kind, text, page=page.page_num, level=block.level if kind == "Title" else None, locations=tuple(locations)
    )
