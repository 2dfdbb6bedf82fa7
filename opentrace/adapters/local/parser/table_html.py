"""The one form in which all parsers give a table: its HTML, and its rows as lines of text."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

from opentrace.ports.document_parser import Link

CELL_SEPARATOR = " | "
MAX_SPAN = 1000


@dataclass(frozen=True, slots=True)
class TableCell:
    text: str
    colspan: int = 1
    rowspan: int = 1
    header: bool = False
    links: tuple[Link, ...] = ()


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


def table_links(rows: Sequence[Sequence[TableCell]]) -> tuple[Link, ...]:
    """The links of the cells, by their places in the text of the table."""
    links: list[Link] = []
    start = 0
    for row in rows:
        for cell in row:
            if cell.text:
                links += (Link(start + link.start, start + link.end, link.url) for link in cell.links)
                start += len(cell.text) + len(CELL_SEPARATOR)
        start += len("\n") - len(CELL_SEPARATOR)
    return tuple(links)


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
    return replace(cell, rowspan=cell.rowspan - 1)


def _cell_html(cell: TableCell) -> str:
    tag = "th" if cell.header else "td"
    colspan = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    rowspan = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    return f"<{tag}{colspan}{rowspan}>{html.escape(cell.text, quote=False)}</{tag}>"
