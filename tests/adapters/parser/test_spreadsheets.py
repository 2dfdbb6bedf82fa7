"""Spreadsheets are read as data: ranges with their headers, each row with its place."""

import pytest

from opentrace.adapters.local.parser.spreadsheet_parser import parse_separated, parse_workbook
from opentrace.knowledge.ingestion.chunk import MAX_CHARS, chunk_elements
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError, ParseLimits
from tests.adapters.parser.archives import sheet_row, workbook

RIVERS = [
    sheet_row(1, "The longest rivers"),
    sheet_row(2, "River", "Continent", "Length (km)"),
    sheet_row(3, "Nile", "Africa", 6650),
    sheet_row(4, "Amazon", "", 6400.5),
    sheet_row(6, "Source: atlas"),
]


def read(data: bytes) -> ParsedDocument:
    return parse_workbook(data, limits=ParseLimits())


def table(document: ParsedDocument) -> Element:
    (found,) = [element for element in document.elements if element.type == "Table"]
    return found


def test_a_sheet_becomes_its_name_its_captions_and_its_table() -> None:
    document = read(workbook(("Rivers", "".join(RIVERS))))

    assert [(element.type, element.text) for element in document.elements] == [
        ("Title", "Rivers"),
        ("FigureCaption", "The longest rivers"),
        ("Table", "River | Continent | Length (km)\nNile | Africa | 6650\nAmazon | 6400.5"),
        ("NarrativeText", "Source: atlas"),
    ]
    assert table(document).html == (
        "<table><tr><th>River</th><th>Continent</th><th>Length (km)</th></tr>"
        "<tr><td>Nile</td><td>Africa</td><td>6650</td></tr><tr><td>Amazon</td><td></td><td>6400.5</td></tr></table>"
    )


def test_every_line_says_its_sheet_and_its_row() -> None:
    document = read(workbook(("Seas", sheet_row(1, "North Sea")), ("Rivers", "".join(RIVERS))))

    found = table(document)
    assert found.page == 2
    assert [(at.sheet, at.row, found.text[at.start : at.end]) for at in found.locations] == [
        ("Rivers", 2, "River | Continent | Length (km)"),
        ("Rivers", 3, "Nile | Africa | 6650"),
        ("Rivers", 4, "Amazon | 6400.5"),
    ]


def test_long_tables_are_cut_between_rows_and_repeat_their_header() -> None:
    rows = [sheet_row(1, "Number", "Square"), *(sheet_row(at, at, at * at) for at in range(2, 1002))]

    chunks = chunk_elements(read(workbook(("Squares", "".join(rows)))).elements)

    assert len(chunks) > 3
    assert all(len(chunk.content) <= MAX_CHARS for chunk in chunks)
    assert all("Number | Square\n" in chunk.content for chunk in chunks)
    assert all(chunk.heading_path == ("Squares",) for chunk in chunks)
    seen = [at.row for chunk in chunks for at in chunk.locations if at.row is not None and at.row > 1]
    assert seen == list(range(2, 1002))


def test_rows_behind_an_empty_one_go_on_below_the_same_header() -> None:
    rows = [sheet_row(1, "Year", "Sum"), sheet_row(2, 2020, 5), sheet_row(4, 2021, 6)]

    tables = [element for element in read(workbook(("A", "".join(rows)))).elements if element.type == "Table"]

    assert [element.text for element in tables] == ["Year | Sum\n2020 | 5", "Year | Sum\n2021 | 6"]


def test_hidden_sheets_are_left_out_and_said_to_be() -> None:
    document = read(workbook(("Shown", sheet_row(1, "a", "b")), ("Secret", sheet_row(1, "c", "d")), hidden="Secret"))

    assert "c | d" not in [element.text for element in document.elements]
    assert [finding.code for finding in document.findings] == ["content_left_out"]
    assert document.page_count == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_separated_values_are_read_whatever_separates_and_encodes_them(delimiter: str, encoding: str) -> None:
    rows = [("City", "People"), ("Köln", "1073096"), (f'"Zürich{delimiter} the city"', "421878")]

    document = parse_separated("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))

    (found,) = document.elements
    assert found.text == f"City | People\nKöln | 1073096\nZürich{delimiter} the city | 421878".replace(
        "\t", " "
    ).replace("  ", " ")
    assert [at.row for at in found.locations] == [1, 2, 3]
    assert found.html is not None
    assert found.html.startswith("<table><tr><th>City</th><th>People</th></tr>")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 cut off", "document_corrupt"),
        (workbook(("A", sheet_row(1, "a", "b")))[:-60], "document_corrupt"),
        (
            workbook(
                ("A", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
                shared_strings='<!DOCTYPE x [<!ENTITY a "haha">]><sst><si><t>&a;</t></si></sst>',
            ),
            "document_corrupt",
        ),
        (workbook(("A", " " * 40_000_000)), "document_too_large"),
    ],
    ids=["cut off", "without an end", "entities", "bomb"],
)
def test_a_hostile_workbook_fails_with_its_code(data: bytes, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(data)

    assert caught.value.code == code


def test_numbers_are_shown_in_the_format_of_their_cells() -> None:
    rows = [
        sheet_row(3, "Share", "Price", "Day", "Rate"),
        '<row r="4"><c r="A4" s="1"><v>0.25</v></c><c r="B4" s="2"><v>1234.5</v></c><c r="C4" s="3"><v>45355</v></c>',
        '<c r="D4" s="4"><v>0.125</v></c></row>',
        '<row r="6"><c r="B6" s="0"><v>0.5</v></c><c s="1" r="C6"><v>0.5</v></c><c r="D6" s="99"><v>0.5</v></c></row>',
    ]

    document = read(workbook(("A", "".join(rows)), formats=["0%", "[$€-2] #,##0.00", "d mmmm yyyy"]))

    tables = [element.text for element in document.elements if element.type == "Table"]
    assert tables == [
        "Share | Price | Day | Rate\n25% | € 1,234.50 | 4 March 2024 | 12.50%",
        "Share | Price | Day | Rate\n0.5 | 50% | 0.5",
    ]


def test_rows_and_formats_are_right_in_a_sheet_that_begins_elsewhere() -> None:
    row = '<row r="8"><c r="AB8" s="1"><v>0.25</v></c><c r="AC8"><v>3</v></c></row>'

    found = table(read(workbook(("A", row), formats=["0%"])))

    assert (found.text, [at.row for at in found.locations]) == ("25% | 3", [8])
