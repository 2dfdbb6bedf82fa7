"""The quick look at revisions agrees with Alembic's thorough one."""

from collections.abc import Callable

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from opentrace.db.migrate import UnknownSchema, migrate
from opentrace.db.revisions import MIGRATIONS, newest_revision, revision_of


def test_the_newest_file_is_the_head_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


def test_a_migrated_database_is_at_the_newest_revision(database_url: str) -> None:
    assert revision_of(database_url) == newest_revision()


def test_a_database_without_a_schema_has_no_revision(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE without_schema")
        try:
            assert revision_of(postgres_url.rsplit("/", 1)[0] + "/without_schema") is None
        finally:
            connection.execute("DROP DATABASE without_schema")


@pytest.mark.parametrize(
    ("found", "says"), [("2026_11_22_02", "made by an older build"), ("9999_01_01_01", "made by a newer Opentrace")]
)
def test_a_schema_from_which_no_migration_leads_on_is_told_by_a_sentence(
    found: str, says: str, create_database: Callable[[], str]
) -> None:
    url = create_database()
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", [found])

    with pytest.raises(UnknownSchema, match=says):
        migrate(url)
    assert revision_of(url) == found


def test_a_server_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(psycopg.OperationalError):
        revision_of("postgresql://nobody@127.0.0.1:1/none", timeout_s=2)
