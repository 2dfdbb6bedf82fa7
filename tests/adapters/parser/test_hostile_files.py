"""Files that are made to exhaust, fool or break a parser fail alone, with a code of their own, within their limits."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from opentrace.adapters.local.parser import LocalDocumentParser
from opentrace.adapters.local.parser.media_types import DOCX, HTML, MARKDOWN, PDF, XLSX
from opentrace.ports.document_parser import ParsedDocument, ParseError, ParseLimits
from tests.adapters.parser import hostile_files
from tests.adapters.parser.archives import sheet_row, workbook
from tests.adapters.parser.hostile_files import MEGABYTE, docx_of, paragraph

LIMITS = ParseLimits(timeout_s=20.0, memory_bytes=512 * MEGABYTE)
ENTITIES = '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.fixture(scope="module")
async def parser() -> AsyncGenerator[LocalDocumentParser]:
    parser = LocalDocumentParser(processes=1)
    yield parser
    await parser.close()


async def read(parser: LocalDocumentParser, folder: Path, data: bytes, media_type: str) -> ParsedDocument:
    path = folder / "hostile"
    path.write_bytes(data)
    return await parser.parse(path, media_type=media_type, limits=LIMITS)


@pytest.mark.parametrize(
    ("data", "media_type", "code"),
    [
        pytest.param(hostile_files.flate_bomb_pdf(1024), PDF, "parse_out_of_memory", id="flate bomb"),
        pytest.param(
            docx_of(paragraph("x"), members=[("word/styles.xml", b" " * 40 * MEGABYTE)]),
            DOCX,
            "document_too_large",
            id="zip bomb",
        ),
        pytest.param(
            hostile_files.overlapping_zip(docx_of(paragraph("x")), copies=50),
            DOCX,
            "document_too_large",
            id="overlapping entries",
        ),
        pytest.param(docx_of(paragraph("&b;"), document_type=ENTITIES), DOCX, "document_corrupt", id="billion laughs"),
        pytest.param(
            docx_of(paragraph("&x;"), document_type='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
            DOCX,
            "document_corrupt",
            id="external entity",
        ),
        pytest.param(
            docx_of(paragraph("&x;"), document_type='<!-- <w: --><!DOCTYPE x [<!ENTITY x "y">]>'),
            DOCX,
            "document_corrupt",
            id="document type behind a comment",
        ),
        pytest.param(
            docx_of("<w:sdt><w:sdtContent>" * 20_000 + paragraph("x") + "</w:sdtContent></w:sdt>" * 20_000),
            DOCX,
            "document_corrupt",
            id="deep XML",
        ),
        pytest.param(
            docx_of("<w:sdt><w:sdtContent>" * 600 + paragraph("x") + "</w:sdtContent></w:sdt>" * 600),
            DOCX,
            "document_too_large",
            id="deeper than the walk",
        ),
        pytest.param(
            workbook(("A", sheet_row(1, "a") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
            XLSX,
            "parse_out_of_memory",
            id="a cell at the far end of a sheet",
        ),
        pytest.param(b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000, HTML, "document_too_large", id="deep HTML"),
    ],
)
async def test_a_hostile_file_fails_with_its_code(
    parser: LocalDocumentParser, tmp_path: Path, data: bytes, media_type: str, code: str
) -> None:
    with pytest.raises(ParseError) as caught:
        await read(parser, tmp_path, data, media_type)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("data", "media_type", "text"),
    [
        pytest.param(hostile_files.page_loop_pdf(), PDF, "Round and round.", id="page tree loop"),
        pytest.param(hostile_files.text_page(count=b"2147483647"), PDF, "A plain sentence", id="huge count"),
        pytest.param(
            hostile_files.text_page(media_box=b"[0 0 1000000 1000000]"), PDF, "A plain sentence", id="huge page"
        ),
        pytest.param(b"<p>&lt;b&gt; &b; &#0;x<p>\x00y", HTML, "<b> &b;", id="entities and NULs in HTML"),
        pytest.param(b">" * 20_000 + b"deep", MARKDOWN, ">>>", id="deep Markdown"),
        pytest.param(b"[" * 20_000 + b"deep", MARKDOWN, "[[[", id="brackets in Markdown"),
    ],
)
async def test_a_hostile_file_that_can_be_read_is(
    parser: LocalDocumentParser, tmp_path: Path, data: bytes, media_type: str, text: str
) -> None:
    document = await read(parser, tmp_path, data, media_type)

    assert document.elements[0].text.startswith(text)
    assert "\x00" not in "".join(element.text for element in document.elements)


async def test_external_parts_of_a_document_are_not_asked_for(parser: LocalDocumentParser, tmp_path: Path) -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        b'Target="http://127.0.0.1:9/template.dotm" TargetMode="External"/></Relationships>'
    )
    data = docx_of(paragraph("Only this."), members=[("word/_rels/settings.xml.rels", relations)])

    document = await read(parser, tmp_path, data, DOCX)

    assert [element.text for element in document.elements] == ["Only this."]
