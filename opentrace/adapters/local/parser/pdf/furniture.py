"""Finds running headers, footers and page numbers: what stands first or last on many pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opentrace.adapters.local.parser.pdf.layout import Block, Line
from opentrace.adapters.local.parser.pdf.page import PageLayout
from opentrace.ports.document_parser import ElementType

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|página|стр\.)?\s*[-–—|\[(]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*(?:(?:of|/|von|de)\s*\d{1,4})?\s*[-–—|\])]?",
    re.IGNORECASE,
)
_PAGE_OF_PAGES = re.compile(r"(?:page|seite|página)?\s*\d{1,4}\s*(?:of|/|von|de)\s*\d{1,4}", re.IGNORECASE)
_EDGE_LINES = 3
_MIN_PAGES = 3
_MIN_SHARE = 0.1
# What fewer pages repeat may be the title of a part: where it stands first, it is text.
_COMMON_SHARE = 0.5
_MAX_CHARS = 200


@dataclass(slots=True)
class Furniture:
    """The lines that are no part of the text, by identity, with what they are."""

    kinds: dict[int, ElementType]

    @classmethod
    def of(cls, pages: Sequence[PageLayout]) -> "Furniture":
        edges = [(page, list(_edge_lines(page))) for page in pages]
        seen: Counter[tuple[ElementType, str]] = Counter()
        for _, lines in edges:
            seen.update({(kind, _pattern(line)) for kind, _, line in lines})
        needed = max(_MIN_PAGES, _MIN_SHARE * len(pages)) if len(pages) > 2 else 2
        kinds: dict[int, ElementType] = {}
        met: set[tuple[ElementType, str]] = set()
        for _, lines in edges:
            for kind, outermost, line in lines:
                mark = (kind, _pattern(line))
                numbered = _PAGE_OF_PAGES if len(pages) == 1 else _PAGE_NUMBER
                if outermost and numbered.fullmatch(line.text):
                    kinds[id(line)] = "PageNumber"
                elif seen[mark] >= needed and len(line.text) <= _MAX_CHARS and len(pages) > 1:
                    if mark in met or seen[mark] >= _COMMON_SHARE * len(pages):
                        kinds[id(line)] = kind
                    met.add(mark)
        return cls(kinds)

    def kind(self, line: Line) -> ElementType | None:
        return self.kinds.get(id(line))


def _pattern(line: Line) -> str:
    return _DIGITS.sub("#", line.text).lower()


def _edge_lines(page: PageLayout) -> Iterator[tuple[ElementType, bool, Line]]:
    """The first and last lines of a page by height, and whether nothing stands beyond them."""
    lines = sorted(
        (line for part in page.parts if isinstance(part, Block) for line in part.lines), key=lambda line: line.y0
    )
    tops = [part.rows[0].line.y0 for part in page.parts if not isinstance(part, Block)]
    bottoms = [part.rows[-1].line.y1 for part in page.parts if not isinstance(part, Block)]
    first_table, last_table = min(tops, default=page.height), max(bottoms, default=0.0)
    for at, line in enumerate(lines[:_EDGE_LINES]):
        if line.y0 < first_table and line.y0 < 0.3 * page.height:
            yield "Header", at == 0, line
    for at, line in enumerate(reversed(lines[-_EDGE_LINES:])):
        if line.y1 > last_table:
            yield "Footer", at == 0, line
