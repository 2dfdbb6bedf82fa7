"""PDFs whose text, order and tables are known because they are made here: truth for what no data set says exactly."""

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate, Paragraph, Spacer, Table

MARGIN = 60.0
GUTTER = 18.0
_ROW_POINTS = 17.0
_WORDS = """
    river valley season water level station report record annual measure section channel bridge village harbour
    engineer survey winter spring summer autumn rainfall current gauge average maximum northern southern eastern
    western network sediment reservoir capacity discharge storage quality sample method result analysis period
    project budget council district regional national programme schedule contract delivery equipment maintenance
    inspection structure foundation concrete timber steel operation permit safety training estimate forecast
    revenue interest income expense asset liability equity depreciation goodwill inventory payable receivable
""".split()  # noqa: SIM905 -- a list of as many literals says no more
_BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10, leading=12.5, spaceAfter=7)
_CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=8.5, leading=10.5)
_HEAD = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=8.5, leading=10.5)


@dataclass
class Truth:
    """What a generated PDF holds. `tables` are rows of cell texts; an empty cell, or one that a span covers, is ""."""

    name: str
    data: bytes = b""
    pages: int = 0
    text: list[str] = field(default_factory=list[str])
    tables: list[list[list[str]]] = field(default_factory=list[list[list[str]]])


class _Source:
    """Words, sentences and numbers, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def words(self, least: int, most: int) -> str:
        return " ".join(self.chance.choice(_WORDS) for _ in range(self.chance.randint(least, most)))

    def title(self, least: int, most: int) -> str:
        return self.words(least, most).capitalize()

    def paragraph(self, sentences: int) -> str:
        return " ".join(f"{self.title(7, 18)}." for _ in range(sentences))

    def amount(self) -> str:
        value = self.chance.choice((self.chance.randint(1, 999), self.chance.randint(1000, 99999)))
        return self.chance.choice((f"{value:,}", f"{value:,}", f"({value:,})", "—", f"{value % 90}.{value % 10}%"))


def text_pdf(columns: int, *, seed: int, paragraphs: int = 24) -> Truth:
    """Running text in columns; the words between two columns are no wider apart than a gutter."""
    source = _Source(seed)
    truth = Truth(f"text, {columns} column{'s' if columns > 1 else ''}")
    truth.text = [source.paragraph(source.chance.randint(3, 7)) for _ in range(paragraphs)]
    width = (letter[0] - 2 * MARGIN - (columns - 1) * GUTTER) / columns
    frames = [
        Frame(MARGIN + at * (width + GUTTER), MARGIN, width, letter[1] - 2 * MARGIN, 0, 0, 0, 0)
        for at in range(columns)
    ]
    style = ParagraphStyle("column", parent=_BODY, alignment=4)
    return _built(truth, [Paragraph(text, style) for text in truth.text], frames)


def long_pdf(pages: int, *, seed: int = 7) -> Truth:
    """A document of about as many pages: chapters of text with a table every few pages."""
    source = _Source(seed)
    truth = Truth(f"long, {pages} pages")
    story: list[Flowable] = []
    heading = ParagraphStyle("chapter", fontName="Helvetica-Bold", fontSize=15, leading=19, spaceBefore=8, spaceAfter=6)
    for page in range(pages):
        if page % 5 == 0:
            story.append(Paragraph(f"{page // 5 + 1} {source.title(2, 4)}", heading))
        if page % 4 == 3:
            rows = _figures(source, rows=12, columns=4)
            truth.tables.append(rows)
            story += [_filing_table(rows), Spacer(1, 10)]
        for _ in range(4 if page % 4 == 3 else 6):
            truth.text.append(source.paragraph(5))
            story.append(Paragraph(truth.text[-1], _BODY))
    return _built(truth, story)


def table_pdfs(*, seed: int = 11, tables: int = 12) -> list[Truth]:
    """One PDF for each kind of table, with text between the tables."""
    kinds: dict[str, Callable[[_Source], tuple[list[list[str]], Flowable]]] = {
        "ruled": _ruled,
        "ruled, cells of several lines": _ruled_long_cells,
        "ruled, spanning headers": _ruled_spans,
        "rules across only": _rules_across,
        "borderless figures": _borderless_figures,
        "borderless filing": _borderless_filing,
        "borderless texts": _borderless_texts,
        "borderless, cells of several lines": _borderless_long_cells,
    }
    found: list[Truth] = []
    for at, (name, make) in enumerate(kinds.items()):
        source = _Source(seed + at)
        truth = Truth(name)
        story: list[Flowable] = []
        for _ in range(tables):
            truth.text.append(source.paragraph(4))
            rows, table = make(source)
            truth.tables.append(rows)
            story += [Paragraph(truth.text[-1], _BODY), Spacer(1, 6), _Kept(table), Spacer(1, 14)]
        found.append(_built(truth, story))
    found += [_continued(seed + 20, ruled=True), _continued(seed + 21, ruled=False)]
    return found


def prose_pdfs(*, seed: int = 31) -> list[Truth]:
    """Text that looks a little like tables and is none: columns, lists, contents of sentences with numbers."""
    source = _Source(seed)
    story: list[Flowable] = []
    truth = Truth("no tables: lists and numbers in text")
    for number in range(30):
        text = f"{number + 1}. {source.paragraph(2)} In {1990 + number} it was {source.amount()} of {source.amount()}."
        truth.text.append(text)
        story.append(Paragraph(text, _BODY))
    found = [_built(truth, story)]
    for columns in (2, 3):
        columned = text_pdf(columns, seed=seed + columns)
        columned.name = f"no tables: {columned.name}"
        found.append(columned)
    return found


def _ruled(source: _Source) -> tuple[list[list[str]], Flowable]:
    rows = _figures(source, rows=source.chance.randint(3, 9), columns=source.chance.randint(2, 5))
    return rows, Table(rows, style=[*_FONTS, ("GRID", (0, 0), (-1, -1), 0.5, colors.black)])


def _ruled_long_cells(source: _Source) -> tuple[list[list[str]], Flowable]:
    rows = [["Item", "Description", "Remarks", "Cost"]]
    rows += [
        [source.title(1, 2), source.title(8, 16), source.title(4, 12), source.amount()]
        for _ in range(source.chance.randint(3, 6))
    ]
    return rows, Table(
        [_paragraphs(row, head=at == 0) for at, row in enumerate(rows)],
        colWidths=[80, 180, 130, 60],
        style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")],
    )


def _ruled_spans(source: _Source) -> tuple[list[list[str]], Flowable]:
    rows = [["Station", "First half", "", "Second half", ""], ["", "2022", "2021", "2022", "2021"]]
    rows += [[source.title(1, 3), *(source.amount() for _ in range(4))] for _ in range(source.chance.randint(3, 7))]
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0)), ("SPAN", (3, 0), (4, 0))]
    return rows, Table(rows, style=[*_FONTS, ("GRID", (0, 0), (-1, -1), 0.5, colors.black), *spans])


def _rules_across(source: _Source) -> tuple[list[list[str]], Flowable]:
    rows = _figures(source, rows=source.chance.randint(4, 9), columns=source.chance.randint(2, 5))
    rules = [("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black), ("LINEBELOW", (0, -1), (-1, -1), 0.8, colors.black)]
    return rows, Table(rows, style=[*_FONTS, *rules, ("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black)])


def _borderless_figures(source: _Source) -> tuple[list[list[str]], Flowable]:
    rows = _figures(source, rows=source.chance.randint(4, 9), columns=source.chance.randint(2, 5))
    widths = [source.chance.randint(150, 200), *[source.chance.randint(55, 80)] * (len(rows[0]) - 1)]
    return rows, Table(rows, colWidths=widths, style=_FONTS)


def _borderless_filing(source: _Source) -> tuple[list[list[str]], Flowable]:
    rows = _filing_rows(source)
    return rows, _filing_table(rows)


def _borderless_texts(source: _Source) -> tuple[list[list[str]], Flowable]:
    rows = [["Name", "Place", "Task", "Since"]]
    for _ in range(source.chance.randint(4, 8)):
        year = str(source.chance.randint(1990, 2024))
        rows.append([source.title(1, 2), source.title(1, 2), source.title(2, 4), year])
    return rows, Table(rows, colWidths=[110, 110, 185, 50], style=[("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9)])


def _borderless_long_cells(source: _Source) -> tuple[list[list[str]], Flowable]:
    rows = [["Item", "Description", "Cost", "Share"]]
    rows += [
        [source.title(1, 2), source.title(9, 18), source.amount(), source.amount()]
        for _ in range(source.chance.randint(3, 6))
    ]
    return rows, Table(
        [_paragraphs(row, head=at == 0) for at, row in enumerate(rows)],
        colWidths=[100, 210, 60, 60],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)],
    )


def _continued(seed: int, *, ruled: bool) -> Truth:
    """Tables of some pages whose header every page repeats; one of them leaves a single row for its last page."""
    source = _Source(seed)
    truth = Truth(f"{'ruled' if ruled else 'borderless'}, over page breaks")
    story: list[Flowable] = []
    style = [*_FONTS, *([("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if ruled else [])]
    for count in (60, 95, None):
        truth.text.append(source.paragraph(3))
        story += [Paragraph(truth.text[-1], _BODY), Spacer(1, 6)]
        if count is None:
            # From the top of a page on, this many rows leave a single one for the next.
            story.append(PageBreak())
            count = int((letter[1] - 2 * MARGIN) // _ROW_POINTS)
        rows = _figures(source, rows=count, columns=4)
        truth.tables.append(rows)
        heights = [_ROW_POINTS] * len(rows)
        table = Table(rows, repeatRows=1, colWidths=[160, 70, 70, 70, 70], rowHeights=heights, style=style)
        story += [table, Spacer(1, 14)]
    return _built(truth, story)


def _figures(source: _Source, *, rows: int, columns: int) -> list[list[str]]:
    heads = [str(2024 - at) for at in range(columns)]
    body = [[source.title(1, 4), *(source.amount() for _ in range(columns))] for _ in range(rows)]
    return [[source.title(1, 2), *heads], *body]


def _filing_rows(source: _Source) -> list[list[str]]:
    """The form of quarterly reports: two tiers of headers, sections, indented labels, totals with their currency."""
    rows = [
        ["", "Three Months Ended", "", "Nine Months Ended", ""],
        ["", "June 25,", "June 26,", "June 25,", "June 26,"],
        ["", "2022", "2021", "2022", "2021"],
    ]
    for _ in range(2):
        rows.append([f"{source.title(1, 3)}:", "", "", "", ""])
        for at in range(source.chance.randint(2, 4)):
            sign = "$ " if at == 0 else ""
            rows.append([f"  {source.title(1, 4)}", *(f"{sign}{source.chance.randint(100, 99999):,}" for _ in "1234")])
        rows.append([f"Total {source.words(1, 3)}", *(f"$ {source.chance.randint(100, 99999):,}" for _ in "1234")])
    return rows


def _filing_table(rows: list[list[str]]) -> Flowable:
    headers = sum(1 for row in rows if not row[0]) or 1
    cells: list[list[str]] = []
    style: list[Any] = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 8.5),
        ("FONT", (0, 0), (-1, headers - 1), "Helvetica-Bold", 8),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
    # The sign of the currency stands at the left edge of its column, the number at the right.
    for at, row in enumerate(rows):
        line = [row[0].strip()]
        for place, cell in enumerate(row[1:]):
            sign, _, number = cell.rpartition("$ ") if cell.startswith("$ ") else ("", "", cell)
            line += ["$" if cell.startswith("$ ") else sign, number]
            if at >= headers:
                style.append(("ALIGN", (2 * place + 2, at), (2 * place + 2, at), "RIGHT"))
        if row[0].startswith("  "):
            style.append(("LEFTPADDING", (0, at), (0, at), 12))
        if at < headers:
            spanned = at == 0 and "" in row[1:]
            line = [line[0]] + [text for cell in row[1:] for text in (cell, "")]
            for place in range(0, len(row) - 1, 2 if spanned else 1):
                end = 2 * place + (4 if spanned else 2)
                style += [
                    ("SPAN", (2 * place + 1, at), (end, at)),
                    ("ALIGN", (2 * place + 1, at), (end, at), "CENTER"),
                ]
                if spanned:
                    style.append(("LINEBELOW", (2 * place + 1, at), (end, at), 0.5, colors.black))
        elif at % 2:
            style.append(("BACKGROUND", (0, at), (-1, at), colors.HexColor("#cceeff")))
        cells.append(line)
    widths = [190.0, *[10.0, 58.0] * (len(rows[0]) - 1)]
    return Table(cells, colWidths=widths, style=style)


_FONTS: list[Any] = [
    ("FONT", (0, 0), (-1, -1), "Helvetica", 9),
    ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9),
    ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
]


def _paragraphs(row: Sequence[str], *, head: bool) -> list[Flowable]:
    return [Paragraph(cell, _HEAD if head else _CELL) for cell in row]


class _Kept(Flowable):
    """A table that is not parted by a page break."""

    def __init__(self, table: Flowable) -> None:
        super().__init__()
        self._table = table

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803 -- reportlab's names
        return self._table.wrapOn(self.canv, aW, aH)

    def draw(self) -> None:
        self._table.drawOn(self.canv, 0, 0)


def _built(truth: Truth, story: list[Flowable], frames: list[Frame] | None = None) -> Truth:
    out = io.BytesIO()
    whole = Frame(MARGIN, MARGIN, letter[0] - 2 * MARGIN, letter[1] - 2 * MARGIN, 0, 0, 0, 0)
    document = BaseDocTemplate(out, pagesize=letter)
    document.addPageTemplates([PageTemplate("page", frames or [whole])])
    document.build(story)
    truth.data, truth.pages = out.getvalue(), document.page
    return truth
