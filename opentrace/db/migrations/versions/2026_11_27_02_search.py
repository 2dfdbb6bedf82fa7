"""Create the search functions."""

from pathlib import Path

from alembic import op

revision = "2026_11_27_02"
down_revision = "2026_11_27_01"

SQL = Path(__file__).parents[2] / "sql"


def upgrade() -> None:
    op.execute((SQL / "search.sql").read_text(encoding="utf-8").replace(":", r"\:"))
