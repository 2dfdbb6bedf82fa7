"""The media types that are taken, and the words for those that are not."""

from opentrace.ports.document_parser import ParseError

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
MARKDOWN = "text/markdown"
TEXT = "text/plain"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOC = "application/msword"
ODT = "application/vnd.oasis.opendocument.text"
RTF = "application/rtf"
EPUB = "application/epub+zip"
EML = "message/rfc822"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"

IMAGES = frozenset({PNG, JPEG, TIFF, WEBP})

MEDIA_TYPES: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    DOCX: (".docx",),
    HTML: (".html", ".htm"),
    MARKDOWN: (".md", ".markdown"),
    TEXT: (".txt", ".text", ".log"),
    XLSX: (".xlsx", ".xlsm"),
    XLS: (".xls",),
    ODS: (".ods",),
    CSV: (".csv", ".tsv"),
    PPTX: (".pptx",),
    DOC: (".doc",),
    ODT: (".odt",),
    RTF: (".rtf",),
    EPUB: (".epub",),
    EML: (".eml",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    TIFF: (".tif", ".tiff"),
    WEBP: (".webp",),
}


def unsupported(kind: str) -> ParseError:
    """`kind` completes "This is …"."""
    return ParseError(
        "document_type_unsupported",
        f"This is {kind}, which cannot be read. Upload it as a PDF, as a document, spreadsheet or presentation of "
        "Office or OpenDocument, as HTML, Markdown or text, or as an image of its text (PNG, JPEG, TIFF, WebP).",
    )
