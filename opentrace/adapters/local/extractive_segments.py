"""Cuts a passage into what can be quoted: sentences, list items and table rows, each with its character range."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from opentrace.adapters.local.extractive_figures import figure_rows, heads_columns
from opentrace.adapters.local.extractive_tables import TableRow, match_table, table_rows

SegmentKind = Literal["sentence", "item", "row"]

_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_BULLET = re.compile(r"[ \t]*(?:[-–—*•‣◦▪●○■□✓]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])[ \t]+")
_BOUNDARY = re.compile(
    r"""(?:[.!?…]+["'”’»)\]]*(?=\s)   # an end of a sentence before white space
    |[。！？]["'”’」』）]*)\s*          # or one of the scripts that write none
    """,
    re.VERBOSE,
)
_STARTS_SENTENCE = re.compile(r"""["'“‘«(\[]*[^\W_a-zß-öø-ÿ]|[-–•*]""")
_LAST_WORD = re.compile(r"[\w.&]+\.$")
_ABBREVIATIONS = frozenset(
    [
        *("mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "rev", "hon", "gen", "col", "capt", "lt", "sgt"),
        *("inc", "corp", "ltd", "co", "llc", "bros", "plc", "dept", "univ", "assn", "est"),
        *("e.g", "i.e", "cf", "vs", "viz", "al", "approx", "ca", "no", "nos", "vol", "fig", "figs", "eq", "sec"),
        *("ch", "art", "par", "pp", "p", "ed", "eds", "tab", "ref", "refs", "min", "max", "avg"),
        *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
        *("z.b", "d.h", "bzw", "usw", "nr", "abs", "vgl", "bspw", "u.s", "u.k", "u.n", "a.m", "p.m", "ph.d"),
    ]
)
_TERMINAL = re.compile(r"""[.!?…:;。！？]["'”’»)\]]*$""")
_SPACE = re.compile(r"\s+")
MAX_HEADING_CHARS = 120
MAX_SENTENCE_CHARS = 420


@dataclass(frozen=True, slots=True)
class Segment:
    """`text` is in reading form; `start` and `end` delimit where it stands in the passage.

    `heading` is the heading above it within the passage; a row carries its `row` with the column headers.
    """

    text: str
    start: int
    end: int
    kind: SegmentKind
    heading: str = ""
    row: TableRow | None = None


def split_segments(text: str, *, tables: Sequence[str] = ()) -> list[Segment]:
    """The segments of a passage in order. `tables` are the HTML of tables whose rows are lines of `text`."""
    parsed = [rows for rows in (table_rows(html) for html in tables) if rows]
    segments: list[Segment] = []
    heading = column_heads = ""
    for start, end in _blocks(text):
        lines = _lines(text, start, end)
        rows = match_table([text[a:b] for a, b in lines], parsed)
        if rows is not None:
            segments += [
                Segment(row.text, a, b, "row", heading, row)
                for (a, b), row in zip(lines, rows, strict=True)
                if row is not None
            ]
        elif heads_columns(text[start:end]):
            column_heads = text[start:end]
        elif _is_heading(text, lines):
            heading, column_heads = _tidy(text[start:end]), ""
        else:
            segments += _prose(text, lines, heading, column_heads)
    return segments


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in _BLANK_LINE.finditer(text):
        if text[start : gap.start()].strip():
            yield start, gap.start()
        start = gap.end()
    if text[start:].strip():
        yield start, len(text)


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    for line in text[start:end].split("\n"):
        if line.strip():
            lines.append((start, start + len(line)))
        start += len(line) + 1
    return lines


def _is_heading(text: str, lines: list[tuple[int, int]]) -> bool:
    start, end = lines[0][0], lines[-1][1]
    line = text[start:end].strip()
    return (
        len(lines) <= 2
        and len(line) <= MAX_HEADING_CHARS
        and not _TERMINAL.search(line)
        and not _BULLET.match(line)
        and not re.search(r"\d[\d.,]*\s*%|[$€£]\s*\d", line)
        and len(line.split()) <= 14
    )


def _prose(text: str, lines: list[tuple[int, int]], heading: str, column_heads: str) -> Iterator[Segment]:
    """Sentences, across line breaks; a bullet begins a new item; short lines without an end stand for themselves."""
    ends = sum(bool(_TERMINAL.search(text[a:b].rstrip())) for a, b in lines)
    listed = len(lines) >= 3 and ends <= len(lines) // 4 and _mean_length(lines) < 60
    group: list[tuple[int, int]] = []
    for line in lines:
        if group and (listed or _BULLET.match(text[line[0] : line[1]])):
            yield from _paragraph(text, group[0][0], group[-1][1], heading, column_heads)
            group = []
        group.append(line)
    if group:
        yield from _paragraph(text, group[0][0], group[-1][1], heading, column_heads)


def _paragraph(text: str, start: int, end: int, heading: str, column_heads: str) -> Iterator[Segment]:
    """Rows of figures, and the sentences around them."""
    at = start
    for found in figure_rows(text, start, end, heading=heading, column_heads=column_heads):
        yield from _sentences(text, at, found.start, heading)
        yield Segment(found.row.text, found.start, found.end, "row", heading, found.row)
        at = found.end
    yield from _sentences(text, at, end, heading)


def _mean_length(lines: list[tuple[int, int]]) -> float:
    return sum(end - start for start, end in lines) / len(lines)


def _sentences(text: str, start: int, end: int, heading: str) -> Iterator[Segment]:
    if not text[start:end].strip():
        return
    kind: SegmentKind = "sentence"
    if bullet := _BULLET.match(text, start, end):
        kind = "item"
        start = bullet.end()
    for a, b in _sentence_ranges(text, start, end):
        for part_start, part_end in _parts(text, a, b):
            if tidy := _tidy(text[part_start:part_end]):
                yield Segment(tidy, part_start, part_end, kind, heading)


def _sentence_ranges(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for boundary in _BOUNDARY.finditer(text, start, end):
        if boundary.end() < end and _ends_sentence(text, at, boundary, end):
            yield at, boundary.start() + len(boundary.group().rstrip())
            at = boundary.end()
    if text[at:end].strip():
        yield at, at + len(text[at:end].rstrip())


def _ends_sentence(text: str, start: int, boundary: re.Match[str], end: int) -> bool:
    mark = boundary.group().strip()
    if mark[0] in "。！？":
        return True
    if not _STARTS_SENTENCE.match(text, boundary.end(), end) and not text[boundary.end()].isdigit():
        return False
    if mark.startswith((".", "…")) and not mark.startswith(".."):
        before = _LAST_WORD.search(text, max(start, boundary.start() - 24), boundary.start() + 1)
        word = before.group()[:-1].lower() if before else ""
        if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
            return False
        if word.isdigit() and len(word) <= 3 and boundary.start() - start <= 4:
            return False  # "1. Introduction"
    return True


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence too long to quote is cut where it has a semicolon, or an end that no capital follows."""
    if end - start <= MAX_SENTENCE_CHARS:
        yield start, end
        return
    at = start
    for match in re.finditer(r"[;.!?]\s+", text[start:end]):
        cut = start + match.start() + 1
        if cut - at >= 80:
            yield at, cut
            at = start + match.end()
    yield at, end


def _tidy(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
