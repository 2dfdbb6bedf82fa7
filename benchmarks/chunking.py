"""Where chunks begin, beside Unstructured's `chunk_by_title` on the same elements; each difference with its reason.

    python -m benchmarks.chunking --data FOLDER [--json FILE]

The folder holds PDFs. Unstructured is part of benchmarks/yardsticks.txt.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine
from opentrace.adapters.local.parser.pdf import parse_pdf
from opentrace.knowledge.ingestion.chunk import COMBINE_UNDER_CHARS, MAX_CHARS, NEW_AFTER_CHARS, chunk_elements
from opentrace.ports.document_parser import Element, ParsedDocument, ParseLimits

BOILERPLATE = ("Header", "Footer", "PageNumber")
LEADS = ("Title", "FigureCaption")
# Unstructured's classes for ours; what it has no class for is text to it.
CLASSES = {"Title": "Title", "ListItem": "ListItem", "Table": "Table", "FigureCaption": "FigureCaption"}


def our_starts(document: ParsedDocument, elements: Sequence[Element]) -> list[int]:
    """The element with which each chunk begins."""
    starts: list[int] = []
    at = 0
    for chunk in chunk_elements(document.elements, title=document.title):
        begins = chunk.content[:40].split("\n")[0]
        at = next((place for place in range(at, len(elements)) if begins in elements[place].text), at)
        starts.append(at)
    return starts


def their_starts(elements: Sequence[Element]) -> list[int]:
    classes: Any = import_module("unstructured.documents.elements")
    titles: Any = import_module("unstructured.chunking.title")
    theirs: list[Any] = []
    for number, element in enumerate(elements):
        made = getattr(classes, CLASSES.get(element.type, "NarrativeText"))(element.text, element_id=str(number))
        if element.html:
            made.metadata.text_as_html = element.html
        theirs.append(made)
    chunks = titles.chunk_by_title(
        theirs,
        max_characters=MAX_CHARS,
        new_after_n_chars=NEW_AFTER_CHARS,
        combine_text_under_n_chars=COMBINE_UNDER_CHARS,
    )
    return [int(chunk.metadata.orig_elements[0].id) for chunk in chunks]


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
    ours_total = theirs_total = shared = 0
    for path in sorted(arguments.data.glob("*.pdf")):
        document = parse_pdf(path.read_bytes(), limits=ParseLimits(), on_page=lambda _done, _total: None)
        elements = [one for one in document.elements if one.type not in BOILERPLATE and one.text.strip()]
        ours, theirs = our_starts(document, elements), their_starts(elements)
        ours_total, theirs_total = ours_total + len(ours), theirs_total + len(theirs)
        shared += len(set(ours) & set(theirs))
        found.update(differences(elements, ours, theirs))
    table = Table(title=f"{ours_total} chunks, Unstructured {theirs_total}; {shared} begin alike", title_justify="left")
    table.add_column("difference")
    table.add_column("starts", justify="right")
    for reason, count in found.most_common():
        table.add_row(reason, str(count))
    Console(width=140).print(table)
    if arguments.json is not None:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        figures = {"machine": machine(), "ours": ours_total, "theirs": theirs_total, "shared": shared} | dict(found)
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
