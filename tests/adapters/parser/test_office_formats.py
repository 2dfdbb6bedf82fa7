"""Presentations, OpenDocument texts, e-books, e-mails, RTF and old Word files become typed elements."""

import struct
from email.message import EmailMessage

import pytest

from opentrace.adapters.local.parser.doc_file import BrokenWordFile, EncryptedWordFile, read_word_text
from opentrace.adapters.local.parser.doc_parser import parse_doc, word_elements
from opentrace.adapters.local.parser.eml_parser import parse_eml
from opentrace.adapters.local.parser.epub_parser import parse_epub
from opentrace.adapters.local.parser.odt_parser import parse_odt
from opentrace.adapters.local.parser.pptx_parser import parse_pptx
from opentrace.adapters.local.parser.rtf_parser import parse_rtf
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError, ParseLimits
from tests.adapters.parser.archives import e_book, open_document, presentation, shape


def kinds(document: ParsedDocument) -> list[tuple[str, str]]:
    return [(element.type, element.text) for element in document.elements]


class TestPresentations:
    def test_slides_are_pages_with_their_title_first(self) -> None:
        document = parse_pptx(
            presentation(
                shape("They rise", "They fall", kind="body") + shape("On rivers", kind="title"),
                shape("A note beside", frame=(100, 50, 200, 100)) + shape("12", kind="sldNum"),
                notes="Say it slowly.",
            ),
            limits=ParseLimits(),
        )

        assert kinds(document) == [
            ("Title", "On rivers"),
            ("ListItem", "They rise"),
            ("ListItem", "They fall"),
            ("NarrativeText", "Notes: Say it slowly."),
            ("NarrativeText", "A note beside"),
        ]
        assert [element.page for element in document.elements] == [1, 1, 1, 1, 2]
        (at,) = document.elements[-1].locations
        assert (at.page, at.x0, at.y0, at.x1, at.y1) == (2, 0.1, 0.1, pytest.approx(0.3), pytest.approx(0.3))
        assert document.title == "On rivers"
        assert document.page_count == 2

    def test_hidden_slides_keep_their_number_and_nothing_else(self) -> None:
        document = parse_pptx(presentation(shape("hidden"), shape("Shown.")), limits=ParseLimits())

        assert [(element.page, element.text) for element in document.elements] == [(2, "Shown.")]
        assert document.findings[0].pages == (1,)

    def test_merged_cells_of_tables_span(self) -> None:
        cell = "<a:tc{}><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
        rows = [
            cell.format(' gridSpan="2"', "Lengths") + cell.format(' hMerge="1"', ""),
            cell.format("", "Nile") + cell.format("", "6650 km"),
        ]
        grid = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
        table = f'<a:tbl><a:tblPr firstRow="1"/>{grid}</a:tbl>'
        frame = f"<p:graphicFrame><a:graphic><a:graphicData>{table}</a:graphicData></a:graphic></p:graphicFrame>"

        document = parse_pptx(presentation(frame), limits=ParseLimits())

        assert kinds(document) == [("Table", "Lengths\nNile | 6650 km")]
        assert document.elements[0].html == (
            '<table><tr><th colspan="2">Lengths</th></tr><tr><td>Nile</td><td>6650 km</td></tr></table>'
        )


def test_an_open_document_keeps_headings_lists_tables_and_notes() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    head = f"<table:table-header-rows><table:table-row>{cell.format('River')}{cell.format('km')}</table:table-row>"
    body = f"<table:table-row>{cell.format('Nile')}{cell.format('6650')}</table:table-row>"
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Old.</text:p></text:note-body>"

    document = parse_odt(
        open_document(
            '<text:h text:outline-level="2">Rivers</text:h>'
            '<text:p>They<text:s text:c="2"/>run<text:tab/><text:span>to</text:span>'
            f" the sea.{note}</text:note></text:p>"
            "<text:list><text:list-item><text:p>One</text:p></text:list-item></text:list>"
            "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
            f"<table:table>{head}</table:table-header-rows>{body}</table:table>"
        )
    )

    assert kinds(document) == [
        ("Title", "Rivers"),
        ("NarrativeText", "They run to the sea."),
        ("Footnote", "Old."),
        ("ListItem", "One"),
        ("Table", "River | km\nNile | 6650"),
    ]
    assert document.elements[0].level == 2
    assert (document.elements[-1].html or "").startswith("<table><tr><th>River</th><th>km</th></tr>")


def test_an_e_book_is_read_in_the_order_of_its_spine() -> None:
    document = parse_epub(
        e_book(title="On rivers", second="<h1>Springs</h1><p>They rise.</p>", first="<h1>Mouths</h1><p>They end.</p>")
    )

    assert [element.text for element in document.elements] == ["Springs", "They rise.", "Mouths", "They end."]
    assert document.title == "On rivers"


class TestMails:
    def test_the_richest_text_and_the_names_of_attachments_are_read(self) -> None:
        message = EmailMessage()
        message["Subject"] = "Höhere Pegel"
        message["From"] = "Ada <ada@example.com>"
        message["To"] = "bob@example.com"
        message.set_content("plain")
        message.add_alternative("<h2>Levels</h2><p>They are <b>high</b>.</p>", subtype="html")
        message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="pegel.pdf")
        forwarded = EmailMessage()
        forwarded["Subject"] = "Look"
        forwarded["From"] = "bob@example.com"
        forwarded.set_content("See below.")
        forwarded.add_attachment(message)

        document = parse_eml(forwarded.as_bytes())

        assert document.title == "Look"
        assert kinds(document) == [
            ("Title", "Look"),
            ("NarrativeText", "From: bob@example.com"),
            ("NarrativeText", "See below."),
            ("Title", "Höhere Pegel"),
            ("NarrativeText", "From: Ada <ada@example.com>\nTo: bob@example.com"),
            ("Title", "Levels"),
            ("NarrativeText", "They are high."),
            ("NarrativeText", "Attachments: pegel.pdf"),
        ]

    def test_messages_in_messages_are_read_to_a_depth(self) -> None:
        data = b"Subject: innermost\n\ntext"
        for depth in range(60):
            data = b"Subject: %d\nContent-Type: message/rfc822\n\n" % depth + data

        titles = [element.text for element in parse_eml(data).elements if element.type == "Title"]

        assert titles[0] == "59"
        assert len(titles) == 10


def test_rich_text_keeps_paragraphs_and_rows() -> None:
    document = parse_rtf(
        rb"{\rtf1\ansi{\info{\title On rivers}}\pard They rise\'e9.\par They fall.\par "
        rb"\trowd\cellx1\cellx2\intbl Nile\cell 6650\cell\row\trowd\cellx1\cellx2\intbl Amazon\cell 6400\cell\row}"
    )

    assert document.title == "On rivers"
    assert kinds(document) == [
        ("NarrativeText", "They riseé."),
        ("NarrativeText", "They fall."),
        ("Table", "Nile | 6650\nAmazon | 6400"),
    ]


RTF_STYLES = (
    rb"{\stylesheet{\ql\f0\snext0 Normal;}{\s1\ql\outlinelevel0\b \sbasedon0\snext0 heading 1;}"
    rb"{\s2\ql \sbasedon0 heading 2,Chapter;}{\s17\outlinelevel2 Mine;}"
    rb"{\*\cs16 \additive \outlinelevel1 Heading 3 Char;}}"
)


def test_headings_of_rich_text_are_those_of_its_styles_and_outline() -> None:
    document = parse_rtf(
        rb"{\rtf1\ansi"
        + RTF_STYLES
        + rb"\pard\plain\s1{\b First \'e9\u8217?}{ rivers\par }\pard\plain{Then text.\par }"
        rb"\pard\s2 Second\par Third\par\pard\s17 Deep\par\pard\s1\outlinelevel9 No heading.\par"
        rb"{\pard\outlinelevel3 Own level\par}\pard\cs16 Text.\par\pard\s1\par"
        rb"\trowd\cellx1\pard\intbl\s1 Nile\cell 6650\cell\row\pard\s16 \{End\}.\par}"
    )

    assert [(element.type, element.level, element.text) for element in document.elements] == [
        ("Title", 1, "First é’ rivers"),
        ("NarrativeText", None, "Then text."),
        ("Title", 2, "Second"),
        ("Title", 2, "Third"),
        ("Title", 3, "Deep"),
        ("NarrativeText", None, "No heading."),
        ("Title", 4, "Own level"),
        ("NarrativeText", None, "Text."),
        ("Table", None, "Nile | 6650"),
        ("NarrativeText", None, "{End}."),
    ]
    assert document.title == "First é’ rivers"


class TestOldWord:
    """Streams as Word writes them, with one page of paragraph properties."""

    def streams(self, text: str, paragraphs: list[tuple[int, bytes]], *, flags: int = 0x0200) -> tuple[bytes, bytes]:
        """`paragraphs` are the length of each and its style with its modifiers."""
        encoded = text.encode("utf-16-le")
        start = 1024
        document = bytearray(start + len(encoded))
        struct.pack_into("<H", document, 0, 0xA5EC)
        struct.pack_into("<H", document, 0x0A, flags)
        struct.pack_into("<I", document, 0x4C, len(text))
        document[start:] = encoded
        page = bytearray(512)
        places, at, end = [start], start, 510
        for number, (length, properties) in enumerate(paragraphs):
            at += 2 * length
            places.append(at)
            size = len(properties) // 2 + 1
            end -= 2 * size
            page[end : end + 1 + len(properties)] = bytes([size]) + properties
            page[4 * (len(paragraphs) + 1) + 13 * number] = end // 2
        struct.pack_into(f"<{len(places)}I", page, 0, *places)
        page[511] = len(paragraphs)
        document += bytes(-len(document) % 512) + page
        clx = b"\x02" + struct.pack("<I", 16) + struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, start, 0)
        pages = struct.pack("<III", start, at, len(document) // 512 - 1)
        struct.pack_into("<II", document, 0x1A2, 0, len(clx))
        struct.pack_into("<II", document, 0x102, len(clx), len(pages))
        return bytes(document), clx + pages

    def test_headings_lists_tables_and_fields_are_told_apart(self) -> None:
        in_table, row_end = struct.pack("<HHB", 0, 0x2416, 1), struct.pack("<HHBHB", 0, 0x2416, 1, 0x2417, 1)
        pieces = [
            ("Rivers\r", struct.pack("<H", 1)),
            ("See \x13HYPERLINK x\x14the map\x15.\r", struct.pack("<H", 0)),
            ("a spring\r", struct.pack("<HHH", 0, 0x460B, 1)),
            ("Nile\x07", in_table),
            ("6650\x07", in_table),
            ("\x07", row_end),
            ("The end\r", struct.pack("<H", 0)),
        ]
        document, table = self.streams("".join(text for text, _ in pieces), [(len(text), how) for text, how in pieces])

        elements: list[Element] = list(word_elements(read_word_text(document, (b"", table))))

        assert [(element.type, element.text) for element in elements] == [
            ("Title", "Rivers"),
            ("NarrativeText", "See the map."),
            ("ListItem", "a spring"),
            ("Table", "Nile | 6650"),
            ("NarrativeText", "The end"),
        ]

    def test_a_password_is_told_from_damage(self) -> None:
        document, table = self.streams("x\r", [(2, b"\x00\x00")], flags=0x0300)
        with pytest.raises(EncryptedWordFile):
            read_word_text(document, (b"", table))
        damaged, _ = self.streams("x\r", [(2, b"\x00\x00")])
        with pytest.raises(BrokenWordFile):
            read_word_text(damaged[:300], (b"", b""))


@pytest.mark.parametrize(
    ("parse", "data", "code"),
    [
        (parse_odt, open_document("<text:p>x</text:p>", manifest="<m><encryption-data/></m>"), "document_encrypted"),
        (parse_odt, open_document("")[:-50], "document_corrupt"),
        (parse_epub, open_document(""), "document_corrupt"),
        (parse_doc, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "document_corrupt"),
        (parse_eml, b"From: a\nContent-Type: multipart/encrypted; boundary=x\n\n--x--", "document_encrypted"),
    ],
    ids=["encrypted odt", "cut odt", "no book", "empty doc", "encrypted mail"],
)
def test_what_cannot_be_read_fails_with_its_code(parse: object, data: bytes, code: str) -> None:
    assert callable(parse)
    with pytest.raises(ParseError) as caught:
        parse(data)

    assert caught.value.code == code
