"""Where chunks begin, beside Unstructured's `chunk_by_title` on the same elements; each difference with its reason.

Beyond starts: whether chunks of the same elements have the same words, and into how many chunks long elements are cut.

    python -m benchmarks.chunking --data FOLDER [--json FILE]

The folder holds PDFs. Unstructured is part of benchmarks/yardsticks.txt.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine, save
from opentrace.adapters.local.parser.pdf import parse_pdf
from opentrace.knowledge.ingestion.chunk import COMBINE_UNDER_CHARS, MAX_CHARS, NEW_AFTER_CHARS, chunk_elements
from opentrace.ports.document_parser import Element, Location, ParseLimits

BOILERPLATE = ("Header", "Footer", "PageNumber")
LEADS = ("Title", "FigureCaption")
# Unstructured's classes for ours; what it has no class for is text to it.
CLASSES = {"Title": "Title", "ListItem": "ListItem", "Table": "Table", "FigureCaption": "FigureCaption"}


@dataclass(frozen=True, slots=True)
class Made:
    """A chunk: the elements that it has (a part of), by their places, and its words."""

    elements: tuple[int, ...]
    words: str


def ours(elements: Sequence[Element], *, title: str | None) -> list[Made]:
    """An element's place goes along as its page."""
    numbered = [
        replace(element, page=at, locations=(Location(at, 0, 0, 1, 1, 0, len(element.text)),), image=None)
        for at, element in enumerate(elements)
    ]
    return [
        Made(tuple(dict.fromkeys(location.page for location in chunk.locations)), _words(chunk.content))
        for chunk in chunk_elements(numbered, title=title)
    ]


def theirs(elements: Sequence[Element]) -> list[Made]:
    classes: Any = import_module("unstructured.documents.elements")
    titles: Any = import_module("unstructured.chunking.title")
    given: list[Any] = []
    for number, element in enumerate(elements):
        made = getattr(classes, CLASSES.get(element.type, "NarrativeText"))(element.text, element_id=str(number))
        if element.html:
            made.metadata.text_as_html = element.html
        given.append(made)
    chunks = titles.chunk_by_title(
        given,
        max_characters=MAX_CHARS,
        new_after_n_chars=NEW_AFTER_CHARS,
        combine_text_under_n_chars=COMBINE_UNDER_CHARS,
    )
    return [Made(tuple(int(part.id) for part in chunk.metadata.orig_elements), _words(chunk.text)) for chunk in chunks]


def _words(text: str) -> str:
    """Without what cells are parted by, which is not of the document."""
    return " ".join(text.replace(" | ", " ").split())


def cut(made: Sequence[Made]) -> Counter[int]:
    """The elements that several chunks have parts of, with how many those are."""
    chunks = Counter(at for one in made for at in one.elements)
    return Counter({at: count for at, count in chunks.items() if count > 1})


def same_words(own: Sequence[Made], other: Sequence[Made]) -> Iterator[str]:
    """For each chunk that both make of the same whole elements."""
    in_parts = cut(own).keys() | cut(other).keys()
    by_elements = {made.elements: made.words for made in other}
    for made in own:
        if made.elements in by_elements and in_parts.isdisjoint(made.elements):
            alike = by_elements[made.elements] == made.words
            yield "chunks of the same elements, " + ("in the same words" if alike else "in other words")


def cut_elements(elements: Sequence[Element], own: Sequence[Made], other: Sequence[Made]) -> Iterator[str]:
    parts = [cut(own), cut(other)]
    for at in sorted(parts[0].keys() | parts[1].keys()):
        kind = "table" if elements[at].type == "Table" else "text"
        long = "longer than a chunk" if len(elements[at].text) > MAX_CHARS else "that fits into a chunk"
        yield f"a {kind} {long}: in {max(1, parts[0][at])} parts, theirs {max(1, parts[1][at])}"


def differences(elements: Sequence[Element], ours: Sequence[int], theirs: Sequence[int]) -> Iterator[str]:
    """A reason for each start that only one has. A start in the middle of an element counts as that element's."""
    own, other = set(ours), set(theirs)
    for at in sorted(own ^ other):
        yield _reason(elements, at, is_ours=at in own)


def _reason(elements: Sequence[Element], at: int, *, is_ours: bool) -> str:
    who = "only ours" if is_ours else "only theirs"
    element, above = elements[at], elements[at - 1] if at else None
    if not is_ours and element.type == "Table" and above is not None and _announces(above):
        return f"{who}: at a table, after the heading, caption or sentence that ours takes along"
    if is_ours and _announces(element):
        table = next((place for place in range(at, len(elements)) if not _announces(elements[place])), None)
        if table is not None and elements[table].type == "Table":
            return f"{who}: at the heading, caption or sentence that a table takes along"
    if not is_ours and above is not None and above.type in LEADS:
        return f"{who}: between a heading and the text below it"
    if element.type == "Title":
        return f"{who}: at a heading, a small section having been combined with the other neighbour"
    return f"{who}: inside of a section, which was entered at another place"


def _announces(element: Element) -> bool:
    return element.type in LEADS or (element.type == "NarrativeText" and element.text.endswith(":"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of PDFs")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    if find_spec("unstructured") is None:
        parser.error("Unstructured is not installed: pip install -r benchmarks/yardsticks.txt")
    found: Counter[str] = Counter()
    within: Counter[str] = Counter()
    ours_total = theirs_total = shared = 0
    for path in sorted(arguments.data.glob("*.pdf")):
        document = parse_pdf(path.read_bytes(), limits=ParseLimits(), on_page=lambda _done, _total: None)
        elements = [one for one in document.elements if one.type not in BOILERPLATE and one.text.strip()]
        own, other = ours(elements, title=document.title), theirs(elements)
        own_starts, other_starts = [made.elements[0] for made in own], [made.elements[0] for made in other]
        ours_total, theirs_total = ours_total + len(own), theirs_total + len(other)
        shared += len(set(own_starts) & set(other_starts))
        found.update(differences(elements, own_starts, other_starts))
        within.update(same_words(own, other))
        within.update(cut_elements(elements, own, other))
    table = Table(title=f"{ours_total} chunks, Unstructured {theirs_total}; {shared} begin alike", title_justify="left")
    table.add_column("difference")
    table.add_column("starts", justify="right")
    for reason, count in found.most_common():
        table.add_row(reason, str(count))
    inner = Table("chunks and elements", "number", title="Within chunks", title_justify="left")
    for what, count in sorted(within.items()):
        inner.add_row(what, str(count))
    Console(width=140).print(table, inner)
    totals = {"machine": machine(), "ours": ours_total, "theirs": theirs_total, "shared": shared}
    save(totals | dict(found + within), arguments.json)


if __name__ == "__main__":
    main()
