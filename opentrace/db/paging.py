"""Cursor paging: a page starts after the last row of the one before, so rows that come or go do not shift it."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Mapped

from opentrace.errors import Invalid

Columns = TypeVarTuple("Columns")
Item = TypeVar("Item")

MAX_LIMIT = 200
DEFAULT_LIMIT = 50


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`cursor` is the opaque `next_cursor` of the page before."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    items: Sequence[Item]
    next_cursor: str | None


class Dated(Protocol):
    """A row with a key and an age."""

    id: Mapped[UUID]
    created_at: Mapped[datetime]


def encode_cursor(*values: object) -> str:
    raw = json.dumps([str(value) for value in values]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(cursor: str, *, parts: int) -> list[str]:
    """Raises Invalid for anything that `encode_cursor` did not make."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values: Any = json.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise _bad_cursor(cursor) from error
    if not isinstance(values, list) or len(values) != parts or not all(isinstance(v, str) for v in values):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] -- checked here
        raise _bad_cursor(cursor)
    return values  # pyright: ignore[reportUnknownVariableType] -- checked above


def newest_first(
    statement: Select[*Columns],
    *,
    created_at: InstrumentedAttribute[datetime],
    id_: InstrumentedAttribute[UUID],
    page: PageRequest,
) -> Select[*Columns]:
    """Order by age, newest first, and take one row more than the page holds (see `to_page`)."""
    if page.cursor is not None:
        at, row_id = decode_cursor(page.cursor, parts=2)
        try:
            after = (datetime.fromisoformat(at), UUID(row_id))
        except ValueError as error:
            raise _bad_cursor(page.cursor) from error
        statement = statement.where(tuple_(created_at, id_) < after)
    return statement.order_by(created_at.desc(), id_.desc()).limit(page.limit + 1)


DatedItem = TypeVar("DatedItem", bound=Dated)


def to_page(rows: Sequence[DatedItem], page: PageRequest) -> Page[DatedItem]:
    """Cut the extra row of `newest_first` off and name the cursor of the next page where there is one."""
    items = rows[: page.limit]
    more = len(rows) > page.limit
    cursor = encode_cursor(items[-1].created_at.isoformat(), items[-1].id) if more else None
    return Page(items, cursor)


def _bad_cursor(cursor: str) -> Invalid:
    return Invalid(f"{cursor!r} is not a cursor of this list; leave it out to start from the beginning.")
