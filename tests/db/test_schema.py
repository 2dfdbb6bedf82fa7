"""The models of the code and the tables that the migrations make describe the same thing."""

from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from opentrace.db.base import Base
from opentrace.db.engine import sqlalchemy_url

for domain in ("auth", "projects", "knowledge", "chat"):
    import_module(f"opentrace.{domain}.models")


def test_the_models_match_the_migrated_tables(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []
