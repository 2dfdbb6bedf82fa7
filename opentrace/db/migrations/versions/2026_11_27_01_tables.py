"""Create the tables, the role of the application, and row-level security."""

from pathlib import Path

from alembic import op

revision = "2026_11_27_01"
down_revision = None

SQL = Path(__file__).parents[2] / "sql"


def upgrade() -> None:
    for name in ("words.sql", "tables.sql", "row_level_security.sql"):
        op.execute((SQL / name).read_text(encoding="utf-8").replace(":", r"\:"))
