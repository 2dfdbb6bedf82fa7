"""Which tables and columns an archive holds. What the database computes by itself is left out."""

from collections.abc import Sequence

from sqlalchemy import Column, Table

from opentrace.auth import models as accounts
from opentrace.chat import models as chats
from opentrace.db.base import Base
from opentrace.knowledge import models as documents
from opentrace.projects import models as projects

MODELS = (accounts, projects, documents, chats)
"""Each adds its tables to the metadata when it is imported."""

_PASSING = frozenset({"sign_in_throttles"})
"""Worth nothing elsewhere."""


def archived_tables() -> Sequence[Table]:
    """In an order in which every row comes after those that it points at."""
    return [table for table in Base.metadata.sorted_tables if table.name not in _PASSING]


def stored_columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.computed is None]


def counted_columns(table: Table) -> list[Column[object]]:
    """Those that the database numbers."""
    return [column for column in table.columns if column.identity is not None]
