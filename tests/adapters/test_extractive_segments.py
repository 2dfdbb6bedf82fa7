"""Passages are cut into what can be quoted."""

import pytest

from opentrace.adapters.local.extractive_segments import Segment, split_segments


def texts(passage: str, *, tables: tuple[str, ...] = ()) -> list[str]:
    return [segment.text for segment in split_segments(passage, tables=tables)]


@pytest.mark.parametrize(
    ("passage", "sentences"),
    [
        ("Sales fell. Costs rose!  Did they?", ["Sales fell.", "Costs rose!", "Did they?"]),
        ("Mr. Smith of Acme Inc. left. He is gone.", ["Mr. Smith of Acme Inc. left.", "He is gone."]),
        ("It grew 3.5% to $1.2 billion. See No. 5 below.", ["It grew 3.5% to $1.2 billion.", "See No. 5 below."]),
        ("In the U.S. dollar, e.g. today. Yes.", ["In the U.S. dollar, e.g. today.", "Yes."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("A line\nthat wraps. Another\none.", ["A line that wraps.", "Another one."]),
        ("一つの文です。もう一つ！", ["一つの文です。", "もう一つ！"]),
        ("Das gilt z.B. für Dr. Müller. Ende.", ["Das gilt z.B. für Dr. Müller.", "Ende."]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences(passage: str, sentences: list[str]) -> None:
    assert texts(passage) == sentences


def test_list_items_stand_for_themselves() -> None:
    passage = "It has:\n- a battery\n• two motors\n3) a wheel"
    assert texts(passage) == ["It has:", "a battery", "two motors", "a wheel"]


def test_a_heading_is_no_answer_but_is_known_to_what_follows() -> None:
    [segment] = split_segments("Battery life\n\nIt lasts eight hours.")
    assert segment == Segment("It lasts eight hours.", 14, 35, "sentence", "Battery life")


def test_ranges_say_where_the_text_stands() -> None:
    passage = "Intro\n\nFirst one.  Second\none. \n\n- an item"
    for segment in split_segments(passage):
        assert " ".join(passage[segment.start : segment.end].split()).removeprefix("- ") == segment.text


TABLE = (
    "<table><tr><th></th><th colspan='2'>Three months ended</th></tr>"
    "<tr><th></th><th>July 1, 2023</th><th>June 25, 2022</th></tr>"
    "<tr><td>Products</td><td>$ 60</td><td>$ 63</td></tr>"
    "<tr><td>Total net sales</td><td>$</td><td>81</td><td>$</td><td>82</td></tr></table>"
)


def test_a_table_row_is_read_with_the_headers_of_its_columns() -> None:
    passage = (
        "Three months ended\nJuly 1, 2023 | June 25, 2022\nProducts | $ 60 | $ 63\nTotal net sales | $ | 81 | $ | 82"
    )
    rows = split_segments(
        passage, tables=[TABLE.replace("<td>$</td><td>81</td><td>$</td><td>82</td>", "<td>$ 81</td><td>$ 82</td>")]
    )
    assert [row.text for row in rows] == [
        "Products – Three months ended July 1, 2023: $60; Three months ended June 25, 2022: $63",
        "Total net sales – Three months ended July 1, 2023: $81; Three months ended June 25, 2022: $82",
    ]
    assert passage[rows[0].start : rows[0].end] == "Products | $ 60 | $ 63"


def test_lines_with_columns_are_a_table_without_html() -> None:
    passage = "Item | 2023 | 2022\nApples | 5 | 7\nPears | 6 | 8"
    assert texts(passage) == ["Apples – 2023: 5; 2022: 7", "Pears – 2023: 6; 2022: 8"]


def test_rows_of_figures_are_found_in_running_text() -> None:
    passage = (
        "Quarter Ended Year Ended\n\nMay 1, May 3, May 1, May 3, 2021 2020 2021 2020\n\n"
        "Net sales: Wheels $ 60 $ 63 $ 230 $ 245 Tyres 21,213 19,604 62,886 (58,941) Wheels sold well. Tyres did not."
    )
    assert texts(passage) == [
        (
            "Net sales, Wheels – Quarter Ended May 1, 2021: $60; Quarter Ended May 3, 2020: $63; "
            "Year Ended May 1, 2021: $230; Year Ended May 3, 2020: $245"
        ),
        (
            "Net sales, Tyres – Quarter Ended May 1, 2021: 21,213; Quarter Ended May 3, 2020: 19,604; "
            "Year Ended May 1, 2021: 62,886; Year Ended May 3, 2020: (58,941)"
        ),
        "Wheels sold well.",
        "Tyres did not.",
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "We paid $100 million and $300 million in 2023 and 2022, respectively.",
        "It rose from 5 to 7 – and then fell by 3%.",
        "Call 555 1234 now.",
    ],
)
def test_prose_with_numbers_stays_prose(prose: str) -> None:
    assert texts(prose) == [prose]


def test_a_table_of_words_keeps_its_words() -> None:
    passage = "Name | Role\nAda | Engineer\nGrace | Admiral"
    assert "Ada" in " ".join(texts(passage))
    assert "Admiral" in " ".join(texts(passage))


@pytest.mark.parametrize("html", ["<table>", "<tr><td>a", "<table></table>", "not html"])
def test_broken_html_of_a_table_is_ignored(html: str) -> None:
    assert texts("One sentence.", tables=(html,)) == ["One sentence."]


def test_a_very_long_passage_is_cut_in_linear_time() -> None:
    passage = ("Word " * 200 + ". ") * 200
    assert len(texts(passage)) >= 200
