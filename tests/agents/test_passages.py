"""Citations say where their words stand."""

from uuid import uuid4

from opentrace.agents.passages import FoundPassage, cite


def test_a_citation_of_a_spreadsheet_names_sheet_and_rows() -> None:
    rows = ["River | Length", "Nile | 6650", "Amazon | 6400"]
    locations = [
        {"page": 2, "x0": 0.0, "y0": 0.1, "x1": 1.0, "y1": 0.2, "start": start, "end": start + len(text)}
        | {"sheet": "Rivers", "row": row}
        for row, (start, text) in enumerate(zip((0, 15, 27), rows, strict=True), start=5)
    ]
    passage = FoundPassage(uuid4(), uuid4(), "rivers.xlsx", 2, "\n".join(rows), 0.9, locations=locations)

    citation = cite(passage, number=1, quoted=[(15, 26)])

    assert [(at["sheet"], at["row"]) for at in citation.locations] == [("Rivers", 6)]
    assert citation.page_number == 2
