"""The one form in which all parsers give a table: its HTML, and its rows as lines of text."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

CELL_SEPARATOR = " | "
MAX_SPAN = 1000


@dataclass(frozen=True, slots=True)
class TableCell:
    text: str
    colspan: int = 1
    rowspan: int = 1
    header: bool = False


def table_html(rows: Sequence[Sequence[TableCell]]) -> str:
    """A `<table>` without attributes but colspan and rowspan; all text is escaped."""
    body = "".join(f"<tr>{''.join(map(_cell_html, row))}</tr>" for row in rows)
    return f"<table>{body}</table>"


def row_text(row: Sequence[TableCell]) -> str:
    """The cells that are not empty, in one line."""
    return CELL_SEPARATOR.join(cell.text.replace("\n", " ") for cell in row if cell.text)


def table_text(rows: Sequence[Sequence[TableCell]]) -> str:
    """One line a row."""
    return "\n".join(map(row_text, rows))


def without_empty_rows(rows: Sequence[Sequence[TableCell]]) -> list[list[TableCell]]:
    """Rows that have text, so that lines of text and rows of HTML stay the same number.

    A row that is dropped is taken off the cells that span it.
    """
    kept: list[list[TableCell]] = [list(row) for row in rows]
    for at in reversed(range(len(kept))):
        if any(cell.text for cell in kept[at]):
            continue
        for above in range(at):
            kept[above] = [_shortened(cell) if above + cell.rowspan > at else cell for cell in kept[above]]
        del kept[at]
    return kept


def _shortened(cell: TableCell) -> TableCell:
    return TableCell(cell.text, cell.colspan, cell.rowspan - 1, cell.header)


def _cell_html(cell: TableCell) -> str:
    tag = "th" if cell.header else "td"
    colspan = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    rowspan = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    return f"<{tag}{colspan}{rowspan}>{html.escape(cell.text, quote=False)}</{tag}>"
