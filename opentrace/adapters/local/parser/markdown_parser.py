"""Markdown: CommonMark and tables, by markdown-it-py."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from opentrace.adapters.local.parser.charset import decode
from opentrace.adapters.local.parser.cleaning import clean, clean_lines
from opentrace.adapters.local.parser.html_parser import html_fragment_elements
from opentrace.adapters.local.parser.links import MAX_LINKS, LinkedText
from opentrace.adapters.local.parser.table_html import (
    TableCell,
    table_html,
    table_links,
    table_text,
    without_empty_rows,
)
from opentrace.adapters.local.parser.text_parser import parse_text
from opentrace.ports.document_parser import Element, ElementType, Link, ParsedDocument

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MAX_NESTING = 100
_FRONT_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


def parse_markdown(data: bytes) -> ParsedDocument:
    """Front matter is dropped but for its title. Locations are absent: the format has no pages."""
    text = clean(decode(data))
    title = None
    front = _FRONT_MATTER.match(text)
    if front is not None:
        named = _FRONT_TITLE.search(front.group(1))
        title = named.group(1).strip("'\"") if named else None
        text = text[front.end() :]
    tokens = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"]).parse(text)
    elements = tuple(_elements(tokens))
    if not elements:
        return parse_text(text.encode())
    heading = next((element.text for element in elements if element.type == "Title"), None)
    return ParsedDocument(elements, title=title or heading, facts={"format": "markdown"})


def _elements(tokens: Sequence[Token]) -> Iterator[Element]:
    lists = 0
    level: int | None = None
    rows: list[list[TableCell]] | None = None
    for token in tokens:
        match token.type:
            case "heading_open":
                level = int(token.tag[1:])
            case "heading_close":
                level = None
            case "list_item_open":
                lists += 1
            case "list_item_close":
                lists -= 1
            case "table_open":
                rows = []
            case "tr_open" if rows is not None:
                rows.append([])
            case "inline" if rows is not None:
                text, links = _inline(token)
                rows[-1].append(TableCell(text, header=len(rows) == 1, links=links))
            case "table_close" if rows is not None:
                kept = without_empty_rows(rows)
                if kept:
                    yield Element("Table", table_text(kept), html=table_html(kept), links=table_links(kept)[:MAX_LINKS])
                rows = None
            case "inline":
                text, links = _inline(token)
                if text:
                    kind: ElementType = "Title" if level else "ListItem" if lists else "NarrativeText"
                    yield Element(kind, text, level=level, links=links)
            case "fence" | "code_block":
                if token.content.strip():
                    yield Element("CodeSnippet", token.content.strip("\n"))
            case "html_block":
                yield from html_fragment_elements(token.content)
            case _:
                pass


def _inline(token: Token) -> tuple[str, tuple[Link, ...]]:
    gathered = LinkedText()
    for child in token.children or []:
        match child.type:
            case "text" | "code_inline" | "image":
                gathered.add(child.content)
            case "softbreak":
                gathered.add(" ")
            case "hardbreak":
                gathered.add("\n")
            case "link_open":
                gathered.open(str(child.attrGet("href") or ""))
            case "link_close":
                gathered.close()
            case _:
                pass
    return gathered.take(clean_lines)
