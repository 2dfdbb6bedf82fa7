"""What every document parser keeps to. A test module inherits from the suite and gives it a fixture `parser`."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from opentrace.ports.document_parser import DocumentParser, ParsedDocument, ParseError, ParseLimits
from tests.adapters.parser import archives, documents, hostile_files

LIMITS = ParseLimits(timeout_s=60.0)

FILES: Mapping[str, bytes] = {
    "report.pdf": documents.simple_pdf(),
    "report.docx": documents.simple_docx(),
    "report.html": b"<!doctype html><title>Report</title><h1>Report</h1><p>Rivers rise in spring.</p>",
    "report.md": b"# Report\n\nRivers rise in spring.\n",
    "report.txt": b"REPORT\n\nRivers rise in spring.\n",
    "report.pptx": archives.presentation(
        archives.shape("Report", kind="title") + archives.shape("Rivers rise in spring.")
    ),
    "report.odt": archives.open_document("<text:h>Report</text:h><text:p>Rivers rise in spring.</text:p>"),
    "report.epub": archives.e_book(only="<h1>Report</h1><p>Rivers rise in spring.</p>"),
    "report.eml": b"Subject: Report\nMIME-Version: 1.0\nMessage-ID: <1@example.com>\nBcc: a@example.com\n"
    b"To:\n\nRivers rise in spring.\n",
}


async def read(parser: DocumentParser, folder: Path, data: bytes, *, name: str = "file") -> ParsedDocument:
    """The document as the product reads it: its type by its content, then its elements."""
    path = folder / name
    path.write_bytes(data)
    media_type = parser.detect(data[:65536], path=path, file_name=name)
    return await parser.parse(path, media_type=media_type, limits=LIMITS)


class DocumentParserContract:
    @pytest.mark.parametrize("name", FILES)
    async def test_a_document_becomes_typed_elements(self, parser: DocumentParser, tmp_path: Path, name: str) -> None:
        document = await read(parser, tmp_path, FILES[name], name=name)

        types = [element.type for element in document.elements]
        assert types == ["Title", "NarrativeText"]
        assert document.elements[1].text == "Rivers rise in spring."
        assert document.title is not None
        assert document.title.lower() == "report"

    @pytest.mark.parametrize("name", FILES)
    def test_the_type_is_told_by_the_content(self, parser: DocumentParser, name: str) -> None:
        named = parser.detect(FILES[name], path=None, file_name=name)

        assert Path(name).suffix in parser.media_types[named]
        if name not in ("report.md", "report.txt"):
            assert parser.detect(FILES[name], path=None, file_name="picture.png") == named

    def test_no_bytes_are_an_empty_document(self, parser: DocumentParser) -> None:
        with pytest.raises(ParseError) as caught:
            parser.detect(b"", path=None, file_name="report.pdf")

        assert caught.value.code == "document_empty"

    def test_another_kind_of_file_is_named_and_refused(self, parser: DocumentParser) -> None:
        with pytest.raises(ParseError) as caught:
            parser.detect(b"GIF89a" + bytes(100), path=None, file_name="report.pdf")

        assert caught.value.code == "document_type_unsupported"
        assert "GIF" in caught.value.detail

    async def test_locations_lie_on_the_page_and_delimit_lines(self, parser: DocumentParser, tmp_path: Path) -> None:
        document = await read(parser, tmp_path, documents.simple_pdf())

        for element in document.elements:
            assert "".join(element.text[at.start : at.end] for at in element.locations) == element.text
            for at in element.locations:
                assert at.page == element.page == 1
                assert 0 <= at.x0 < at.x1 <= 1
                assert 0 <= at.y0 < at.y1 <= 1
        assert document.page_count == 1

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (documents.encrypted_pdf(), "document_encrypted"),
            (b"%PDF-1.7\nnothing of what a PDF has", "document_corrupt"),
            (documents.blank_pdf(), "document_empty"),
            (b"<!doctype html><title>Nothing</title>", "document_empty"),
            (documents.simple_docx()[:900], "document_corrupt"),
        ],
    )
    async def test_what_cannot_be_read_fails_with_its_own_code(
        self, parser: DocumentParser, tmp_path: Path, data: bytes, code: str
    ) -> None:
        with pytest.raises(ParseError) as caught:
            await read(parser, tmp_path, data, name="file.docx" if data.startswith(b"PK") else "file")

        assert caught.value.code == code
        assert caught.value.detail.endswith(".")

    async def test_more_pages_than_allowed_are_too_many(self, parser: DocumentParser, tmp_path: Path) -> None:
        path = tmp_path / "long.pdf"
        path.write_bytes(documents.pages_pdf(4))

        with pytest.raises(ParseError) as caught:
            await parser.parse(path, media_type="application/pdf", limits=ParseLimits(max_pages=3))

        assert caught.value.code == "document_too_large"

    async def test_progress_ends_with_the_last_page(self, parser: DocumentParser, tmp_path: Path) -> None:
        path = tmp_path / "long.pdf"
        path.write_bytes(documents.pages_pdf(40))
        seen: list[tuple[int, int]] = []

        await parser.parse(
            path,
            media_type="application/pdf",
            limits=LIMITS,
            on_page=lambda done, total: seen.append((done, total)),
        )

        assert len(seen) > 1
        assert seen == sorted(seen)
        assert seen[-1] == (40, 40)

    async def test_a_file_that_takes_too_long_fails_alone(self, parser: DocumentParser, tmp_path: Path) -> None:
        path = tmp_path / "slow.pdf"
        path.write_bytes(hostile_files.operator_bomb_pdf(1_000_000))

        with pytest.raises(ParseError) as caught:
            await parser.parse(path, media_type="application/pdf", limits=ParseLimits(timeout_s=1.0))

        assert caught.value.code == "parse_timeout"
        document = await read(parser, tmp_path, FILES["report.md"], name="report.md")
        assert len(document.elements) == 2

    async def test_a_cancelled_parse_does_not_hold_up_the_next(self, parser: DocumentParser, tmp_path: Path) -> None:
        path = tmp_path / "slow.pdf"
        path.write_bytes(hostile_files.operator_bomb_pdf(1_000_000))
        slow = asyncio.create_task(parser.parse(path, media_type="application/pdf", limits=LIMITS))
        await asyncio.sleep(0)

        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow

        document = await asyncio.wait_for(read(parser, tmp_path, FILES["report.md"], name="report.md"), timeout=30)
        assert len(document.elements) == 2
