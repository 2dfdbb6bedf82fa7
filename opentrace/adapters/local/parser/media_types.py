"""The media types that are taken, and the words for those that are not."""

from opentrace.ports.document_parser import ParseError

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
MARKDOWN = "text/markdown"
TEXT = "text/plain"

MEDIA_TYPES: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    DOCX: (".docx",),
    HTML: (".html", ".htm"),
    MARKDOWN: (".md", ".markdown"),
    TEXT: (".txt", ".text", ".log"),
}


def unsupported(kind: str) -> ParseError:
    """`kind` completes "This is …"."""
    return ParseError(
        "document_type_unsupported",
        f"This is {kind}, which cannot be read yet. Upload it as a PDF, Word (.docx), HTML, Markdown or plain text "
        "file.",
    )
