"""A file is what its content says, whatever it is called."""

import io
import zipfile
from pathlib import Path

import pytest

from opentrace.adapters.local.parser.detect import HEAD_BYTES, detect
from opentrace.adapters.local.parser.media_types import (
    CSV,
    DOC,
    DOCX,
    EML,
    EPUB,
    HTML,
    JPEG,
    MARKDOWN,
    ODS,
    ODT,
    PDF,
    PNG,
    PPTX,
    RTF,
    TEXT,
    TIFF,
    WEBP,
    XLS,
    XLSX,
)
from opentrace.ports.document_parser import ParseError
from tests.adapters.parser import documents, hostile_files

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def zip_of(*names: str, first: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "file_name", "media_type"),
    [
        (documents.simple_pdf(), "picture.png", PDF),
        (b"\xef\xbb\xbf" + documents.simple_pdf(), "a.pdf", PDF),
        (b"junk before it\n" + hostile_files.text_page(), "a.pdf", PDF),
        (documents.simple_docx(), "notes.txt", DOCX),
        (b"<!DOCTYPE html><p>Hi", "a.txt", HTML),
        (b'<?xml version="1.0"?>\n<!-- made -->\n<html xmlns="http://www.w3.org/1999/xhtml">', "a.md", HTML),
        ("<html><body>Grüße".encode("utf-16"), "a.bin", HTML),
        (b"<p>A fragment of a page</p>", "a", HTML),
        (b'<div align="center">\n\n# Project\n', "README.md", MARKDOWN),
        (b"# Heading\n\ntext", "notes.markdown", MARKDOWN),
        (b"# Heading\n\ntext", "notes.txt", TEXT),
        (b"The header of a PDF is %PDF-1.7, and so on.", "a.txt", TEXT),
        (b"a,b\n1,2\n", "table.csv", CSV),
        (b"a\tb\n1\t2\n", "table.tsv", CSV),
        (b"a,b\n1,2\n", "table.txt", TEXT),
        (zip_of("mimetype", first=b"application/epub+zip"), "a.zip", EPUB),
        (zip_of("mimetype", first=b"application/vnd.oasis.opendocument.text"), "a.zip", ODT),
        (zip_of("mimetype", first=b"application/vnd.oasis.opendocument.spreadsheet"), "a.zip", ODS),
        (zip_of("xl/workbook.xml"), "a.docx", XLSX),
        (zip_of("ppt/presentation.xml"), "a.docx", PPTX),
        (OLE2 + "WordDocument".encode("utf-16-le"), "a.xls", DOC),
        (OLE2 + "Workbook".encode("utf-16-le"), "a.doc", XLS),
        (b"{\\rtf1 Hello}", "a.doc", RTF),
        (b"MIME-Version: 1.0\nFrom: a@b.example\nTo: c@d.example\nSubject: x\n\nHi", "a.txt", EML),
        ("Grüße aus Köln".encode("cp1252"), "a.txt", TEXT),
        ("plain words".encode("utf-16-le"), "a.txt", TEXT),
        ("plain words".encode("utf-32"), "a.txt", TEXT),
        (b"BMW and other makers", "cars", TEXT),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a.pdf", PNG),
        (b"\xff\xd8\xff\xe0" + bytes(50), "a.txt", JPEG),
        (b"II*\x00" + bytes(50), "a.tif", TIFF),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a.png", WEBP),
        (b"From: here\nto there is a long way.", "a.txt", TEXT),
    ],
)
def test_what_is_taken_is_recognised(data: bytes, file_name: str, media_type: str) -> None:
    assert detect(data[:HEAD_BYTES], path=None, file_name=file_name) == media_type


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (zip_of("a.txt", "b.txt"), "zip archive"),
        (zip_of("mimetype", first=b"application/vnd.oasis.opendocument.presentation"), ".odp"),
        (OLE2 + "PowerPoint Document".encode("utf-16-le"), ".ppt"),
        (OLE2 + "__substg1.0_".encode("utf-16-le"), ".msg"),
        (b"GIF89a" + bytes(50), "GIF"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "sound"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"MZ\x90\x00" + bytes(100), "program"),
        (bytes(range(256)) * 10, "binary"),
    ],
)
def test_what_is_not_taken_is_refused_by_its_name(data: bytes, kind: str) -> None:
    with pytest.raises(ParseError) as caught:
        detect(data, path=None, file_name="report.pdf")

    assert caught.value.code == "document_type_unsupported"
    assert kind in caught.value.detail
    assert "PDF" in caught.value.detail


def test_an_office_file_in_an_encrypted_wrapping_is_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "secret.docx"
    path.write_bytes(OLE2 + bytes(HEAD_BYTES) + "EncryptedPackage".encode("utf-16-le"))

    with pytest.raises(ParseError) as caught:
        detect(path.read_bytes()[:HEAD_BYTES], path=path, file_name="secret.docx")

    assert caught.value.code == "document_encrypted"


def test_the_kind_of_an_archive_is_found_in_its_end_where_the_head_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / "late.docx"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("media/picture.bin", bytes(HEAD_BYTES * 2))
        archive.writestr("word/document.xml", "<x/>")
    path.write_bytes(out.getvalue())

    assert detect(out.getvalue()[:HEAD_BYTES], path=path, file_name="late.docx") == DOCX
