"""Opens the zip archive of an Office document without trusting anything that it says of itself."""

import io
import re
import zipfile
import zlib
from typing import Any

from lxml import etree

from opentrace.adapters.local.parser.xml_element import XmlElement
from opentrace.ports.document_parser import ParseError

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 512 * 1024 * 1024
MAX_TOTAL_BYTES = 2 * 1024**3
# Word's own XML reaches 40; zlib cannot pass 1,032. Small members may have any ratio.
MAX_RATIO = 250
RATIO_FREE_BYTES = 16 * 1024 * 1024
_LOCAL_HEADER_BYTES = 30
_NO_DOCUMENT_TYPE = "It declares an XML document type, which no office program does."
_DOCUMENT_TYPE = re.compile(rb"[\xef\xbb\xbf\xfe\xff]*+(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)


class OfficeArchive:
    """Members are read by name into memory, never unpacked. Raises ParseError.

    `kind` completes "This … is damaged".
    """

    def __init__(self, data: bytes, *, kind: str = "Word document") -> None:
        self._kind = kind
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise corrupt(kind=kind) from error
        self._check()

    @property
    def names(self) -> list[str]:
        """Names of members, which are no paths: nothing is ever written to one."""
        return self._archive.namelist()

    def check_members(self) -> None:
        """Refuse what `read_xml` refuses, in all XML members, before another reader of XML gets to see them."""
        for name in self.names:
            if name.lower().endswith((".xml", ".rels")) and _has_document_type(self.read(name) or b""):
                raise corrupt(_NO_DOCUMENT_TYPE, kind=self._kind)

    def _check(self) -> None:
        members = self._archive.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
            raise _bomb()
        end = 0
        for member in sorted(members, key=lambda member: member.header_offset):
            # Bombs let many members share the same compressed bytes.
            if member.header_offset < end:
                raise _bomb()
            end = member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size
            if member.flag_bits & 0x1:
                raise ParseError(
                    "document_encrypted", "This document is encrypted. Save a copy without a password, and upload that."
                )

    def read(self, name: str) -> bytes | None:
        """The bytes of a member, or None where there is no such member."""
        try:
            member = self._archive.getinfo(name)
        except KeyError:
            return None
        most = min(MAX_MEMBER_BYTES, max(RATIO_FREE_BYTES, member.compress_size * MAX_RATIO))
        try:
            with self._archive.open(member) as file:
                data = file.read(most + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise corrupt(kind=self._kind) from error
        if len(data) > most:
            raise _bomb()
        return data

    def read_xml(self, name: str) -> XmlElement | None:
        """The root of an XML member. Document types, and so entities, are refused: Office writes none."""
        data = self.read(name)
        if data is None:
            return None
        parser: Any = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
        )
        if _has_document_type(data):
            raise corrupt(_NO_DOCUMENT_TYPE, kind=self._kind)
        # ISO 29500 Strict has other names for the same elements.
        data = data.replace(
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise corrupt(kind=self._kind) from error
        tree: Any = root.getroottree()
        if tree.docinfo.doctype:
            raise corrupt(_NO_DOCUMENT_TYPE, kind=self._kind)
        return root


def _has_document_type(data: bytes) -> bool:
    """Whether one is declared before the root element. NULs and the first bytes are those of UTF-16."""
    return _DOCUMENT_TYPE.match(data.replace(b"\x00", b"") if 0 in data[:200] else data) is not None


def corrupt(reason: str = "", *, kind: str = "Word document") -> ParseError:
    return ParseError(
        "document_corrupt",
        f"This {kind} is damaged and cannot be opened. {reason} Save it anew from the program that made it, and upload "
        "that.".replace("  ", " "),
    )


def _bomb() -> ParseError:
    return ParseError(
        "document_too_large",
        "This document unpacks to far more than its size, as archives do that are made to exhaust a machine. Save it "
        "anew from the program that made it, and upload that.",
    )
