"""Word documents become typed elements in the order of their text."""

import io

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from opentrace.adapters.local.parser.docx_parser import parse_docx
from opentrace.ports.document_parser import Element, ParseError
from tests.adapters.parser.hostile_files import docx_of, paragraph


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] -- python-docx's factory has no public type
    return out.getvalue()


def body(xml: str) -> list[Element]:
    return list(parse_docx(docx_of(xml)).elements)


def kinds(elements: list[Element]) -> list[tuple[str, str]]:
    return [(element.type, element.text) for element in elements]


def test_headings_paragraphs_and_lists_keep_their_order() -> None:
    document = Document()
    document.core_properties.title = "On rivers"
    document.add_heading("Rivers", level=1)
    document.add_paragraph("They run to the sea.")
    document.add_heading("Long ones", level=2)
    document.add_paragraph("the Nile", style="List Bullet")
    document.add_paragraph("the Amazon", style="List Bullet")
    document.add_paragraph("And others.")

    parsed = parse_docx(saved(document))

    assert parsed.title == "On rivers"
    assert parsed.page_count is None
    assert kinds(list(parsed.elements)) == [
        ("Title", "Rivers"),
        ("NarrativeText", "They run to the sea."),
        ("Title", "Long ones"),
        ("ListItem", "the Nile"),
        ("ListItem", "the Amazon"),
        ("NarrativeText", "And others."),
    ]
    assert [element.level for element in parsed.elements if element.type == "Title"] == [1, 2]


def test_list_numbers_are_counted_as_word_shows_them() -> None:
    document = Document()
    for text in ("open", "wait", "close"):
        document.add_paragraph(text, style="List Number")

    texts = [element.text for element in parse_docx(saved(document)).elements]

    assert texts == ["1. open", "2. wait", "3. close"]


def test_merged_cells_span_rows_and_columns() -> None:
    document = Document()
    table = document.add_table(rows=3, cols=3)
    for row, texts in enumerate([("a", "b", "c"), ("d", "e", "f"), ("g", "h", "i")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(1, 2).merge(table.cell(2, 2)).text = "tall"

    (element,) = parse_docx(saved(document)).elements

    assert element.type == "Table"
    assert element.text == "wide | c\nd | e | tall\ng | h"
    assert element.html is not None
    assert '<th colspan="2">wide</th><th>c</th>' in element.html
    assert '<tr><td>d</td><td>e</td><td rowspan="2">tall</td></tr><tr><td>g</td><td>h</td></tr>' in element.html


def test_a_table_of_one_column_only_frames_its_text() -> None:
    document = Document()
    table = document.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "In a frame."

    assert kinds(list(parse_docx(saved(document)).elements)) == [("NarrativeText", "In a frame.")]


def test_text_in_cells_is_escaped_in_html() -> None:
    document = Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "<script>alert(1)</script>"
    table.cell(0, 1).text = "a & b"

    (element,) = parse_docx(saved(document)).elements

    assert element.html == "<table><tr><td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td>a &amp; b</td></tr></table>"
    assert element.text == "<script>alert(1)</script> | a & b"


def test_pages_are_those_that_word_noted() -> None:
    document = Document()
    document.add_paragraph("First.")
    second = document.add_paragraph("").add_run()
    second._r.append(parse_xml(f"<w:lastRenderedPageBreak {nsdecls('w')}/>"))  # pyright: ignore[reportPrivateUsage] -- python-docx cannot write what Word notes
    second.add_text("Second.")
    document.add_paragraph("Third, on the same page.")

    parsed = parse_docx(saved(document))

    assert parsed.page_count == 2
    assert parsed.elements[-1].page == 2


def test_deleted_and_hidden_text_is_left_out_and_inserted_text_kept() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    elements = body(
        f"<w:p>{run.format('kept ')}<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
        f"<w:ins>{run.format('inserted')}</w:ins>"
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
    )

    assert kinds(elements) == [("NarrativeText", "kept inserted")]


def test_content_controls_and_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    drawn = f"<mc:AlternateContent {compatible}>{both}</mc:AlternateContent>"
    elements = body(
        f"<w:sdt><w:sdtContent>{paragraph('In a control.')}</w:sdtContent></w:sdt>"
        f"<w:p><w:r><w:t>Beside it.</w:t></w:r><w:r>{drawn}</w:r></w:p>"
    )

    assert [text for _, text in kinds(elements)] == ["In a control.", "Beside it.", "In the box."]


def test_formulas_are_written_in_a_line() -> None:
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    squared = "<m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"

    elements = body(
        f"<w:p><w:r><w:t>It is</w:t></w:r><m:oMath {math}>{squared}</m:oMath><m:oMath {math}>{half}</m:oMath></w:p>"
    )

    assert kinds(elements) == [("NarrativeText", "It is r^2 1/2")]


def test_footnotes_follow_their_paragraph() -> None:
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:footnote w:id="1"><w:p><w:r><w:t>Says who?</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    data = docx_of(
        '<w:p><w:r><w:t>A claim.</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>' + paragraph("More."),
        members=[("word/footnotes.xml", notes.encode())],
    )

    assert kinds(list(parse_docx(data).elements)) == [
        ("NarrativeText", "A claim."),
        ("Footnote", "Says who?"),
        ("NarrativeText", "More."),
    ]


def test_strict_documents_are_read_like_others() -> None:
    namespace = "http://purl.oclc.org/ooxml/wordprocessingml/main"

    assert kinds(list(parse_docx(docx_of(paragraph("Strictly."), namespace=namespace)).elements)) == [
        ("NarrativeText", "Strictly.")
    ]


@pytest.mark.parametrize("data", [b"PK\x03\x04 cut off", docx_of("<w:p>")[:-40]])
def test_a_broken_archive_is_corrupt(data: bytes) -> None:
    with pytest.raises(ParseError) as caught:
        parse_docx(data)

    assert caught.value.code == "document_corrupt"
