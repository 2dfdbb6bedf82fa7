"""What a child says comes through whole, and what no child says is refused."""

import json
import math
from typing import Any

import pytest

from opentrace.adapters.local.parser.wire import decode_elements, decode_outcome, element_batches, outcome_message
from opentrace.adapters.local.parser.wire_values import MalformedMessage
from opentrace.ports.document_parser import Element, ElementImage, Finding, Link, Location, ParsedDocument

PNG = b"\x89PNG\r\n\x1a\n and what follows"
PICTURE = Element("Image", "", page=1, image=ElementImage("image/png", PNG, 640, 480))
FINDING = Finding(
    code="pages_recognised",
    severity="info",
    message="2 pages were read by text recognition.",
    action="Look through them.",
    pages=(3, 4),
    count=2,
    confidence=0.93,
    details={"language": "eng"},
)


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_pictures_and_findings_come_through_whole() -> None:
    document = ParsedDocument((PICTURE,), title="Report", page_count=4, facts={"format": "pdf"}, findings=(FINDING,))

    elements = [e for batch in through_json(list(element_batches(document))) for e in decode_elements(batch)]
    outcome = decode_outcome(through_json(outcome_message(document, peak_bytes=1)))

    assert elements == [PICTURE]
    assert (outcome.title, outcome.page_count, outcome.facts) == ("Report", 4, {"format": "pdf"})
    assert outcome.findings == (FINDING,)


@pytest.mark.parametrize(
    "image",
    [
        ["image/svg+xml", "PHN2Zz4=", 10, 10],
        ["image/png", "PHN2Zz4=", 10, 10],
        ["image/png", "not base64", 10, 10],
        ["image/png", "iVBORw0KGgo=", 0, 10],
        ["image/png", "iVBORw0KGgo=", 10, 1_000_000],
        ["image/png", "iVBORw0KGgo="],
    ],
)
def test_what_is_no_picture_is_refused(image: list[Any]) -> None:
    with pytest.raises(MalformedMessage):
        list(decode_elements([["Image", "", 1, None, None, [], image, None, []]]))


def test_places_in_spreadsheets_come_through_whole() -> None:
    def at(start: int, row: int, sheet: str | None) -> Location:
        return Location(2, 0.0, 0.25, 1.0, 0.5, start, start + 1, sheet=sheet, row=row)

    elements = [
        Element("Table", "a\nb", page=2, locations=(at(0, 3, "Sales"), at(2, 9, "Sales"))),
        Element("Table", "c", page=2, locations=(at(0, 1, None),)),
    ]

    batches = through_json(list(element_batches(ParsedDocument(tuple(elements)))))

    assert [element for batch in batches for element in decode_elements(batch)] == elements


@pytest.mark.parametrize("sheet", [["Sales"], ["Sales", [1, 2]], ["Sales", [-1]], ["a\x00", [1]], [1, [1]], "Sales"])
def test_what_is_no_place_in_a_spreadsheet_is_refused(sheet: Any) -> None:
    with pytest.raises(MalformedMessage):
        list(decode_elements([["Table", "a", 1, None, None, [1, 0, 0, 1, 1, 0, 1], None, sheet]]))


@pytest.mark.parametrize(
    "change",
    [
        {0: "something_else"},
        {1: "panic"},
        {2: "a\x00b"},
        {2: "x" * 501},
        {4: [-1]},
        {5: "many"},
        {6: 2},
        {7: {"depth": [1]}},
        {7: {"depth": math.nan}},
    ],
)
def test_what_is_no_finding_is_refused(change: dict[int, Any]) -> None:
    message = outcome_message(ParsedDocument((), findings=(FINDING,)), peak_bytes=1)
    for place, value in change.items():
        message["findings"][0][place] = value

    with pytest.raises(MalformedMessage):
        decode_outcome(message)


def test_links_come_through_whole() -> None:
    element = Element("NarrativeText", "See the maps.", links=(Link(4, 12, "https://maps.example/a?b=c#d"),))

    batches = through_json(list(element_batches(ParsedDocument((element,)))))

    assert [found for batch in batches for found in decode_elements(batch)] == [element]


@pytest.mark.parametrize(
    "links",
    [
        None,
        [0, 3],
        [0, 4, "https://a.example/"],
        [2, 2, "https://a.example/"],
        [-1, 2, "https://a.example/"],
        [0, 2, "javascript:alert(1)"],
        [0, 2, "https://user:secret@a.example/"],
        [0, 2, "https://a.example/\u202egpj.exe"],
        [0, 2, "https://a.example/" + "x" * 600],
        [0, 2, "https:///path"],
        [0, 2, 5],
        [0, 2, "https://a.example/"] * 51,
    ],
)
def test_what_is_no_link_is_refused(links: Any) -> None:
    with pytest.raises(MalformedMessage):
        list(decode_elements(through_json([["NarrativeText", "abc", None, None, None, [], None, None, links]])))
