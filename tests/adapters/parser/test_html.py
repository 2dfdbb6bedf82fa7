"""Web pages become typed elements; what is not seen is left out."""

import pytest

from opentrace.adapters.local.parser.html_parser import parse_html


def kinds(source: str | bytes) -> list[tuple[str, str]]:
    data = source if isinstance(source, bytes) else source.encode()
    return [(element.type, element.text) for element in parse_html(data).elements]


def test_headings_paragraphs_lists_and_code_keep_their_order() -> None:
    document = parse_html(
        b"<!doctype html><title>On rivers</title><h1>Rivers</h1><p>They run<br>to the <b>sea</b>.</p><h3>Long ones</h3>"
        b"<ul><li>the Nile<ul><li>in Africa</li></ul></li><li><p>the Amazon</p></li></ul><pre>flow()\n  on</pre>"
    )

    assert document.title == "On rivers"
    assert [(element.type, element.text) for element in document.elements] == [
        ("Title", "Rivers"),
        ("NarrativeText", "They run\nto the sea."),
        ("Title", "Long ones"),
        ("ListItem", "the Nile"),
        ("ListItem", "in Africa"),
        ("ListItem", "the Amazon"),
        ("CodeSnippet", "flow()\n  on"),
    ]
    assert [element.level for element in document.elements if element.type == "Title"] == [1, 3]


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>alert(1)</script>",
        "<style>p {color: red}</style>",
        "<template><p>spare</p></template>",
        "<nav><a href='/'>Home</a></nav>",
        "<div role='navigation'>Home</div>",
        "<p hidden>hidden</p>",
        "<p style='display: none'>hidden</p>",
        "<span style='visibility:hidden'>hidden</span>",
        "<span style='font-size:0'>hidden</span>",
        "<span aria-hidden='true'>×</span>",
        "<svg><text>drawn</text></svg>",
        "<iframe src='http://127.0.0.1/'>framed</iframe>",
        "<!-- a comment -->",
        "<noscript>Switch scripts on</noscript>",
    ],
)
def test_what_is_not_seen_is_left_out(unseen: str) -> None:
    assert kinds(f"<body><p>before</p>{unseen}<p>after</p>") == [
        ("NarrativeText", "before"),
        ("NarrativeText", "after"),
    ]


def test_a_table_keeps_its_spans_and_headers_and_no_other_attribute() -> None:
    (table,) = parse_html(
        b"<table class='x' onclick='y()'><thead><tr><th colspan=2>Both</th><th>One</th></tr></thead>"
        b"<tr><td rowspan='2'>a</td><td>b &lt;i&gt;</td><td><a href='javascript:x'>c</a></td></tr>"
        b"<tr><td>d</td><td>e</td></tr>"
        b"</table>"
    ).elements

    assert table.html == (
        '<table><tr><th colspan="2">Both</th><th>One</th></tr>'
        '<tr><td rowspan="2">a</td><td>b &lt;i&gt;</td><td>c</td></tr>'
        "<tr><td>d</td><td>e</td></tr></table>"
    )
    assert table.text == "Both | One\na | b <i> | c\nd | e"


def test_a_small_table_in_a_cell_is_text_of_the_cell() -> None:
    (table,) = parse_html(
        b"<table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td></tr><tr><td>d</td><td>e</td></tr></table>"
    ).elements

    assert table.text == "a | b c\nd | e"


def test_a_table_that_only_places_things_is_walked_through() -> None:
    prose = "This is the long text of a page, which stands in the cell of a table. " * 4

    found = kinds(f"<table><tr><td>menu</td><td><h2>Head</h2><p>{prose}</p></td></tr></table>")

    assert found == [("NarrativeText", "menu"), ("Title", "Head"), ("NarrativeText", prose.strip())]


def test_a_bold_line_by_itself_is_a_heading_below_all_others() -> None:
    elements = parse_html(b"<h1>Report</h1><p><b>Risk factors</b></p><p>There are <b>some</b>.</p>").elements

    assert [element.type for element in elements] == ["Title", "Title", "NarrativeText"]
    assert elements[1].level == 7


def test_the_footer_of_a_page_is_set_apart_and_that_of_an_article_is_not() -> None:
    found = kinds("<article><p>Text.</p><footer>By a writer</footer></article><footer>© somebody</footer>")

    assert found == [("NarrativeText", "Text."), ("NarrativeText", "By a writer"), ("Footer", "© somebody")]


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=windows-1252><p>Köln – Ärger".encode("cp1252"),
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>Köln – Ärger'.encode("cp1252"),
        "<p>Köln – Ärger".encode("utf-8-sig"),
        "<p>Köln – Ärger".encode("utf-16"),
        '<meta charset="latin-1"><p>Köln – Ärger'.encode(),
        '<?xml version="1.0" encoding="windows-1252"?><html><p>Köln – Ärger</p></html>'.encode("cp1252"),
    ],
)
def test_the_encoding_is_found(data: bytes) -> None:
    assert kinds(data) == [("NarrativeText", "Köln – Ärger")]


def test_an_external_entity_of_a_document_type_is_not_read() -> None:
    found = kinds('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>a &x; b</p>')

    assert "root:" not in str(found)
