"""Tables that are drawn with rules: their cells are what the rules enclose, over however many lines of text."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from liteparse.types import VectorGraphics

from opentrace.adapters.local.parser.pdf.layout import Line, Word, lines_of
from opentrace.adapters.local.parser.pdf.tables import Table, TableRow, is_value, is_year
from opentrace.adapters.local.parser.table_html import TableCell

_TOLERANCE = 2.5
_MIN_LENGTH = 6.0
# A frame is closed where its rules run along nearly all of it.
_CLOSED = 0.9
# More rules than any table has: a drawing or a map.
_MAX_RULES = 3000
_MAX_CROSSINGS = 400_000
_MAX_CELL_CHARS = 1000
_MAX_MEAN_CHARS = 250
_MAX_HEADER_CHARS = 60


@dataclass(slots=True)
class _Rule:
    """A straight line at a height (or a place across) from `start` to `end`."""

    at: float
    start: float
    end: float

    def covers(self, place: float) -> bool:
        return self.start - _TOLERANCE <= place <= self.end + _TOLERANCE


@dataclass(slots=True)
class _Grid:
    """Rules that touch each other."""

    across: list[_Rule] = field(default_factory=list[_Rule])
    down: list[_Rule] = field(default_factory=list[_Rule])


def ruled_tables(graphics: VectorGraphics | None, words: Sequence[Word]) -> list[Table]:
    """The tables that the rules of a page enclose, with the words in their cells."""
    if graphics is None or not 4 <= len(graphics.lines) <= _MAX_RULES:
        return []
    across = _merged(
        _Rule((line.y1 + line.y2) / 2, min(line.x1, line.x2), max(line.x1, line.x2))
        for line in graphics.lines
        if abs(line.y1 - line.y2) < 1 <= _MIN_LENGTH <= abs(line.x1 - line.x2)
    )
    down = _merged(
        _Rule((line.x1 + line.x2) / 2, min(line.y1, line.y2), max(line.y1, line.y2))
        for line in graphics.lines
        if abs(line.x1 - line.x2) < 1 <= _MIN_LENGTH <= abs(line.y1 - line.y2)
    )
    if len(across) < 3 or len(down) < 3 or len(across) * len(down) > _MAX_CROSSINGS:
        return []
    tables = [_table(grid, words) for grid in _grids(across, down)]
    return [table for table in tables if table is not None]


def _merged(rules: Iterable[_Rule]) -> list[_Rule]:
    """Rules on the same line that touch are one; lines that are hardly apart are the two sides of one."""
    merged: list[_Rule] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        if merged and rule.at - merged[-1].at <= _TOLERANCE:
            rule = _Rule(merged[-1].at, rule.start, rule.end)
        merged.append(rule)
    joined: list[_Rule] = []
    for rule in sorted(merged, key=lambda rule: (rule.at, rule.start)):
        if joined and joined[-1].at == rule.at and rule.start <= joined[-1].end + _TOLERANCE:
            joined[-1].end = max(joined[-1].end, rule.end)
        else:
            joined.append(rule)
    return joined


def _grids(across: list[_Rule], down: list[_Rule]) -> list[_Grid]:
    parent = list(range(len(across) + len(down)))

    def root(of: int) -> int:
        while parent[of] != of:
            parent[of] = parent[parent[of]]
            of = parent[of]
        return of

    places = [upright.at for upright in down]
    for i, level in enumerate(across):
        first = bisect_left(places, level.start - _TOLERANCE)
        last = bisect_right(places, level.end + _TOLERANCE)
        for j in range(first, last):
            if down[j].covers(level.at):
                parent[root(i)] = root(len(across) + j)
    grids: dict[int, _Grid] = {}
    for i, level in enumerate(across):
        grids.setdefault(root(i), _Grid()).across.append(level)
    for j, upright in enumerate(down, start=len(across)):
        grids.setdefault(root(j), _Grid()).down.append(upright)
    return list(grids.values())


def _table(grid: _Grid, words: Sequence[Word]) -> Table | None:
    xs, ys = sorted({rule.at for rule in grid.down}), sorted({rule.at for rule in grid.across})
    if len(xs) < 3 or len(ys) < 3 or not _is_closed(grid, xs, ys):
        return None
    inside: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        column, row = _place((word.x0 + word.x1) / 2, xs), _place(word.middle, ys)
        if column is not None and row is not None:
            inside.setdefault((row, column), []).append(word)
    cells = _cells(grid, xs, ys)
    filled = [(cell, lines_of(word for place in cell.places for word in inside.get(place, ()))) for cell in cells]
    if _has_rows_within(filled):
        return None
    table = _with_rows(filled, bounds=list(pairwise(xs)))
    return table if table is not None and _is_plausible(table) else None


def _place(at: float, borders: Sequence[float]) -> int | None:
    for index in range(len(borders) - 1):
        if borders[index] <= at < borders[index + 1]:
            return index
    return None


def _is_closed(grid: _Grid, xs: Sequence[float], ys: Sequence[float]) -> bool:
    """Whether rules run around the grid; stripes of colour and underlined numbers do not."""

    def length(rules: Iterable[_Rule], at: float) -> float:
        return sum(rule.end - rule.start for rule in rules if rule.at == at)

    return all(length(grid.down, at) >= _CLOSED * (ys[-1] - ys[0]) for at in (xs[0], xs[-1])) and all(
        length(grid.across, at) >= _CLOSED * (xs[-1] - xs[0]) for at in (ys[0], ys[-1])
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """The rectangle of grid places (row, column) that no rule parts."""

    places: tuple[tuple[int, int], ...]

    @property
    def row(self) -> int:
        return min(row for row, _ in self.places)

    @property
    def column(self) -> int:
        return min(column for _, column in self.places)

    @property
    def rows(self) -> int:
        return max(row for row, _ in self.places) - self.row + 1

    @property
    def columns(self) -> int:
        return max(column for _, column in self.places) - self.column + 1


def _cells(grid: _Grid, xs: Sequence[float], ys: Sequence[float]) -> list[_Cell]:
    group: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for row in range(len(ys) - 1):
        middle_y = (ys[row] + ys[row + 1]) / 2
        for column in range(len(xs) - 1):
            middle_x = (xs[column] + xs[column + 1]) / 2
            place = {(row, column)}
            group[row, column] = place
            if column and not any(rule.at == xs[column] and rule.covers(middle_y) for rule in grid.down):
                _unite(group, group[row, column - 1], place)
            if row and not any(rule.at == ys[row] and rule.covers(middle_x) for rule in grid.across):
                _unite(group, group[row - 1, column], group[row, column])
    unique = {id(places): places for places in group.values()}
    return [_Cell(tuple(sorted(places))) for places in unique.values()]


def _unite(
    group: dict[tuple[int, int], set[tuple[int, int]]], one: set[tuple[int, int]], other: set[tuple[int, int]]
) -> None:
    if one is other:
        return
    one |= other
    for place in other:
        group[place] = one


def _has_rows_within(cells: list[tuple[_Cell, list[Line]]]) -> bool:
    """Whether rules part the columns only: then the cells of a row have the same number of lines, and many."""
    by_row: dict[int, list[int]] = {}
    for cell, lines in cells:
        if lines:
            by_row.setdefault(cell.row, []).append(len(lines))
    return any(
        len(counts) >= 3 and sorted(counts)[len(counts) // 2] >= 3 and counts.count(max(counts)) > 0.5 * len(counts)
        for counts in by_row.values()
    )


def _with_rows(cells: list[tuple[_Cell, list[Line]]], *, bounds: list[tuple[float, float]]) -> Table | None:
    """Rows that have words of their own; cells span only such rows."""
    kept = sorted({cell.row for cell, lines in cells if lines})
    rows: list[TableRow] = []
    for at in kept:
        begun = sorted((cell for cell in cells if cell[0].row == at and cell[1]), key=lambda cell: cell[0].column)
        words = [word for _, lines in begun for line in lines for word in line.words]
        placed = [
            (
                cell.column,
                TableCell(
                    " ".join(line.text for line in lines),
                    colspan=cell.columns,
                    rowspan=sum(1 for row in kept if cell.row <= row < cell.row + cell.rows),
                ),
            )
            for cell, lines in begun
        ]
        rows.append(TableRow(Line(words), placed))
    if len(rows) < 2:
        return None
    _mark_header(rows)
    return Table(rows, len(bounds), bounds)


def _mark_header(rows: list[TableRow]) -> None:
    """The first row, where it is set off in bold, or is short words over longer texts or over values."""
    first, rest = rows[0], rows[1:]
    short = all(len(cell.text) <= _MAX_HEADER_CHARS for _, cell in first.cells) and len(first.cells) > 1
    has_values = any(is_value(part) and not is_year(part) for part in first.line.segments)
    first.header = first.line.bold or (short and not has_values and not any(row.line.bold for row in rest))


def _is_plausible(table: Table) -> bool:
    """Whether it is no frame around running text, nor a form with hardly a word in it."""
    texts = [cell.text for row in table.rows for _, cell in row.cells]
    several = sum(1 for row in table.rows if len(row.cells) > 1)
    longest, mean = max(map(len, texts)), sum(map(len, texts)) / len(texts)
    return several >= 2 and longest <= _MAX_CELL_CHARS and mean <= _MAX_MEAN_CHARS
