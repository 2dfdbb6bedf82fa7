"""Names in Office's XML without their namespaces, of which there are two kinds (transitional and strict)."""

import posixpath
from collections.abc import Iterator

from opentrace.adapters.local.parser.office_archive import OfficeArchive
from opentrace.adapters.local.parser.xml_element import XmlElement


def local_name(node: XmlElement) -> str:
    return str(node.tag).rpartition("}")[2]


def attribute(node: XmlElement, name: str) -> str | None:
    """By its local name, whatever its namespace."""
    return next((str(value) for key, value in node.attrib.items() if str(key).rpartition("}")[2] == name), None)


def children(node: XmlElement | None, *path: str) -> Iterator[XmlElement]:
    """The children of a node by name, and theirs, along the path."""
    if node is None:
        return
    if not path:
        yield node
        return
    for child in node:
        if local_name(child) == path[0]:
            yield from children(child, *path[1:])


def child(node: XmlElement | None, *path: str) -> XmlElement | None:
    return next(children(node, *path), None)


def related_parts(archive: OfficeArchive, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to inside of the archive, by relationship id: the last word of its type, and its name."""
    folder, name = posixpath.split(part)
    root = archive.read_xml(posixpath.join(folder, "_rels", f"{name}.rels"))
    found: dict[str, tuple[str, str]] = {}
    for relation in root if root is not None else ():
        if (relation.get("TargetMode") or "").lower() == "external":
            continue
        target = relation.get("Target") or ""
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[relation.get("Id") or ""] = ((relation.get("Type") or "").rpartition("/")[2], path)
    return found
