"""What documents and questions are about: names, periods, types."""

from datetime import date

import pytest

from opentrace.knowledge.facets import document_facets, question_facets


def of_name(file_name: str, title: str | None = None, text: str = "") -> set[str]:
    facets = document_facets(file_name=file_name, title=title, media_type="text/plain", contents=[text])
    return set(facets.values)


@pytest.mark.parametrize(
    ("name", "expected", "period_end"),
    [
        ("2021 Q3 ACME.pdf", {"year:2021", "quarter:3"}, date(2021, 9, 30)),
        ("acme_q1-2020.pdf", {"year:2020", "quarter:1"}, date(2020, 3, 31)),
        ("2019Q4 results.pdf", {"year:2019", "quarter:4"}, date(2019, 12, 31)),
        ("1Q24 deck.pptx", {"year:2024", "quarter:1"}, date(2024, 3, 31)),
        ("FY23 budget.xlsx", {"year:2023"}, date(2023, 12, 31)),
        ("Contract 2021-03-15.docx", {"year:2021", "date:2021-03-15"}, date(2021, 3, 15)),
        ("Protokoll 03.04.2021.pdf", {"date:2021-04-03"}, date(2021, 4, 3)),
        ("Minutes of 12 March 2020.pdf", {"date:2020-03-12", "month:2020-03"}, date(2020, 3, 31)),
        ("Invoice 2022-11.pdf", {"month:2022-11"}, date(2022, 11, 30)),
        ("Handbook.pdf", set[str](), None),
        ("Dated 31.02.2021.pdf", {"year:2021"}, date(2021, 12, 31)),
    ],
)
def test_the_period_of_a_name_is_known(name: str, expected: set[str], period_end: date | None) -> None:
    facets = document_facets(file_name=name, title=None, media_type="application/pdf", contents=[])

    assert expected <= set(facets.values)
    assert facets.period_end == period_end


def test_without_a_period_in_its_name_a_document_has_that_of_its_beginning() -> None:
    facets = document_facets(
        file_name="report.pdf", title=None, media_type="application/pdf", contents=["For the period ended May 2, 2020"]
    )

    assert {"date:2020-05-02", "month:2020-05", "year:2020", "quarter:2"} <= set(facets.values)
    assert facets.period_end == date(2020, 5, 2)


def test_names_of_the_text_are_the_words_it_always_writes_with_a_capital() -> None:
    text = "Zephyr makes pumps. The pumps of Zephyr are sold in Peru. Pumps by Zephyr last. Peru likes Zephyr. In Peru."

    facets = of_name("pumps.txt", text=text)

    assert {"name:zephyr", "name:peru"} <= facets
    assert "name:pumps" not in facets


def test_codes_in_a_name_are_names() -> None:
    assert {"name:sku-4471", "word:manual"} <= of_name("Manual SKU-4471.pdf")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did ACME say in Q3 2021?", {"name:acme", "year:2021", "quarter:3"}),
        ("In the second quarter of 2022, what changed?", {"year:2022", "quarter:2"}),
        ("What was agreed on March 12, 2020?", {"date:2020-03-12"}),
        ("what did acme's report say", {"name:acme", "word:report"}),
        ("Does Müller's contract end in June 2023?", {"name:muller", "month:2023-06"}),
        ("Which slides show it?", {"type:presentation"}),
    ],
)
def test_a_question_has_the_same_facets(question: str, expected: set[str]) -> None:
    assert expected <= set(question_facets(question).values)


@pytest.mark.parametrize(
    ("question", "latest"),
    [
        ("What does the latest report of ACME say?", True),
        ("the most recent minutes", True),
        ("How did sales do in the last quarter?", True),
        ("How long does the battery last?", False),
        ("How does the latest report compare to the previous ones?", False),
        ("What are the current assets?", False),
    ],
)
def test_a_question_may_want_the_newest(question: str, latest: bool) -> None:
    assert question_facets(question).latest is latest
