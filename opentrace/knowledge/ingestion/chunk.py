"""Cuts typed elements into chunks by title.

The sizes and the rules are those of Unstructured's `chunk_by_title(max_characters=3000, new_after_n_chars=2400,
combine_text_under_n_chars=500)`. On purpose different: a heading stays with what follows it (an oversized text or a
table) instead of being a chunk of its own, a table takes along the sentence that announces it, and parts of a table
repeat its header row.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from opentrace.knowledge.ingestion.links import with_links
from opentrace.knowledge.ingestion.tables import Row, leading_header, rows_to_html, table_rows
from opentrace.ports.document_parser import Element, ElementImage, ElementType, Link, Location

MAX_CHARS = 3000
NEW_AFTER_CHARS = 2400
COMBINE_UNDER_CHARS = 500
SEPARATOR = "\n\n"

_BOILERPLATE: frozenset[ElementType] = frozenset({"Header", "Footer", "PageNumber"})
_LEAD: frozenset[ElementType] = frozenset({"Title", "FigureCaption"})
_SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]*\s+|[。！？]["'”’)\]]*\s*|\n+""")
_SPACE = re.compile(r"\s+")
_CELL_BORDER = re.compile(r" \| ")
_TEXT_BORDERS = (_SENTENCE_END, _SPACE)
_ROW_BORDERS = (_CELL_BORDER, _SENTENCE_END, _SPACE)


@dataclass(frozen=True, slots=True)
class Chunk:
    """At most MAX_CHARS characters of a document.

    `content` is what is searched; it begins as the document's own words. `text` is what is shown: the same words, and
    where their links lead. `tables` are HTML. `heading_path` are the titles that all of the chunk stands under, the
    outermost first. `locations` have offsets into `content`; that of a picture without text is empty where the picture
    stands in it.
    """

    content: str
    text: str
    tables: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    heading_path: tuple[str, ...] = ()
    page_number: int | None = None
    locations: tuple[Location, ...] = ()
    images: tuple[ElementImage, ...] = ()


def chunk_elements(elements: Iterable[Element], *, title: str | None = None) -> list[Chunk]:
    """Chunks in reading order. Page headers, footers and page numbers are left out; no other text is lost.

    `title` is the document's; a heading that only repeats it says nothing and is left out of heading paths.
    """
    return [section.to_chunk() for section in _combined(_sections(elements, document_title=title))]


@dataclass(slots=True)
class _Piece:
    """A part of an element that goes into one chunk whole; `html` where it is (a part of) a table.

    `image` is of a picture, which may have no text: then it stands with the text around it, its caption first of all.
    """

    type: ElementType
    text: str
    page: int | None
    path: tuple[str, ...]
    locations: tuple[Location, ...]
    html: str | None = None
    image: ElementImage | None = None
    links: tuple[Link, ...] = ()


@dataclass(slots=True)
class _Section:
    """Pieces that become one chunk."""

    pieces: list[_Piece] = field(default_factory=list[_Piece])
    chars: int = 0

    def add(self, piece: _Piece) -> None:
        if piece.text:
            self.chars = self.chars_with(len(piece.text))
        self.pieces.append(piece)

    def chars_with(self, chars: int) -> int:
        return self.chars + len(SEPARATOR) + chars if self.chars else chars

    @property
    def has_table(self) -> bool:
        return any(piece.type == "Table" for piece in self.pieces)

    @property
    def is_lead(self) -> bool:
        """Nothing but titles and captions, which belong to what follows."""
        return all(piece.type in _LEAD for piece in self.pieces if piece.text)

    def to_chunk(self) -> Chunk:
        texts: list[str] = []
        locations: list[Location] = []
        start = 0
        for piece in self.pieces:
            if piece.text:
                locations.extend(_moved(piece.locations, by=start))
                texts.append(piece.text)
                start += len(piece.text) + len(SEPARATOR)
            else:
                locations.extend(_moved(piece.locations, by=max(0, start - len(SEPARATOR))))
        pieces = [piece for piece in self.pieces if piece.text]
        return Chunk(
            content=SEPARATOR.join(texts),
            text=SEPARATOR.join(with_links([(piece.text, piece.links, piece.type == "Table") for piece in pieces])),
            tables=tuple(piece.html for piece in self.pieces if piece.html),
            types=tuple(dict.fromkeys(piece.type for piece in self.pieces)),
            heading_path=_shared_path(self.pieces),
            page_number=next((piece.page for piece in self.pieces if piece.page is not None), None),
            locations=tuple(locations),
            images=tuple(piece.image for piece in self.pieces if piece.image is not None),
        )


def _sections(elements: Iterable[Element], *, document_title: str | None) -> Iterator[_Section]:
    """Runs of pieces: a title begins a new one, and so does a table and what exceeds the sizes."""
    headings: list[tuple[int, str]] = []
    section = _Section()
    for element in elements:
        if element.type in _BOILERPLATE or not (element.text.strip() or element.image):
            continue
        if element.type == "Title":
            level = element.level or 1
            headings = [heading for heading in headings if heading[0] < level]
            headings.append((level, element.text))
        path = tuple(text for _, text in headings if text != document_title)
        if element.type == "Table":
            lead = _lead_taken_from(section)
            if section.pieces:
                yield section
            yield from _table_sections(element, path=path, lead=lead)
            section = _Section()
            continue
        if section.pieces and _begins_section(element, section):
            yield section
            section = _Section()
        if element.image is not None:
            section.add(_Piece(element.type, "", element.page, path, _blank(element.locations), image=element.image))
        for piece in _text_pieces(element, path=path, room=MAX_CHARS - section.chars_with(0)):
            if section.chars_with(len(piece.text)) > MAX_CHARS:
                yield section
                section = _Section()
            section.add(piece)
    if section.pieces:
        yield section


def _lead_taken_from(section: _Section) -> _Section:
    """The end of a section that belongs to the table below it: captions, a sentence that ends in a colon, titles."""
    pieces = section.pieces
    start = len(pieces)
    while start and pieces[start - 1].type == "FigureCaption":
        start -= 1
    if 0 < start < len(pieces) and pieces[start - 1].image is not None:
        start += 1  # the first caption is the picture's
    if start and pieces[start - 1].type == "NarrativeText" and pieces[start - 1].text.endswith(":"):
        start -= 1
    while start and pieces[start - 1].type == "Title":
        start -= 1
    lead = _Section()
    for piece in pieces[start:]:
        lead.add(piece)
    if lead.chars > COMBINE_UNDER_CHARS:
        return _Section()
    section.pieces = pieces[:start]
    section.chars = len(SEPARATOR.join(piece.text for piece in section.pieces if piece.text))
    return lead


def _begins_section(element: Element, section: _Section) -> bool:
    if element.type == "Title":
        return not section.is_lead or section.chars_with(len(element.text)) > MAX_CHARS
    if section.chars > NEW_AFTER_CHARS:
        return True
    if section.chars_with(len(element.text)) <= MAX_CHARS:
        return False
    return not section.is_lead or section.chars > COMBINE_UNDER_CHARS


def _combined(sections: Iterator[_Section]) -> Iterator[_Section]:
    """Small sections take in what follows them, up to the hard maximum; tables stay by themselves."""
    held: _Section | None = None
    for section in sections:
        if held is not None and (not section.chars or _may_combine(held, section)):
            for piece in section.pieces:
                held.add(piece)
            continue
        if held is not None:
            yield held
        held = section
    if held is not None and held.chars:
        yield held


def _may_combine(held: _Section, section: _Section) -> bool:
    if held.chars and (held.has_table or section.has_table or held.chars >= COMBINE_UNDER_CHARS):
        return False
    return held.chars_with(section.chars) <= MAX_CHARS


def _text_pieces(element: Element, *, path: tuple[str, ...], room: int) -> Iterator[_Piece]:
    ranges = split_text(element.text, first_max=max(room, 0), max_chars=MAX_CHARS)
    for start, end in ranges:
        yield _Piece(
            type=element.type,
            text=element.text[start:end],
            page=_page_at(element, start, end),
            path=path,
            locations=_cut(element.locations, start, end),
            links=_cut_links(element.links, start, end),
        )


def split_text(
    text: str, *, first_max: int, max_chars: int, borders: Sequence[re.Pattern[str]] = _TEXT_BORDERS
) -> list[tuple[int, int]]:
    """Ranges of at most `max_chars` characters (the first: `first_max`) that hold all but the space between them.

    They end at a sentence where one ends in the second half of what fits, else at a word, else anywhere.
    """
    ranges: list[tuple[int, int]] = []
    start, limit = 0, first_max
    if first_max < min(len(text), max_chars // 4):
        limit = max_chars
    while len(text) - start > limit:
        end, following = _cut_point(text, start, start + limit, borders)
        ranges.append((start, end))
        start, limit = following, max_chars
        while start < len(text) and text[start].isspace():
            start += 1
    if start < len(text):
        ranges.append((start, len(text)))
    return ranges


def _cut_point(text: str, start: int, limit: int, borders: Sequence[re.Pattern[str]]) -> tuple[int, int]:
    """Where the range that begins at `start` ends, and where the next one begins."""
    middle = start + (limit - start) // 2
    for border in borders:
        # One more character than fits: the space after the last word may stand right behind the limit.
        for match in reversed(list(border.finditer(text, middle, limit + 1))):
            end = match.start() + len(match.group().rstrip(" |\t\r\n"))
            if start < end <= limit:
                return end, match.end()
    return limit, limit


def _table_sections(table: Element, *, path: tuple[str, ...], lead: _Section) -> Iterator[_Section]:
    """The table in one section, or in several that are cut between rows and repeat its header."""
    if lead.chars_with(len(table.text)) <= MAX_CHARS:
        lead.add(_Piece("Table", table.text, table.page, path, table.locations, table.html, links=table.links))
        yield lead
        return
    rows = table_rows(table)
    header = leading_header(rows)
    if header and header[-1].end > MAX_CHARS // 3:
        header = []
    header_chars = header[-1].end + 1 if header else 0
    section, first = lead, len(header)
    while first < len(rows):
        room = MAX_CHARS - header_chars - section.chars_with(0)
        last = _rows_that_fit(rows, first, room=room)
        if last > first:
            section.add(_table_piece(table, rows, first, last, header=header, path=path))
            yield section
        elif section.pieces:
            yield section
        else:
            yield from _row_sections(table, rows[first], path=path)
            last = first + 1
        section, first = _Section(), last


def _rows_that_fit(rows: list[Row], first: int, *, room: int) -> int:
    last = first
    while last < len(rows) and rows[last].end - rows[first].start <= room:
        last += 1
    return last


def _table_piece(
    table: Element, rows: list[Row], first: int, last: int, *, header: list[Row], path: tuple[str, ...]
) -> _Piece:
    start, end = rows[first].start, rows[last - 1].end
    text, locations = table.text[start:end], _cut(table.locations, start, end)
    page, links = _page_at(table, start, end), _cut_links(table.links, start, end)
    if header:
        header_text = table.text[: header[-1].end] + "\n"
        locations = _cut(table.locations, 0, header[-1].end) + tuple(_moved(locations, by=len(header_text)))
        text = header_text + text
        links = tuple(
            replace(link, start=link.start + len(header_text), end=link.end + len(header_text)) for link in links
        )
    part = rows_to_html(rows, first=first, last=last, header=header) if rows[first].cells else None
    return _Piece("Table", text, page, path, locations, part, links=links)


def _row_sections(table: Element, row: Row, *, path: tuple[str, ...]) -> Iterator[_Section]:
    """A row that is longer than a chunk, cut between cells where it can be and else between sentences."""
    row_text = table.text[row.start : row.end]
    for first, last in split_text(row_text, first_max=MAX_CHARS, max_chars=MAX_CHARS, borders=_ROW_BORDERS):
        start, end = row.start + first, row.start + last
        part = f"<table><tr><td>{html.escape(row_text[first:last], quote=False)}</td></tr></table>"
        locations = _cut(table.locations, start, end)
        section = _Section()
        section.add(_Piece("Table", row_text[first:last], _page_at(table, start, end), path, locations, part))
        yield section


def _cut(locations: Sequence[Location], start: int, end: int) -> tuple[Location, ...]:
    """The locations of a range of characters, with offsets into that range."""
    return tuple(
        replace(location, start=max(location.start, start) - start, end=min(location.end, end) - start)
        for location in locations
        if location.start < end and location.end > start
    )


def _cut_links(links: Sequence[Link], start: int, end: int) -> tuple[Link, ...]:
    """The links that end in a range of characters, with offsets into that range."""
    return tuple(
        replace(link, start=max(link.start, start) - start, end=link.end - start)
        for link in links
        if start < link.end <= end
    )


def _blank(locations: Sequence[Location]) -> tuple[Location, ...]:
    return tuple(replace(location, start=0, end=0) for location in locations[:1])


def _moved(locations: Sequence[Location], *, by: int) -> Iterator[Location]:
    for location in locations:
        yield replace(location, start=location.start + by, end=location.end + by)


def _page_at(element: Element, start: int, end: int) -> int | None:
    return next((at.page for at in element.locations if at.start < end and at.end > start), element.page)


def _shared_path(pieces: Sequence[_Piece]) -> tuple[str, ...]:
    paths = [piece.path for piece in pieces if piece.type != "Title"] or [piece.path for piece in pieces]
    shared: list[str] = []
    for level in zip(*paths, strict=False):
        if any(text != level[0] for text in level):
            break
        shared.append(level[0])
    return tuple(shared)
