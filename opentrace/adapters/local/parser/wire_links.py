"""Links as JSON values, and back: three values each, one after the other."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from opentrace.adapters.local.parser.links import MAX_LINKS, is_web_address
from opentrace.adapters.local.parser.wire_values import MalformedMessage, is_count, is_text
from opentrace.ports.document_parser import Link


def link_values(links: Sequence[Link]) -> list[Any]:
    return [value for link in links for value in (link.start, link.end, link.url)]


def decode_links(values: object, *, chars: int) -> tuple[Link, ...]:
    """The links of a text of so many characters. Raises MalformedMessage."""
    if not isinstance(values, list):
        raise MalformedMessage("links")
    items = cast("list[object]", values)
    if len(items) % 3 or len(items) > 3 * MAX_LINKS:
        raise MalformedMessage("the number of links")
    return tuple(_links(items, chars))


def _links(items: list[object], chars: int) -> Iterator[Link]:
    for values in zip(items[::3], items[1::3], items[2::3], strict=True):
        match values:
            case (int(start), int(end), str(url)) if is_count(start) and start < end <= chars:
                if not (is_text(url) and is_web_address(url)):
                    raise MalformedMessage("the address of a link")
                yield Link(start, end, url)
            case _:
                raise MalformedMessage("the place of a link")
