"""What the owner of a PDF should know about how it was read."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from opentrace.adapters.local.parser.pdf.page import PageLayout
from opentrace.adapters.local.parser.pdf.pictures import PictureBudget
from opentrace.ports.document_parser import Element, Finding

_BOILERPLATE = ("Header", "Footer", "PageNumber")
# Without the joiners, which some scripts and emoji are written with.
_ZERO_WIDTH = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
_MANY_ZERO_WIDTH = 4


def findings_of(pages: Sequence[PageLayout], elements: Sequence[Element], budget: PictureBudget) -> Iterator[Finding]:
    yield from _hidden(pages)
    yield from _zero_width(elements)
    left_out = budget.left_out + sum(page.pictures_left_out for page in pages)
    if left_out:
        yield Finding(
            "images_left_out",
            "info",
            f"{_number(left_out, 'picture')} could not be taken: too large, damaged or of an unusual kind.",
            "Save the file anew with smaller pictures if they matter.",
            count=left_out,
        )
    if budget.taken:
        repeated = f" {_number(budget.repeated, 'repetition')} of them left out." if budget.repeated else ""
        yield Finding(
            "images_found", "info", f"{_number(budget.taken, 'picture')} taken.{repeated}", count=budget.taken
        )
    tables = [element for element in elements if element.type == "Table"]
    if tables:
        found = tuple(sorted({element.page for element in tables if element.page is not None}))
        yield Finding("tables_found", "info", f"{_number(len(tables), 'table')} found.", pages=found, count=len(tables))
    yield from _boilerplate(elements)


def _hidden(pages: Sequence[PageLayout]) -> Iterator[Finding]:
    hidden = {page.number: page.hidden_chars for page in pages if page.hidden_chars}
    if hidden:
        chars = sum(hidden.values())
        yield Finding(
            "hidden_text",
            "warning",
            f"{_number(chars, 'character')} of text that no reader sees (without ink, in the colour of the paper, or "
            "too small) left out.",
            "Look at where the file comes from: hidden text is written for machines. The passages are without it.",
            pages=tuple(sorted(hidden)),
            count=chars,
        )


def _zero_width(elements: Sequence[Element]) -> Iterator[Finding]:
    by_page: Counter[int] = Counter()
    for element in elements:
        if not element.text.isascii():
            by_page[element.page or 0] += len(_ZERO_WIDTH.findall(element.text))
    if by_page.total() >= _MANY_ZERO_WIDTH:
        yield Finding(
            "zero_width_text",
            "warning",
            f"{_number(by_page.total(), 'character')} without width stand in the text.",
            "They may hide words from readers, or words from search. Save the file anew without them if you know of no "
            "reason for them.",
            pages=tuple(sorted(page for page, count in by_page.items() if page and count)),
            count=by_page.total(),
        )


def _boilerplate(elements: Sequence[Element]) -> Iterator[Finding]:
    kinds = Counter(element.type for element in elements if element.type in _BOILERPLATE)
    if kinds:
        yield Finding(
            "boilerplate_dropped",
            "info",
            f"{_number(kinds.total(), 'header, footer or page number', 'headers, footers and page numbers')} kept out "
            "of the passages.",
            count=kinds.total(),
            details={_DETAILS[kind]: count for kind, count in kinds.items()},
        )


_DETAILS = {"Header": "headers", "Footer": "footers", "PageNumber": "page_numbers"}


def _number(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
