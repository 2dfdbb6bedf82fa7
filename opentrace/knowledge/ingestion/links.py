"""Shows where the links of a passage lead, in the text that people see; what is searched stays as it is."""

from collections.abc import Iterable, Iterator, Sequence

from opentrace.ports.document_parser import Link

MAX_LINKS = 100
"""Of a passage."""


def with_links(texts: Iterable[tuple[str, Sequence[Link], bool]]) -> Iterator[str]:
    """Each text with its links, and whether it is a table: then they stand below it, for its lines are its rows."""
    left = MAX_LINKS
    for text, links, is_table in texts:
        shown = links[:left]
        left -= len(shown)
        if not is_table:
            yield _inside(text, shown)
        elif shown:
            yield "\n\n".join([text, *(f"{text[link.start : link.end]} ({link.url})" for link in shown)])
        else:
            yield text


def _inside(text: str, links: Sequence[Link]) -> str:
    parts: list[str] = []
    start = 0
    for link in links:
        parts.append(f"{text[start : link.end]} ({link.url})")
        start = link.end
    return "".join([*parts, text[start:]])
