"""Finds rows of figures in running text: what is left of a table whose lines a parser could not tell apart.

`Services 21,213 19,604 Total net sales $ 81,797 $ 82,959` is read as two rows. Nothing is guessed where prose only
mentions numbers: a row ends in at least two values that follow each other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from opentrace.adapters.local.extractive_tables import TableRow

_VALUE = re.compile(
    r"""(?<!\S)(?:
        [$€£¥]?\s?\(?-?[$€£¥]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\)?(?:\s?%\)?)?   # 81,797  $ (1,710)
        |[$€£¥]?\s?\(?-?\d+(?:\.\d+)?\)?(?:\s?%\)?)?                        # 15.7 %  (6)%  2023
        |[-–—]
    )(?=\s|$)""",
    re.VERBOSE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(r"[A-Z][a-z]{2,8}\.? \d{1,2},")
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.;]\)?\s")
MIN_VALUES = 2
MIN_ROWS = 2
MAX_LABEL_CHARS = 110


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row and where it stands. What no row covers is prose."""

    row: TableRow
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Values that follow each other, and the words before them."""

    label: str
    start: int
    values: tuple[str, ...]
    end: int

    @property
    def is_years(self) -> bool:
        return all(_YEAR.fullmatch(value) for value in self.values)


def heads_columns(block: str) -> bool:
    """Whether a block is nothing but dates and years over the columns of what follows."""
    runs = _runs(block, 0, len(block))
    return bool(runs) and all(run.is_years for run in runs) and len(block) <= 2 * MAX_LABEL_CHARS


def figure_rows(text: str, start: int, end: int, *, heading: str = "", column_heads: str = "") -> list[FigureRow]:
    """The rows of figures within a range of `text`; none where it is prose.

    `heading` may name groups of columns; `column_heads` is a block before the range for which `heads_columns` holds.
    """
    runs = _runs(text, start, end)
    if len(runs) < MIN_ROWS and not (runs and len(runs[0].values) > MIN_VALUES and end - runs[0].end < 3):
        return []
    columns, runs, repeated = _columns(runs, heading)
    if column_heads and not columns:
        columns = _columns(_runs(column_heads, 0, len(column_heads)), heading, after=column_heads)[0]
    rows: list[FigureRow] = []
    section = ""
    for run in runs:
        label = run.label
        if not rows and repeated:
            label = label.removeprefix(repeated).strip()
        before, colon, after = label.rpartition(":")
        if colon and after.strip():
            section, label = before.strip(), after.strip()
        if not label or len(label) > MAX_LABEL_CHARS:
            continue
        headers = columns if len(columns) == len(run.values) else ("",) * len(run.values)
        name = label if section.lower() in label.lower() else f"{section}, {label}"
        rows.append(FigureRow(TableRow(name, tuple(zip(headers, run.values, strict=True))), run.start, run.end))
    return rows


def _runs(text: str, start: int, end: int) -> list[_Run]:
    runs: list[_Run] = []
    values: list[str] = []
    label_start, values_start, at = start, start, start
    for match in _VALUE.finditer(text, start, end):
        if text[at : match.start()].strip():
            if len(values) >= MIN_VALUES:
                runs.append(_run(text, label_start, values_start, values, at))
                label_start = at
            values = []
        if not values:
            values_start = match.start()
        values.append(_SPACE.sub("", match.group()))
        at = match.end()
    if len(values) >= MIN_VALUES:
        runs.append(_run(text, label_start, values_start, values, at))
    return runs


def _columns(runs: Sequence[_Run], heading: str, *, after: str = "") -> tuple[tuple[str, ...], list[_Run], str]:
    """The headers that runs of years give, the rows that are left, and a word that stood between the years.

    `July 1, June 25, 2023 2022 Change` heads three columns: `July 1, 2023`, `June 25, 2022` and `Change`. `after` is a
    text whose end may have that word again.
    """
    count = 0
    while count < len(runs) and runs[count].is_years:
        count += 1
    head, rest = runs[:count], list(runs[count:])
    if not head:
        return (), rest, ""
    dates = _DATE.findall(head[0].label)
    between = head[1].label if len(head) > 1 and len(head[1].label.split()) <= 2 else ""
    columns: list[str] = []
    for index, run in enumerate(head):
        columns += [between] if index and between else []
        columns += run.values
    if between and ((rest and rest[0].label.startswith(between)) or after.rstrip().endswith(between)):
        columns.append(between)
    years = [index for index, column in enumerate(columns) if _YEAR.fullmatch(column)]
    if len(dates) == len(years):
        for date, index in zip(dates, years, strict=True):
            columns[index] = f"{date} {columns[index]}"
    groups = _groups(heading) or _groups(_DATE.sub("", head[0].label))
    if groups and len(columns) % len(groups) == 0:
        width = len(columns) // len(groups)
        columns = [f"{groups[index // width]} {column}" for index, column in enumerate(columns)]
    return tuple(columns), rest, between


def _groups(heading: str) -> list[str]:
    """`Three Months Ended Nine Months Ended` names two groups of columns: it repeats its last word."""
    words = heading.split()
    if (
        any(char.isdigit() for char in heading)
        or len(words) < 4
        or words.count(words[-1]) < 2
        or len(heading) > MAX_LABEL_CHARS
    ):
        return []
    groups: list[list[str]] = [[]]
    for word in words:
        groups[-1].append(word)
        if word == words[-1]:
            groups.append([])
    return [" ".join(group) for group in groups if group]


def _run(text: str, start: int, values_start: int, values: Sequence[str], end: int) -> _Run:
    """Prose before a row is no part of its label."""
    for match in _SENTENCE_END.finditer(text, start, values_start):
        start = match.end()
    while start < values_start and text[start].isspace():
        start += 1
    return _Run(_SPACE.sub(" ", text[start:values_start]).strip(), start, tuple(values), end)
