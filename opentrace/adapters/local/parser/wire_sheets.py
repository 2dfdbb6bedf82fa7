"""Places in spreadsheets as JSON values, and back: the name of the sheet, if it has one, and a row a location."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from opentrace.adapters.local.parser.wire_values import MalformedMessage, is_count, is_text
from opentrace.ports.document_parser import Location


def sheet_values(locations: Sequence[Location]) -> list[Any] | None:
    """None for documents without sheets."""
    if not locations or locations[0].row is None:
        return None
    return [locations[0].sheet, [at.row for at in locations]]


def with_sheet(locations: tuple[Location, ...], values: object) -> tuple[Location, ...]:
    """Raises MalformedMessage."""
    match values:
        case None:
            return locations
        case [str() | None as sheet, list()] if sheet is None or is_text(sheet):
            rows = cast("list[object]", values[1])
        case _:
            raise MalformedMessage("a sheet")
    if len(rows) != len(locations) or not all(is_count(row) for row in rows):
        raise MalformedMessage("the rows of a sheet")
    return tuple(replace(at, sheet=sheet, row=row) for at, row in zip(locations, cast("list[int]", rows), strict=True))
