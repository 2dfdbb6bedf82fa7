"""Small files that are made to exhaust, fool or break what reads them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

MEGABYTE = 1024 * 1024


def pdf_of(objects: Sequence[bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects (the first is the catalog) with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    offsets: list[int] = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def stream_of(data: bytes, filters: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), filters, data)


def page_pdf(content: bytes, *, media_box: bytes = b"[0 0 612 792]", count: bytes = b"1") -> bytes:
    """A page whose content stream object is `content`."""
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count %s >>" % count,
            b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            % media_box,
            content,
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


def text_page(text: bytes = b"A plain sentence on the page.", **page: bytes) -> bytes:
    return page_pdf(stream_of(b"BT /F1 12 Tf 72 700 Td (%s) Tj ET" % text), **page)


def flate_bomb_pdf(megabytes: int) -> bytes:
    """A content stream of blanks, compressed twice, so that a few kilobytes become `megabytes`."""
    packer = zlib.compressobj(9)
    once = b"".join(packer.compress(b" " * MEGABYTE) for _ in range(megabytes)) + packer.flush()
    return page_pdf(stream_of(zlib.compress(once, 9), b"/Filter [/FlateDecode /FlateDecode]"))


def operator_bomb_pdf(operators: int) -> bytes:
    """A content stream of very many drawings of text and lines, well compressed."""
    piece = b"BT /F1 1 Tf 1 0 0 1 10 10 Tm (x) Tj ET 0 0 m 9 9 l S\n"
    return page_pdf(stream_of(zlib.compress(piece * operators, 9), b"/Filter /FlateDecode"))


def page_loop_pdf() -> bytes:
    """A page tree that contains itself."""
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 >>",
            b"<</Type/Page/Parent 2 0 R/MediaBox [0 0 612 792]/Contents 4 0 R/Resources <</Font <</F1 5 0 R>> >> >>",
            stream_of(b"BT /F1 12 Tf 72 700 Td (Round and round.) Tj ET"),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )


def docx_of(
    body: str,
    *,
    document_type: str = "",
    members: Sequence[tuple[str, bytes]] = (),
    namespace: str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
) -> bytes:
    """A Word document with this XML in its body, and with more members."""
    document = (
        f'<?xml version="1.0"?>{document_type}<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("word/document.xml", document)
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def overlapping_zip(data: bytes, *, copies: int) -> bytes:
    """The archive with its last member listed `copies` times, all of them over the same bytes."""
    end = data.rfind(b"PK\x05\x06")
    (count, _, size, start) = struct.unpack("<HHII", data[end + 8 : end + 20])
    directory = data[start : start + size]
    last = directory[directory.rfind(b"PK\x01\x02") :]
    repeated = directory + last * copies
    record = struct.pack("<HHHHIIH", 0, 0, count + copies, count + copies, len(repeated), start, 0)
    return data[:start] + repeated + b"PK\x05\x06" + record


def png_claiming(width: int, height: int) -> bytes:
    """A small PNG whose header says that it is large."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(bytes(1000))) + part(b"IEND", b"")
