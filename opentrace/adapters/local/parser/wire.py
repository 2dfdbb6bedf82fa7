"""What the parent and a child say to each other: frames of four bytes of length and as many of JSON.

A child has read a hostile file, so the parent believes nothing: it takes JSON only, bounded, and checks every value.
"""

import json
import struct
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from opentrace.adapters.local.parser.cleaning import FORBIDDEN
from opentrace.ports.document_parser import Element, ElementType, Location, ParsedDocument, ParseErrorCode

HEADER = struct.Struct("!I")
MAX_FRAME_BYTES = 32 * 1024 * 1024
BATCH_CHARS = 200_000

_ELEMENT_TYPES: frozenset[str] = frozenset(get_args(ElementType))
_ERROR_CODES: frozenset[str] = frozenset(get_args(ParseErrorCode))


class MalformedMessage(Exception):
    """A child said what no child says."""


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


def element_batches(document: ParsedDocument) -> Iterator[list[list[Any]]]:
    """The elements as JSON values, in batches that are quick to decode one by one."""
    batch: list[list[Any]] = []
    chars = 0
    for element in document.elements:
        batch.append(_element_values(element))
        chars += len(element.text) + len(element.html or "") + 60 * len(element.locations)
        if chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _element_values(element: Element) -> list[Any]:
    locations: list[Any] = []
    for at in element.locations:
        locations += (at.page, round(at.x0, 5), round(at.y0, 5), round(at.x1, 5), round(at.y1, 5), at.start, at.end)
    return [element.type, element.text, element.page, element.level, element.html, locations]


def decode_elements(batch: object) -> Iterator[Element]:
    """Raises MalformedMessage for anything that is not an element."""
    if not isinstance(batch, list):
        raise MalformedMessage("elements are not a list")
    for values in batch:  # pyright: ignore[reportUnknownVariableType] -- checked value by value below
        if not isinstance(values, list) or len(values) != 6:  # pyright: ignore[reportUnknownArgumentType] -- as above
            raise MalformedMessage("an element is not a list of six")
        yield _decode_element(values)  # pyright: ignore[reportUnknownArgumentType] -- as above


def _decode_element(values: list[Any]) -> Element:
    type_, text, page, level, html, locations = values
    if type_ not in _ELEMENT_TYPES or not _is_text(text) or not (html is None or _is_text(html)):
        raise MalformedMessage("an element's type or text")
    if not _is_count(page, optional=True) or not _is_count(level, optional=True):
        raise MalformedMessage("an element's page or level")
    if not isinstance(locations, list) or len(locations) % 7:  # pyright: ignore[reportUnknownArgumentType] -- checked below
        raise MalformedMessage("an element's locations")
    return Element(
        type=type_,
        text=text,
        page=page,
        level=level,
        html=html,
        locations=tuple(_decode_locations(locations, chars=len(text))),  # pyright: ignore[reportUnknownArgumentType] -- checked there
    )


def _decode_locations(values: Iterable[Any], *, chars: int) -> Iterator[Location]:
    iterator = iter(values)
    for page, x0, y0, x1, y1, start, end in zip(*[iterator] * 7, strict=True):
        box = (x0, y0, x1, y1)
        if not all(isinstance(side, int | float) and 0 <= side <= 1 for side in box):
            raise MalformedMessage("a location's box")
        if (
            not _is_count(page)
            or not isinstance(start, int)
            or not isinstance(end, int)
            or not 0 <= start <= end <= chars
        ):
            raise MalformedMessage("a location's page or range")
        yield Location(page, float(x0), float(y0), float(x1), float(y1), start, end)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and FORBIDDEN.search(value) is None


def _is_count(value: object, *, optional: bool = False) -> bool:
    if value is None:
        return optional
    return isinstance(value, int) and value >= 0


def decode_outcome(message: dict[str, Any]) -> tuple[str | None, int | None, dict[str, object], int]:
    """Title, page count, findings and peak memory of a finished parse. Raises MalformedMessage."""
    title, page_count, findings = message.get("title"), message.get("page_count"), message.get("findings")
    peak_bytes = message.get("peak_bytes")
    if not (title is None or _is_text(title)) or not _is_count(page_count, optional=True):
        raise MalformedMessage("title or page count")
    if not isinstance(findings, dict) or not isinstance(peak_bytes, int):
        raise MalformedMessage("findings or memory")
    return title, page_count, findings, peak_bytes  # pyright: ignore[reportUnknownVariableType] -- JSON objects have string keys


def decode_error(message: dict[str, Any]) -> tuple[ParseErrorCode, str, int]:
    """Code, sentence and peak memory of a failed parse. Raises MalformedMessage."""
    code, detail, peak_bytes = message.get("error"), message.get("detail"), message.get("peak_bytes")
    if (
        code not in _ERROR_CODES
        or not isinstance(detail, str)
        or not _is_text(detail)
        or not isinstance(peak_bytes, int)
    ):
        raise MalformedMessage("an unknown error")
    return code, detail[:500], peak_bytes  # pyright: ignore[reportReturnType] -- checked just above
