"""Cuts the text of a chunk into windows that an embedding model reads whole.

A model reads only so many tokens; what is past them would be invisible to search. So every window gets a vector.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

_SENTENCE_BORDER = re.compile(r"""(?<=[.!?…])["'”’)\]]*\s+(?=[^a-z\s])|(?<=[。！？])["'”’)\]]*\s*|\n+""")
_WORD_BORDER = re.compile(r"\s+")

OVERLAP_SHARE = 1 / 6
"""Of a window: sentences from the end of the one before, so that a statement is not cut from its reason."""


def split_windows(
    text: str, *, offsets: Sequence[tuple[int, int]], budget_tokens: int, overlap_share: float = OVERLAP_SHARE
) -> list[tuple[int, int]]:
    """Character ranges, in order, that together hold all of `text` but the white space around them.

    `offsets` are the character ranges of the tokens of `text`; no range holds more than `budget_tokens` of them. There
    are as few ranges as possible, of about the same length, and their borders are those of sentences; a sentence that
    is too long is cut between words, a word that is too long between tokens. Blank text has no window.
    """
    starts = [start for start, _ in offsets]
    end = len(text.rstrip())
    if end == 0:
        return []
    if _tokens(starts, 0, end) <= budget_tokens:
        return [_trimmed(text, 0, end)]
    overlap = int(budget_tokens * overlap_share)
    limit = max(1, budget_tokens - overlap)
    pieces = _pieces(text[:end], starts, limit)
    sizes = [_tokens(starts, start, stop) for start, stop in pieces]
    windows: list[tuple[int, int]] = []
    for first, last in _even_groups(sizes, limit=limit):
        room = overlap
        while windows and first > 0 and sizes[first - 1] <= room:
            first -= 1
            room -= sizes[first]
        windows.append(_trimmed(text, pieces[first][0], pieces[last - 1][1]))
    return windows


def _even_groups(sizes: Sequence[int], *, limit: int) -> list[tuple[int, int]]:
    """As few groups as `limit` allows, filled to the least limit that needs no more of them: no sliver at the end."""
    groups = _pack(sizes, limit=limit)
    low, high = max(-(-sum(sizes) // len(groups)), *sizes), limit
    while low < high:
        middle = (low + high) // 2
        if len(_pack(sizes, limit=middle)) <= len(groups):
            high = middle
        else:
            low = middle + 1
    return _pack(sizes, limit=low)


def _pack(sizes: Sequence[int], *, limit: int) -> list[tuple[int, int]]:
    """Half-open ranges of pieces, each of at most `limit` tokens."""
    groups: list[tuple[int, int]] = []
    first, held = 0, 0
    for index, size in enumerate(sizes):
        if index > first and held + size > limit:
            groups.append((first, index))
            first, held = index, 0
        held += size
    groups.append((first, len(sizes)))
    return groups


def _tokens(starts: Sequence[int], start: int, end: int) -> int:
    return bisect_left(starts, end) - bisect_left(starts, start)


def _pieces(text: str, starts: Sequence[int], budget: int) -> list[tuple[int, int]]:
    """Sentences with the space behind them, none of more than `budget` tokens."""
    pieces: list[tuple[int, int]] = []
    start = 0
    for end in [match.end() for match in _SENTENCE_BORDER.finditer(text)] + [len(text)]:
        while _tokens(starts, start, end) > budget:
            cut = _cut(text, start, starts[bisect_left(starts, start) + budget])
            pieces.append((start, cut))
            start = cut
        if end > start:
            pieces.append((start, end))
        start = end
    return pieces


def _cut(text: str, start: int, limit: int) -> int:
    """The last border of words in the second half of the range, else its end."""
    middle = start + (limit - start) // 2
    borders = [match.end() for match in _WORD_BORDER.finditer(text, middle, limit)]
    return borders[-1] if borders else limit


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
