"""What a tagged PDF says of its headings: which pieces of marked content they are made of, and their levels."""

import re
from collections.abc import Iterator

from liteparse.types import StructureTree, StructureTreeElement

_HEADING = re.compile(r"(?:H|h|Heading[ _]?)([1-6])")
_MAX_DEPTH = 60


def heading_tags(tree: StructureTree | None) -> dict[int | None, int]:
    """The level of each piece of marked content that belongs to a heading."""
    if tree is None or not tree.roots:
        return {}
    return {content: level for root in tree.roots for content, level in _headings(root, None, _MAX_DEPTH)}


def _headings(element: StructureTreeElement, level: int | None, depth: int) -> Iterator[tuple[int, int]]:
    named = _HEADING.fullmatch(element.type)
    level = int(named.group(1)) if named is not None else level
    if level is not None:
        yield from ((content, level) for content in element.marked_content_ids)
    if depth:
        for child in element.children:
            yield from _headings(child, level, depth - 1)
