"""Chunks: nothing is lost, nothing is too long, every location points at its own words."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from opentrace.knowledge.ingestion.chunk import COMBINE_UNDER_CHARS, MAX_CHARS, NEW_AFTER_CHARS, Chunk, chunk_elements
from opentrace.ports.document_parser import Element, ElementImage, ElementType, Link, Location

SENTENCE = "The river carries sand and stones down to the wide and shallow bay. "


def text_element(text: str, *, type: ElementType = "NarrativeText", page: int = 1) -> Element:  # noqa: A002 -- the field's name
    """An element with one location for each line of about 60 characters."""
    locations: list[Location] = []
    start = 0
    while start < len(text):
        end = min(len(text), start + 60)
        locations.append(Location(page, 0.1, 0.001 * len(locations), 0.9, 0.001 * (len(locations) + 1), start, end))
        start = end
    return Element(type, text, page=page, locations=tuple(locations))


def heading(text: str, level: int = 1, *, page: int = 1) -> Element:
    return Element("Title", text, page=page, level=level, locations=(Location(page, 0, 0, 1, 0.1, 0, len(text)),))


def table_element(rows: list[list[str]], *, header: bool = True, page: int = 1) -> Element:
    html = ""
    lines: list[str] = []
    locations: list[Location] = []
    start = 0
    for at, row in enumerate(rows):
        tag = "th" if header and at == 0 else "td"
        html += "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>"
        line = " | ".join(row)
        locations.append(Location(page, 0, 0.001 * at, 1, 0.001 * (at + 1), start, start + len(line)))
        lines.append(line)
        start += len(line) + 1
    return Element("Table", "\n".join(lines), page=page, html=f"<table>{html}</table>", locations=tuple(locations))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_small_sections_become_one_chunk() -> None:
    elements = [heading("One"), text_element("A short text."), heading("Two"), text_element("Another short text.")]

    (chunk,) = chunk_elements(elements)

    assert chunk.text == "One\n\nA short text.\n\nTwo\n\nAnother short text."
    assert chunk.types == ("Title", "NarrativeText")
    assert chunk.page_number == 1


def test_a_title_begins_a_new_chunk_once_there_is_enough_before_it() -> None:
    long = SENTENCE * (COMBINE_UNDER_CHARS // len(SENTENCE) + 1)
    elements = [heading("One"), text_element(long.strip()), heading("Two"), text_element("More.")]

    first, second = chunk_elements(elements)

    assert first.text.startswith("One")
    assert second.text == "Two\n\nMore."


def test_a_chunk_past_the_soft_limit_takes_nothing_more() -> None:
    long = text_element((SENTENCE * 40)[: NEW_AFTER_CHARS + 1].strip() + ".")

    chunks = chunk_elements([long, text_element("A short text.")])

    assert [chunk.text for chunk in chunks][1:] == ["A short text."]


def test_a_chunk_below_the_soft_limit_grows_to_the_hard_one() -> None:
    first, second = "a" * (NEW_AFTER_CHARS - 10), "b" * 400

    (chunk,) = chunk_elements([text_element(first), text_element(second)])

    assert chunk.text == f"{first}\n\n{second}"


def test_headers_footers_and_page_numbers_are_left_out() -> None:
    elements = [
        text_element("Company report", type="Header"),
        text_element("The text of the page."),
        text_element("Confidential", type="Footer"),
        text_element("17", type="PageNumber"),
    ]

    (chunk,) = chunk_elements(elements)

    assert chunk.text == "The text of the page."
    assert chunk.types == ("NarrativeText",)


def test_the_heading_path_names_the_titles_above_from_the_outermost() -> None:
    long = (SENTENCE * 10).strip()
    elements = [
        heading("Part", 1),
        heading("Chapter", 2),
        text_element(long),
        heading("Section", 3),
        text_element(long),
        heading("Next chapter", 2),
        text_element(long),
    ]

    paths = [chunk.heading_path for chunk in chunk_elements(elements)]

    assert paths == [("Part", "Chapter"), ("Part", "Chapter", "Section"), ("Part", "Next chapter")]


def test_a_chunk_of_several_sections_stands_under_what_they_share() -> None:
    elements = [
        heading("Part", 1),
        heading("One", 2),
        text_element("Short."),
        heading("Two", 2),
        text_element("Short too."),
    ]

    (chunk,) = chunk_elements(elements)

    assert chunk.heading_path == ("Part",)


def test_the_documents_own_title_is_no_part_of_a_heading_path() -> None:
    elements = [heading("The report", 1), heading("Chapter", 2), text_element("Some text.")]

    (chunk,) = chunk_elements(elements, title="The report")

    assert chunk.heading_path == ("Chapter",)
    assert chunk.text.startswith("The report")


def test_a_table_is_a_chunk_of_its_own() -> None:
    elements = [text_element("Before."), table_element([["a", "b"], ["1", "2"]]), text_element("After.")]

    chunks = chunk_elements(elements)

    assert [chunk.text for chunk in chunks] == ["Before.", "a | b\n1 | 2", "After."]
    assert chunks[1].tables == ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",)


def test_a_table_takes_its_heading_along() -> None:
    (chunk,) = chunk_elements([heading("Net sales"), table_element([["a", "b"], ["1", "2"]])])

    assert chunk.text == "Net sales\n\na | b\n1 | 2"
    assert chunk.types == ("Title", "Table")


def test_a_table_takes_along_the_sentence_that_announces_it() -> None:
    elements = [
        text_element("What came before."),
        heading("Net sales"),
        text_element("Net sales were as follows:"),
        table_element([["a", "b"], ["1", "2"]]),
    ]

    before, table = chunk_elements(elements)

    assert before.text == "What came before."
    assert table.text == "Net sales\n\nNet sales were as follows:\n\na | b\n1 | 2"


def test_a_long_table_is_cut_between_rows_and_repeats_its_header() -> None:
    rows = [["Name", "Value"], *([f"Item number {at}", f"{at * 17:,}"] for at in range(400))]

    chunks = chunk_elements([table_element(rows)])

    assert len(chunks) > 2
    body: list[str] = []
    for chunk in chunks:
        header, *lines = chunk.text.split("\n")
        assert header == "Name | Value"
        assert chunk.tables[0].count("<th>Name</th>") == 1
        assert chunk.tables[0].count("<tr>") == len(lines) + 1
        body += lines
    assert body == [" | ".join(row) for row in rows[1:]]


def test_a_cell_that_spans_a_cut_stands_in_both_parts() -> None:
    filler = "x" * 600
    html = (
        f'<table><tr><td rowspan="6">Region</td><td>0 {filler}</td></tr>'
        + "".join(f"<tr><td>{at} {filler}</td></tr>" for at in range(1, 6))
        + "</table>"
    )
    text = "\n".join([f"Region | 0 {filler}", *(f"{at} {filler}" for at in range(1, 6))])

    first, second = chunk_elements([Element("Table", text, html=html)])

    assert first.tables[0].startswith('<table><tr><td rowspan="4">Region</td><td>0 ')
    assert second.tables[0].startswith('<table><tr><td rowspan="2">Region</td><td>4 ')


def test_a_row_that_is_longer_than_a_chunk_is_cut_between_cells() -> None:
    cells = [f"cell {at} " + "y" * 900 for at in range(8)]

    chunks = chunk_elements([table_element([["h"], cells])])

    pieces = [chunk.text for chunk in chunks if "cell" in chunk.text]
    assert len(pieces) > 2
    assert " | ".join(pieces) == " | ".join(cells)
    assert all(chunk.tables for chunk in chunks)


def test_an_oversized_text_is_cut_between_sentences() -> None:
    chunks = chunk_elements([text_element((SENTENCE * 100).strip())])

    assert len(chunks) > 2
    assert all(chunk.text.startswith("The river") and chunk.text.endswith("bay.") for chunk in chunks)


def test_a_text_without_sentences_is_cut_between_words_and_else_anywhere() -> None:
    spaced = chunk_elements([text_element("word " * 2000)])
    unbroken = chunk_elements([text_element("ü" * 7000)])

    assert all(set(chunk.text.split()) == {"word"} for chunk in spaced)
    assert [len(chunk.text) for chunk in unbroken] == [3000, 3000, 1000]


def test_a_heading_stays_with_the_oversized_text_below_it() -> None:
    chunks = chunk_elements([heading("Risk"), text_element((SENTENCE * 100).strip())])

    assert chunks[0].text.startswith("Risk\n\nThe river")
    assert all(chunk.heading_path == ("Risk",) for chunk in chunks)


def picture(*, page: int = 1) -> Element:
    image = ElementImage("image/png", b"\x89PNG\r\n\x1a\n", 40, 30)
    return Element("Image", "", page, locations=(Location(page, 0.1, 0.1, 0.5, 0.5, 0, 0),), image=image)


def test_a_picture_stands_in_the_chunk_of_its_caption_with_an_empty_location() -> None:
    before, after = text_element("The weir. " * 260), text_element("After the flood it was rebuilt.")
    caption = text_element("Figure 1: The weir", type="FigureCaption")

    first, second = chunk_elements([before, picture(), caption, after])

    assert first.images == ()
    assert second.text == "Figure 1: The weir\n\nAfter the flood it was rebuilt."
    assert len(second.images) == 1
    assert "Image" in second.types
    assert (second.locations[0].start, second.locations[0].end) == (0, 0)


def test_the_caption_of_a_picture_is_not_taken_along_by_a_table() -> None:
    caption = text_element("Figure 1: The weir", type="FigureCaption")

    first, second = chunk_elements([picture(), caption, table_element([["a", "b"], ["1", "2"]])])

    assert (first.text, len(first.images)) == ("Figure 1: The weir", 1)
    assert second.images == ()


def test_a_picture_alone_goes_with_what_there_is() -> None:
    (chunk,) = chunk_elements([text_element("Rivers."), table_element([["a", "b"], ["1", "2"]]), picture()])[1:]

    assert len(chunk.images) == 1
    assert chunk_elements([picture()]) == []


def test_no_elements_are_no_chunks() -> None:
    assert chunk_elements([]) == []
    assert chunk_elements([text_element("7", type="PageNumber"), text_element("   ")]) == []


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_elements_all_text_is_kept_in_bounds_and_in_order(seed: int) -> None:
    elements = random_elements(random.Random(seed))

    chunks = chunk_elements(elements)

    kept = [word for element in elements if element.type != "Footer" for word in words(element.text)]
    found = [word for text in without_repeated_headers(chunks) for word in words(text)]
    assert found == kept
    for chunk in chunks:
        assert 0 < len(chunk.content) <= MAX_CHARS
        assert chunk.content == chunk.text


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_elements_locations_point_at_their_words(seed: int) -> None:
    elements = random_elements(random.Random(seed))
    lines = {(at.page, at.y0, element.text[at.start : at.end]) for element in elements for at in element.locations}

    for chunk in chunk_elements(elements):
        covered = 0
        for at in chunk.locations:
            assert 0 <= at.start < at.end <= len(chunk.text)
            part = chunk.text[at.start : at.end]
            assert any(page == at.page and y0 == at.y0 and part in line for page, y0, line in lines)
            covered += len(part)
        assert covered >= len(chunk.text) - chunk.text.count("\n") - len(chunk.locations)


def random_elements(chance: random.Random) -> list[Element]:
    """A document whose words are all different, so that each can be found again."""
    number = 0

    def unique_words(count: int, *, end: str = "") -> str:
        nonlocal number
        number += count
        parts = [f"w{number - count + at}" for at in range(count)]
        for at in range(0, count, 12):
            parts[at] = parts[at].upper()
            parts[at - 1] += "." if at else ""
        return " ".join(parts) + end

    elements: list[Element] = []
    for page in range(1, 6):
        for _ in range(chance.randint(1, 8)):
            match chance.randint(0, 6):
                case 0 | 1:
                    elements.append(heading(unique_words(chance.randint(1, 6)), chance.randint(1, 4), page=page))
                case 2:
                    rows = [
                        [unique_words(chance.randint(1, 3)) for _ in range(3)]
                        for _ in range(chance.choice([1, 2, 5, 300]))
                    ]
                    elements.append(table_element(rows, header=chance.random() < 0.5, page=page))
                case 3:
                    elements.append(text_element(unique_words(3), type="Footer", page=page))
                case 4:
                    elements.append(text_element(unique_words(chance.randint(500, 1500)), page=page))
                case _:
                    elements.append(text_element(unique_words(chance.randint(1, 200), end="."), page=page))
    return elements


def without_repeated_headers(chunks: list[Chunk]) -> Iterator[str]:
    """The texts, without the header row of a table where an earlier part of the table has it."""
    seen: set[str] = set()
    for chunk in chunks:
        header = " | ".join(re.findall("<th>(.*?)</th>", "".join(chunk.tables)))
        lines = chunk.text.split("\n")
        yield "\n".join(line for line in lines if line != header or header not in seen)
        seen.add(header)


def test_links_are_shown_and_not_searched() -> None:
    maps, form = Link(4, 12, "https://maps.example/"), Link(8, 9, "https://a.example/b.pdf")
    text = Element("NarrativeText", "See the maps.", links=(maps,))
    table = Element("Table", "Form | Size\nb | 2", html="<table></table>", links=(replace(form, start=12, end=13),))

    prose, rows = chunk_elements([text, table])

    assert (prose.content, prose.text) == ("See the maps.", "See the maps (https://maps.example/).")
    assert rows.content == "Form | Size\nb | 2"
    assert rows.text == "Form | Size\nb | 2\n\nb (https://a.example/b.pdf)"


def test_links_go_with_their_part_of_a_long_text() -> None:
    words = SENTENCE * 100
    links = tuple(Link(at, at + 9, f"https://a.example/{at}") for at in range(0, len(words), len(SENTENCE)))

    chunks = chunk_elements([Element("NarrativeText", words.strip(), links=links)])

    assert len(chunks) > 1
    for chunk in chunks:
        assert chunk.text.count("The river (https://a.example/") == chunk.content.count("The river")
        assert re.sub(r" \(https://a.example/\d+\)", "", chunk.text) == chunk.content


def test_links_of_a_passage_are_bounded() -> None:
    items = [Element("ListItem", "ab", links=(Link(0, 2, f"https://a.example/{n}"),)) for n in range(300)]

    (chunk,) = chunk_elements(items)

    assert chunk.text.count("https://") == 100
