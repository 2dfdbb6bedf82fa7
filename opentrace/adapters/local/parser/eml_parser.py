"""E-mails (.eml): who wrote what to whom, the text, and the names of what was attached."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import cast

from opentrace.adapters.local.parser.charset import decode
from opentrace.adapters.local.parser.cleaning import one_line
from opentrace.adapters.local.parser.html_parser import parse_html
from opentrace.adapters.local.parser.text_parser import parse_text
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError

_HEADERS = ("From", "To", "Cc", "Date")
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_MAX_DEPTH = 10


def parse_eml(data: bytes) -> ParsedDocument:
    """The subject is the title; messages in a message follow it. Raises ParseError."""
    message = message_from_bytes(data, _class=EmailMessage, policy=modern)
    if _content_type(message) in _ENCRYPTED:
        raise ParseError(
            "document_encrypted", "This e-mail is encrypted. Save its text from the mail program, and upload that."
        )
    elements = tuple(_message(message, depth=1))
    return ParsedDocument(elements, title=_header(message, "Subject") or None, facts={"format": "eml"})


def _message(message: EmailMessage, *, depth: int) -> Iterator[Element]:
    subject = _header(message, "Subject")
    if subject:
        yield Element("Title", subject, level=depth)
    about = [f"{name}: {value}" for name in _HEADERS if (value := _header(message, name))]
    if about:
        yield Element("NarrativeText", "\n".join(about))
    attached: list[str] = []
    inner: list[EmailMessage] = []
    yield from _parts(message, attached, inner)
    if attached:
        yield Element("NarrativeText", "Attachments: " + ", ".join(attached))
    for other in inner:
        if depth < _MAX_DEPTH:
            yield from _message(other, depth=depth + 1)


def _parts(part: EmailMessage, attached: list[str], inner: list[EmailMessage]) -> Iterator[Element]:
    """The text of a part. Of alternatives the richest is taken, which is the last that can be read."""
    kind = _content_type(part)
    if kind == "message/rfc822":
        inner += _inside(part)
        return
    if part.is_multipart():
        parts = _inside(part)
        if kind == "multipart/alternative":
            readable = [item for item in parts if item.is_multipart() or _content_type(item).startswith("text/")]
            parts = readable[-1:]
        for item in parts:
            yield from _parts(item, attached, inner)
        return
    name = one_line(_file_name(part))
    if name or part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
        attached.append(name or kind)
        return
    content = part.get_payload(decode=True)
    text = decode(content if isinstance(content, bytes) else b"", declared=part.get_content_charset())
    yield from (parse_html if kind == "text/html" else parse_text)(text.encode("utf-8", "replace")).elements


def _inside(part: EmailMessage) -> list[EmailMessage]:
    payload = cast("object", part.get_payload())
    items = cast("list[object]", payload) if isinstance(payload, list) else []
    return [item for item in items if isinstance(item, EmailMessage)]


def _content_type(part: EmailMessage) -> str:
    return part.get_content_type().lower()


def _file_name(part: EmailMessage) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return ""


def _header(message: EmailMessage, name: str) -> str:
    """Decoded; broken headers, of which there are many kinds, are none."""
    try:
        return one_line(str(message.get(name, "")))
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return ""
