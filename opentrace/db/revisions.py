"""Which schema this version wants and which one a database has, told without importing SQLAlchemy and Alembic."""

from pathlib import Path

import psycopg

MIGRATIONS = Path(__file__).parent / "migrations"
_REVISION_LENGTH = len("2026_11_27_01")


def newest_revision() -> str:
    """A migration's file begins with its revision, which begins with its date, so the last name is the newest."""
    return max(path.name[:_REVISION_LENGTH] for path in (MIGRATIONS / "versions").glob("*.py"))


def revision_of(database_url: str, *, timeout_s: int = 10) -> str | None:
    """None for a database without a schema. Blocking. Raises psycopg.OperationalError."""
    with psycopg.connect(database_url, connect_timeout=timeout_s) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return None if row is None else str(row[0])
