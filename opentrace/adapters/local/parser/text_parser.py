"""Plain text: paragraphs, lists and underlined or capitalised headings, by their lines."""

import re

from opentrace.adapters.local.parser.charset import decode
from opentrace.adapters.local.parser.cleaning import clean
from opentrace.ports.document_parser import Element, ParsedDocument

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
_BULLET = re.compile(r"\s*(?:[-*+•‣◦▪·–]|\(?(?:\d{1,3}|[a-zA-Z])[.)])\s+\S")
_UNDERLINE = re.compile(r"(=|-|~|\^|#|\*)\1{2,}\s*$")
_MAX_HEADING_CHARS = 80
_WRAP_COLUMNS = 120


def parse_text(data: bytes) -> ParsedDocument:
    """Locations are absent: the format has no pages."""
    text = clean(decode(data))
    elements: list[Element] = []
    for block in _BLANK_LINES.split(text.strip("\n")):
        elements.extend(_block_elements(block))
    first = elements[0] if elements else None
    title = first.text if first is not None and first.type == "Title" else None
    return ParsedDocument(tuple(elements), title=title, facts={"format": "text"})


def _block_elements(block: str) -> list[Element]:
    lines = [line.rstrip() for line in block.split("\n") if line.strip()]
    if not lines:
        return []
    if len(lines) > 1 and _UNDERLINE.match(lines[1]) and len(lines[0]) <= _MAX_HEADING_CHARS:
        level = 1 if lines[1].startswith("=") else 2
        return [Element("Title", lines[0].strip(), level=level), *_block_elements("\n".join(lines[2:]))]
    if len(lines) == 1 and _is_capitalised(lines[0]):
        return [Element("Title", lines[0].strip(), level=1)]
    if _BULLET.match(lines[0]):
        return [Element("ListItem", _joined(item)) for item in _items(lines)]
    return [Element("NarrativeText", _joined(lines))]


def _is_capitalised(line: str) -> bool:
    words = line.strip()
    return words.isupper() and 3 < len(words) <= _MAX_HEADING_CHARS and words[-1] not in ".,;"


def _items(lines: list[str]) -> list[list[str]]:
    items: list[list[str]] = []
    for line in lines:
        if _BULLET.match(line) or not items:
            items.append([line])
        else:
            items[-1].append(line)
    return items


def _joined(lines: list[str]) -> str:
    """A paragraph that was wrapped at some column as one line; anything else line by line."""
    width = max(len(line) for line in lines)
    wrapped = width <= _WRAP_COLUMNS and all(len(line) > 0.6 * width for line in lines[:-1])
    prose = sum(line.count(" ") for line in lines) > 3 * len(lines)
    return (" " if wrapped and prose else "\n").join(line.strip() for line in lines)
