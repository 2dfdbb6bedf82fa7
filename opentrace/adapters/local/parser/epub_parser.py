"""E-books (EPUB): the web pages of their spine, in its order."""

import posixpath
from urllib.parse import unquote

from opentrace.adapters.local.parser.cleaning import one_line
from opentrace.adapters.local.parser.html_parser import parse_html
from opentrace.adapters.local.parser.office_archive import OfficeArchive, corrupt
from opentrace.adapters.local.parser.ooxml import child, children, local_name
from opentrace.adapters.local.parser.xml_element import XmlElement
from opentrace.ports.document_parser import Element, ParsedDocument, ParseError

_KIND = "e-book"
_PAGE_TYPES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})


def parse_epub(data: bytes) -> ParsedDocument:
    """Locations are absent: an e-book has no pages. Raises ParseError."""
    archive = OfficeArchive(data, kind=_KIND)
    if "META-INF/rights.xml" in archive.names:
        raise ParseError(
            "document_encrypted",
            "This e-book is protected against copying (DRM), so it cannot be read. Upload another.",
        )
    container = archive.read_xml("META-INF/container.xml")
    files = children(container, "rootfiles", "rootfile")
    package_name = next((path for node in files if (path := node.get("full-path"))), None)
    package = archive.read_xml(package_name) if package_name else None
    if package is None or package_name is None:
        raise corrupt(kind=_KIND)
    elements: list[Element] = []
    for name in _spine(package, posixpath.dirname(package_name)):
        page = archive.read(name)
        if page:
            elements += parse_html(page).elements
    named = one_line(_metadata(package, "title"))
    heading = next((element.text for element in elements if element.type == "Title"), None)
    return ParsedDocument(tuple(elements), title=named or heading, facts={"format": "epub"})


def _metadata(package: XmlElement, name: str) -> str:
    metadata = child(package, "metadata")
    return (
        next((node.text or "" for node in metadata.iter() if local_name(node) == name), "")
        if metadata is not None
        else ""
    )


def _spine(package: XmlElement, folder: str) -> list[str]:
    """The names of the pages, in reading order; those that are only reached by links are left out."""
    items: dict[str, str] = {}
    for item in children(package, "manifest", "item"):
        if item.get("media-type") in _PAGE_TYPES:
            items[item.get("id") or ""] = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
    linear = (node for node in children(package, "spine", "itemref") if node.get("linear") != "no")
    return [items[name] for node in linear if (name := node.get("idref") or "") in items]
