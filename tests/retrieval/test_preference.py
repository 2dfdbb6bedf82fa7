"""Which documents a question asks for."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

import pytest

from opentrace.knowledge.facets import Facets, document_facets, question_facets
from opentrace.retrieval.preference import DocumentMatch, preferred_documents

NAMES = [
    "2021 Q3 Acme.pdf",
    "2022 Q1 Acme.pdf",
    "2022 Q2 Acme.pdf",
    "2021 Q3 Zephyr.pdf",
    "2022 Q1 Zephyr.pdf",
    "Employee travel handbook.pdf",
    "Minutes.pdf",
]
FACETS = {name: document_facets(file_name=name, title=None, media_type="", contents=[text_of]) for name, text_of in (
    (name, " ".join(f"{name.split()[-1].removesuffix('.pdf')} says." for _ in range(4))) for name in NAMES
)}  # fmt: skip


def preferred(question: str, names: Sequence[str] = NAMES) -> list[str]:
    asked = question_facets(question)
    ids = {name: uuid4() for name in names}
    matches = [match for name in names if (match := _match(ids[name], name, FACETS[name], asked)) is not None]
    found = preferred_documents(asked, matches, documents=len(names)).documents
    return sorted(document.document_name for document in found)


def _match(document_id: UUID, name: str, facets: Facets, asked: Facets) -> DocumentMatch | None:
    shared = tuple(facet for facet in facets.values if facet in asked.values)
    words = sum(facet.startswith("word:") for facet in facets.values)
    if not shared and not asked.latest:
        return None
    return DocumentMatch(document_id, name, shared, words, facets.period_end or date(2000, 1, 1))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How did Acme do in Q3 2021?", ["2021 Q3 Acme.pdf"]),
        ("What happened in the first quarter of 2022?", ["2022 Q1 Acme.pdf", "2022 Q1 Zephyr.pdf"]),
        ("How did Acme and Zephyr do in Q3 2021?", ["2021 Q3 Acme.pdf", "2021 Q3 Zephyr.pdf"]),
        ("How did Zephyr change from 2021 to 2022?", ["2021 Q3 Zephyr.pdf", "2022 Q1 Zephyr.pdf"]),
        ("What does the latest report of Acme say?", ["2022 Q2 Acme.pdf"]),
        ("What does the employee travel handbook say of hotels?", ["Employee travel handbook.pdf"]),
        ("How is an employee paid?", []),
        ("How does bread rise?", []),
        ("What is new in the latest?", ["2022 Q2 Acme.pdf"]),
    ],
)
def test_the_documents_that_share_most_are_preferred(question: str, expected: list[str]) -> None:
    assert preferred(question) == expected


def test_what_all_documents_share_prefers_none() -> None:
    assert preferred("What did Acme say?", NAMES[:3]) == []
