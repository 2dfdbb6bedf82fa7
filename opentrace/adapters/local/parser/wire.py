"""What the parent and a child say to each other: frames of four bytes of length and as many of JSON.

A child has read a hostile file, so the parent believes nothing: it takes JSON only, bounded, and checks every value.
"""

import json
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from opentrace.adapters.local.parser.wire_findings import decode_findings, finding_values
from opentrace.adapters.local.parser.wire_images import decode_image, image_chars, image_values
from opentrace.adapters.local.parser.wire_links import decode_links, link_values
from opentrace.adapters.local.parser.wire_sheets import sheet_values, with_sheet
from opentrace.adapters.local.parser.wire_values import MalformedMessage, is_count, is_text
from opentrace.ports.document_parser import Element, ElementType, Finding, Location, ParsedDocument, ParseErrorCode

HEADER = struct.Struct("!I")
MAX_FRAME_BYTES = 32 * 1024 * 1024
BATCH_CHARS = 200_000

_ELEMENT_TYPES: frozenset[str] = frozenset(get_args(ElementType))
_ERROR_CODES: frozenset[str] = frozenset(get_args(ParseErrorCode))


def encode_frame(message: dict[str, Any]) -> bytes:
    data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return HEADER.pack(len(data)) + data


def decode_frame(data: bytes) -> dict[str, Any]:
    """Raises MalformedMessage."""
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedMessage("not JSON") from error
    if not isinstance(message, dict):
        raise MalformedMessage("not an object")
    return message  # pyright: ignore[reportUnknownVariableType] -- JSON objects have string keys


def receive_exactly(channel: socket.socket, size: int) -> bytes:
    """So many bytes, in a child process; without a parent it ends."""
    data = bytearray()
    while len(data) < size:
        part = channel.recv(size - len(data))
        if not part:
            raise SystemExit
        data += part
    return bytes(data)


def receive_message(channel: socket.socket) -> dict[str, Any]:
    return decode_frame(receive_exactly(channel, HEADER.unpack(receive_exactly(channel, HEADER.size))[0]))


def element_batches(document: ParsedDocument) -> Iterator[list[list[Any]]]:
    """The elements as JSON values, in batches that are quick to decode one by one."""
    batch: list[list[Any]] = []
    chars = 0
    for element in document.elements:
        batch.append(_element_values(element))
        chars += len(element.text) + len(element.html or "") + 60 * len(element.locations)
        chars += image_chars(element.image) + sum(len(link.url) for link in element.links)
        if chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _element_values(element: Element) -> list[Any]:
    locations: list[Any] = []
    for at in element.locations:
        locations += (at.page, round(at.x0, 5), round(at.y0, 5), round(at.x1, 5), round(at.y1, 5), at.start, at.end)
    image = image_values(element.image)
    sheet = sheet_values(element.locations)
    return [
        element.type,
        element.text,
        element.page,
        element.level,
        element.html,
        locations,
        image,
        sheet,
        link_values(element.links),
    ]


def decode_elements(batch: object) -> Iterator[Element]:
    """Raises MalformedMessage for anything that is not an element."""
    if not isinstance(batch, list):
        raise MalformedMessage("elements are not a list")
    for values in batch:  # pyright: ignore[reportUnknownVariableType] -- checked value by value below
        if not isinstance(values, list) or len(values) != 9:  # pyright: ignore[reportUnknownArgumentType] -- as above
            raise MalformedMessage("an element is not a list of nine")
        yield _decode_element(values)  # pyright: ignore[reportUnknownArgumentType] -- as above


def _decode_element(values: list[Any]) -> Element:
    type_, text, page, level, html, locations, image, sheet, links = values
    if type_ not in _ELEMENT_TYPES or not is_text(text) or not (html is None or is_text(html)):
        raise MalformedMessage("an element's type or text")
    if not is_count(page, optional=True) or not is_count(level, optional=True):
        raise MalformedMessage("an element's page or level")
    if not isinstance(locations, list) or len(locations) % 7:  # pyright: ignore[reportUnknownArgumentType] -- checked below
        raise MalformedMessage("an element's locations")
    return Element(
        type=type_,
        text=text,
        page=page,
        level=level,
        html=html,
        locations=with_sheet(tuple(_decode_locations(locations, chars=len(text))), sheet),  # pyright: ignore[reportUnknownArgumentType] -- checked there
        image=decode_image(image),
        links=decode_links(links, chars=len(text)),
    )


def _decode_locations(values: Iterable[Any], *, chars: int) -> Iterator[Location]:
    iterator = iter(values)
    for page, x0, y0, x1, y1, start, end in zip(*[iterator] * 7, strict=True):
        box = (x0, y0, x1, y1)
        if not all(isinstance(side, int | float) and 0 <= side <= 1 for side in box):
            raise MalformedMessage("a location's box")
        if (
            not is_count(page)
            or not isinstance(start, int)
            or not isinstance(end, int)
            or not 0 <= start <= end <= chars
        ):
            raise MalformedMessage("a location's page or range")
        yield Location(page, float(x0), float(y0), float(x1), float(y1), start, end)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a child says at the end of a parse; its elements came before."""

    title: str | None
    page_count: int | None
    facts: dict[str, object]
    findings: tuple[Finding, ...]
    canonical_url: str | None
    peak_bytes: int


def outcome_message(document: ParsedDocument, *, peak_bytes: int) -> dict[str, Any]:
    return {
        "done": True,
        "title": document.title,
        "page_count": document.page_count,
        "facts": document.facts,
        "findings": [finding_values(finding) for finding in document.findings],
        "canonical_url": document.canonical_url,
        "peak_bytes": peak_bytes,
    }


def decode_outcome(message: dict[str, Any]) -> Outcome:
    """Raises MalformedMessage."""
    title, page_count, facts = message.get("title"), message.get("page_count"), message.get("facts")
    canonical_url, peak_bytes = message.get("canonical_url"), message.get("peak_bytes")
    if not (canonical_url is None or is_text(canonical_url)):
        raise MalformedMessage("an address")
    if not (title is None or is_text(title)) or not is_count(page_count, optional=True):
        raise MalformedMessage("title or page count")
    if not isinstance(facts, dict) or not isinstance(peak_bytes, int):
        raise MalformedMessage("facts or memory")
    return Outcome(title, page_count, facts, decode_findings(message.get("findings")), canonical_url, peak_bytes)  # pyright: ignore[reportUnknownArgumentType] -- JSON objects have string keys


def decode_error(message: dict[str, Any]) -> tuple[ParseErrorCode, str, int]:
    """Code, sentence and peak memory of a failed parse. Raises MalformedMessage."""
    code, detail, peak_bytes = message.get("error"), message.get("detail"), message.get("peak_bytes")
    if (
        code not in _ERROR_CODES
        or not isinstance(detail, str)
        or not is_text(detail)
        or not isinstance(peak_bytes, int)
    ):
        raise MalformedMessage("an unknown error")
    return code, detail[:500], peak_bytes  # pyright: ignore[reportReturnType] -- checked just above
