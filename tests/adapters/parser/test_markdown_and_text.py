"""Markdown and plain text become typed elements."""

import pytest

from opentrace.adapters.local.parser.markdown_parser import parse_markdown
from opentrace.adapters.local.parser.text_parser import parse_text
from opentrace.ports.document_parser import ParsedDocument


def kinds(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(element.type, element.text) for element in document.elements]


class TestMarkdown:
    def test_headings_paragraphs_lists_code_and_quotes_keep_their_order(self) -> None:
        document = parse_markdown(
            b"# Rivers\n\nThey *run*\nto the [sea](http://x.example).\n\n"
            b"- the Nile\n  - in Africa\n- the Amazon\n\n> Said once.\n\n```py\nflow()\n```\n\nSetext\n------\n"
        )

        assert kinds(document) == [
            ("Title", "Rivers"),
            ("NarrativeText", "They run to the sea."),
            ("ListItem", "the Nile"),
            ("ListItem", "in Africa"),
            ("ListItem", "the Amazon"),
            ("NarrativeText", "Said once."),
            ("CodeSnippet", "flow()"),
            ("Title", "Setext"),
        ]
        assert [element.level for element in document.elements if element.type == "Title"] == [1, 2]

    def test_front_matter_is_dropped_but_for_its_title(self) -> None:
        document = parse_markdown(b'---\ntitle: "On rivers"\ntags: [a, b]\n---\n\nText.\n')

        assert document.title == "On rivers"
        assert kinds(document) == [("NarrativeText", "Text.")]

    def test_a_table_is_html_with_a_header(self) -> None:
        (table,) = parse_markdown(b"| a | b |\n|---|---|\n| 1 | <2> |\n").elements

        assert table.text == "a | b\n1 | <2>"
        assert table.html == "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>&lt;2&gt;</td></tr></table>"

    def test_html_in_it_is_read_as_html(self) -> None:
        document = parse_markdown(b"<div align='center'><h1>Logo</h1></div>\n\nText.\n\n<script>alert(1)</script>\n")

        assert kinds(document) == [("Title", "Logo"), ("NarrativeText", "Text.")]


class TestText:
    def test_blank_lines_part_paragraphs_and_wrapped_lines_are_joined(self) -> None:
        document = parse_text(
            b"The river rises in the hills above the town and runs\nfor sixty miles, past a mill, down to the sea.\n"
            b"\n \nA second paragraph.\n"
        )

        assert kinds(document) == [
            (
                "NarrativeText",
                "The river rises in the hills above the town and runs for sixty miles, past a mill, down to the sea.",
            ),
            ("NarrativeText", "A second paragraph."),
        ]

    def test_lines_that_are_not_wrapped_stay_lines(self) -> None:
        document = parse_text(b"2024-01-01 ok\n2024-01-02 failed\n")

        assert kinds(document) == [("NarrativeText", "2024-01-01 ok\n2024-01-02 failed")]

    def test_underlined_and_capitalised_lines_are_headings(self) -> None:
        document = parse_text(b"On rivers\n=========\n\nTHE NILE\n\nIt is long.\n\nIts mouth\n---------\nA delta.\n")

        assert kinds(document) == [
            ("Title", "On rivers"),
            ("Title", "THE NILE"),
            ("NarrativeText", "It is long."),
            ("Title", "Its mouth"),
            ("NarrativeText", "A delta."),
        ]
        assert document.title == "On rivers"

    def test_items_of_a_list_are_taken_one_by_one(self) -> None:
        document = parse_text(b"- salmon\n- trout that\n  stay\n\n1. open\n2. close\n")

        assert kinds(document) == [
            ("ListItem", "- salmon"),
            ("ListItem", "- trout that\nstay"),
            ("ListItem", "1. open"),
            ("ListItem", "2. close"),
        ]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
    def test_the_encoding_is_found(self, encoding: str) -> None:
        text = "Größere Flüsse führen übers Jahr größere Mengen an Wasser; kleinere Bäche weniger."

        assert kinds(parse_text(text.encode(encoding))) == [("NarrativeText", text)]

    def test_a_very_long_line_is_one_paragraph(self) -> None:
        document = parse_text(b"word " * 200_000)

        assert len(document.elements) == 1
        assert len(document.elements[0].text) == 999_999

    def test_what_no_text_has_is_taken_out(self) -> None:
        document = parse_text("a\x00b\x07c\ufeffd soft\u00adhyphen ﬁne\r\nnew".encode())

        assert kinds(document) == [("NarrativeText", "abcd softhyphen fine\nnew")]


def test_markdown_links_keep_where_they_lead() -> None:
    document = parse_markdown(
        b"See [the *big*  map](https://maps.example/) and [here](page.md).\n\n"
        b"| a |\n|---|\n| [b](https://b.example) |\n"
    )

    found = [(e.text[link.start : link.end], link.url) for e in document.elements for link in e.links]
    assert found == [("the big map", "https://maps.example/"), ("b", "https://b.example")]
