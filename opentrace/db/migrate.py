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


class UnknownSchema(Exception):
    """Another Opentrace made the database, and no migration leads on from there."""


def migrate(database_url: str) -> tuple[str | None, str]:
    """Apply what is missing; returns the revision before and after. Raises UnknownSchema."""
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
                raise UnknownSchema(_unknown(before, head=head))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()
    engine.dispose()
    return before, head


def _unknown(found: str, *, head: str) -> str:
    """Revisions begin with their date, so they are in order."""
    if found > head:
        return (
            f"The database was made by a newer Opentrace: its schema is {found!r}, and this version knows none after "
            f"{head!r}. Update Opentrace, or point it at another database or data folder."
        )
    return (
        f"The database was made by an older build of Opentrace: its schema is {found!r}, from which no migration leads "
        f"to {head!r}. Go on with the build that made it, or start with an empty database or data folder and add the "
        "documents there."
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
