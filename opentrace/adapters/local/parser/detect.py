"""Tells what a file is by its content; its name decides only between kinds of plain text."""

import re
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from pathlib import Path, PurePath
from typing import IO

from opentrace.adapters.local.parser.media_types import (
    CSV,
    DOC,
    DOCX,
    EML,
    EPUB,
    HTML,
    JPEG,
    MARKDOWN,
    MEDIA_TYPES,
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
    unsupported,
)
from opentrace.ports.document_parser import ParseError

HEAD_BYTES = 65536

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II+\x00", "a BigTIFF image"),
    (b"MM\x00+", "a BigTIFF image"),
    (b"BM", "a BMP image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"%!PS", "a PostScript file"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"fLaC", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
_IMAGES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams in the directory of an OLE2 file, which are in UTF-16.
_OLE2_STREAMS: tuple[tuple[str, str], ...] = (("WordDocument", DOC), ("Workbook", XLS), ("Book", XLS))
_OLE2_OTHERS: tuple[tuple[str, str], ...] = (
    ("PowerPoint Document", "an old PowerPoint presentation (.ppt)"),
    ("__substg1.0_", "an Outlook message (.msg)"),
)
# By what describes the archive; macros change nothing for a reader.
_ZIP_KINDS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.(?:sheet|template)\.macroEnabled"), XLSX),
    (re.compile(rb"presentationml\.(?:presentation|slideshow|template)\.main|ms-powerpoint\.\w+\.macroEnabled"), PPTX),
    (re.compile(rb"epub\+zip"), EPUB),
    (re.compile(rb"opendocument\.text"), ODT),
    (re.compile(rb"opendocument\.spreadsheet"), ODS),
)
_ZIP_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"ms-excel.sheet.binary", "a binary Excel workbook (.xlsb)"),
    (b"opendocument.presentation", "an OpenDocument presentation (.odp)"),
)
_ZIP_FOLDERS = ((b"xl/", XLSX), (b"ppt/", PPTX), (b"word/", DOCX))
_WORD_CONTENT = re.compile(
    rb"ms-word\.(?:document|template)\.macroEnabled|wordprocessingml\.(?:document|template)\.main"
)
_PDF_OBJECT = re.compile(rb"\d+ \d+ obj\b")
_HTML_START = re.compile(
    r"(?:\s|<!--.*?-->|<\?xml[^>]*\?>)*<(!doctype\s+html|html|head|body|meta|title|frameset)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_FRAGMENT = re.compile(
    r"(?:\s|<!--.*?-->)*<(?:script|style|table|div|p|h[1-6]|ul|ol|article|section|main|span|a|b|font|center|br|img|form)\b",
    re.IGNORECASE | re.DOTALL,
)
_SVG_START = re.compile(r"(?:\s|<!--.*?-->|<\?xml[^>]*\?>|<!doctype[^>]*>)*<svg\b", re.IGNORECASE | re.DOTALL)
_MAIL_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*:[ \t]?[^\n]*(?:\n[ \t][^\n]*)*\n")
_MAIL_MARKS = ("mime-version", "message-id", "received", "return-path", "x-mailer")
# What is below the space and in no text: all but tab, line breaks, form feed, back space, escape and end of file.
_BINARY_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1b\x08\x1a"))


def detect(head: bytes, *, path: Path | None, file_name: str) -> str:
    """The media type of a file that begins with `head` (HEAD_BYTES are enough). `path` is asked where it is given.

    Raises ParseError with the code document_type_unsupported, document_empty for no bytes at all, or
    document_encrypted for Office files in an encrypted wrapping.
    """
    if not head:
        raise ParseError(
            "document_empty", "The file is empty: it has no bytes. Check the original and upload it again."
        )
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _in_zip(head, path)
    if head.startswith(_OLE2):
        return _in_ole2(head, path)
    if head.startswith(b"{\\rtf"):
        return RTF
    for magic, media_type in _IMAGES:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    for magic, kind in _MAGIC:
        if head.startswith(magic) and not (magic.isalnum() and _looks_like_text(head)):
            raise unsupported(kind)
    if head[:4] == b"RIFF":
        raise unsupported("a sound file" if head[8:12] == b"WAVE" else "a video")
    if head[4:8] == b"ftyp":
        raise unsupported("a HEIC or AVIF image" if head[8:12] in (b"heic", b"mif1", b"avif") else "a video")
    return _text_type(head, file_name)


def _text_type(head: bytes, file_name: str) -> str:
    text = _decoded(head)
    suffix = PurePath(file_name).suffix.lower()
    if text is not None:
        if _HTML_START.match(text):
            return HTML
        if _SVG_START.match(text):
            raise unsupported("an SVG image")
        if _is_mail(text):
            return EML
    # Readers accept bytes before the header of a PDF. A text that only speaks of PDFs has no objects after it.
    if b"%PDF-" in head[:1024] and _PDF_OBJECT.search(head):
        return PDF
    if text is None:
        raise unsupported("a binary file of an unknown kind")
    for media_type in (MARKDOWN, CSV):
        if suffix in MEDIA_TYPES[media_type]:
            return media_type
    if _HTML_FRAGMENT.match(text) and suffix not in MEDIA_TYPES[TEXT]:
        return HTML
    return TEXT


def _looks_like_text(head: bytes) -> bool:
    return _decoded(head) is not None


def _decoded(head: bytes) -> str | None:
    """The head as text for looking at its ASCII letters, or None where it is binary."""
    for mark, encoding in (
        (BOM_UTF8, "utf-8"),
        (BOM_UTF32_LE, "utf-32-le"),
        (BOM_UTF32_BE, "utf-32-be"),
        (BOM_UTF16_LE, "utf-16-le"),
        (BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, errors="replace")
    encoding = wide_encoding(head)
    if encoding is not None:
        return head.decode(encoding, errors="replace")
    controls = len(head) - len(head.translate(None, _BINARY_CONTROLS))
    if controls > max(4, len(head) // (200 if 0 in head else 20)):
        return None
    return head.decode("latin-1")


def wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, by where its NUL bytes stand."""
    sample = data[: min(len(data), 4096) // 4 * 4]
    if len(sample) < 8 or 0 not in sample:
        return None
    share = [sample[offset::4].count(0) / (len(sample) // 4) for offset in range(4)]
    match [part > 0.7 for part in share], [part < 0.1 for part in share]:
        case [False, True, True, True], _:
            return "utf-32-le"
        case [True, True, True, False], _:
            return "utf-32-be"
        case [_, True, _, True], [True, _, True, _]:
            return "utf-16-le"
        case [True, _, True, _], [_, True, _, True]:
            return "utf-16-be"
        case _:
            return None


def _is_mail(text: str) -> bool:
    names: set[str] = set()
    at = 0
    normal = text[:16384].replace("\r\n", "\n")
    while match := _MAIL_HEADER.match(normal, at):
        names.add(match.group().partition(":")[0].lower())
        at = match.end()
    return len(names) >= 3 and any(mark in names for mark in _MAIL_MARKS) and ("from" in names or "to" in names)


def _in_ole2(head: bytes, path: Path | None) -> str:
    content = head
    if path is not None:
        with path.open("rb") as file:
            content = _ends(file)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise ParseError(
            "document_encrypted",
            "This Office document is protected by a password. Remove the password in the program that made it, and "
            "upload it again.",
        )
    for stream, kind in _OLE2_OTHERS:
        if stream.encode("utf-16-le") in content:
            raise unsupported(kind)
    for stream, media_type in _OLE2_STREAMS:
        if stream.encode("utf-16-le") in content:
            return media_type
    raise unsupported("an old Office document (OLE2)")


def _ends(file: IO[bytes], size: int = 4 * 1024 * 1024) -> bytes:
    first = file.read(size)
    end = file.seek(0, 2)
    file.seek(max(len(first), end - size))
    return first + file.read(size)


def _in_zip(head: bytes, path: Path | None) -> str:
    """Which kind of document an archive is, by the members whose headers are in `head`, else in the file's ends.

    Nothing is unpacked but the start of members that name the kind: `[Content_Types].xml` and `mimetype`.
    """
    content = head
    if path is not None:
        with path.open("rb") as file:
            content = _ends(file)
    names, described = _zip_members(content)
    if _WORD_CONTENT.search(described) or b"word/document.xml" in names:
        return DOCX
    for mark, kind in _ZIP_OTHERS:
        if mark in described:
            raise unsupported(kind)
    for described_by, media_type in _ZIP_KINDS:
        if described_by.search(described):
            return media_type
    for folder, media_type in _ZIP_FOLDERS:
        if any(name.startswith(folder) for name in names):
            return media_type
    raise unsupported("a zip archive")


def _zip_members(content: bytes) -> tuple[set[bytes], bytes]:
    """The names in local and central headers, and the text of the members that describe the archive."""
    names: set[bytes] = set()
    described = b""
    for signature, name_length_at, name_at in ((b"PK\x03\x04", 26, 30), (b"PK\x01\x02", 28, 46)):
        at = content.find(signature)
        while at >= 0 and len(names) < 10_000:
            length = int.from_bytes(content[at + name_length_at : at + name_length_at + 2], "little")
            name = content[at + name_at : at + name_at + length]
            names.add(name)
            if (
                signature == b"PK\x03\x04"
                and name in (b"[Content_Types].xml", b"mimetype")
                and len(described) < 1 << 20
            ):
                extra = int.from_bytes(content[at + 28 : at + 30], "little")
                start = at + name_at + length + extra
                described += _start_of_member(content[start:], method=content[at + 8])
            at = content.find(signature, at + 4)
    return names, described


def _start_of_member(data: bytes, *, method: int) -> bytes:
    if method == 0:
        return data[:256]
    try:
        return zlib.decompressobj(-15).decompress(data[:65536], 1 << 19)
    except zlib.error:
        return b""
