"""Brings the schema up to date. Runs as the owner of the database, once, before server and worker start."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from opentrace.db.engine import sqlalchemy_url
from opentrace.db.revisions import MIGRATIONS

_LOCK = 6_023_117  # any number, the same for all: two processes that migrate at once take turns


class SchemaTooNew(Exception):
    """The database was written by a newer Opentrace."""


def migrate(database_url: str) -> tuple[str | None, str]:
    """Apply what is missing; returns the revision before and after. Raises SchemaTooNew."""
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    assert head is not None
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
        try:
            before = MigrationContext.configure(connection).get_current_revision()
            connection.commit()
            if before is not None and before not in {script.revision for script in scripts.walk_revisions()}:
                raise SchemaTooNew(
                    f"The database has schema {before!r}, which this version of Opentrace does not know. "
                    "Update Opentrace, or point it at another database."
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()
    engine.dispose()
    return before, head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
