"""Backup of everything: all rows as of one moment, and all stored objects."""

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from opentrace.archive.file import ArchiveError, open_archive, write_archive
from opentrace.archive.objects import FOLDER, add_objects, object_keys, put_object
from opentrace.archive.tables import archived_tables, counted_columns, stored_columns
from opentrace.db.revisions import newest_revision, revision_of
from opentrace.ports.blob_store import BlobStore

_ROWS = "rows/"
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds: rows by table, and objects."""

    rows: dict[str, int]
    objects: int


async def back_up(database_url: str, store: BlobStore, path: Path) -> Contents:
    """Write a backup to `path`, while the installation goes on. Raises ArchiveError."""
    _check_schema(database_url)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    with (
        write_archive(path, "installation", schema=newest_revision(), made_at=made_at) as archive,
        psycopg.connect(database_url) as connection,
        tempfile.TemporaryDirectory(prefix="opentrace-archive-") as folder,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        rows: dict[str, int] = {}
        for table in archived_tables():
            copy = Path(folder) / table.name
            rows[table.name] = _copy_out(connection, table.name, stored_columns(table), copy)
            archive.add(_ROWS + table.name, copy)
            copy.unlink()
        keys = object_keys(connection, None)
        connection.rollback()
        types = dict(keys)
        objects = await add_objects(archive, store, keys)
        archive.manifest |= {"rows": rows, "objects": objects, "content_types": types}
    return Contents(rows, objects)


async def restore(database_url: str, store: BlobStore, path: Path) -> Contents:
    """Take a backup into an empty installation, all of it or nothing. Raises ArchiveError."""
    archive = open_archive(path, "installation")
    _check_schema(database_url)
    if archive.manifest["schema"] != newest_revision():
        raise ArchiveError(
            f"The backup has schema {archive.manifest['schema']!r}, this version of Opentrace {newest_revision()!r}. "
            "Restore it with the version that made it, then update."
        )
    columns = {table.name: stored_columns(table) for table in archived_tables()}
    types: dict[str, str] = archive.manifest["content_types"]
    with psycopg.connect(database_url) as connection:
        _check_empty(connection)
        for table in columns:
            _triggers(connection, table, enabled=False)
        for name, content in archive.members():
            if name.startswith(_ROWS) and name.removeprefix(_ROWS) in columns:
                table = name.removeprefix(_ROWS)
                with connection.cursor().copy(_copy_statement(table, columns[table], "FROM STDIN")) as into:
                    while block := content.read(_BLOCK_BYTES):
                        into.write(block)
            elif name.startswith(FOLDER) and name.removeprefix(FOLDER) in types:
                key = name.removeprefix(FOLDER)
                await put_object(store, key, content, content_type=types[key])
        for table in columns:
            _triggers(connection, table, enabled=True)
        _count_on(connection)
    return Contents(archive.manifest["rows"], archive.manifest["objects"])


def _check_schema(database_url: str) -> None:
    found = revision_of(database_url)
    if found != newest_revision():
        raise ArchiveError(
            f"The database has schema {found!r} instead of {newest_revision()!r}. Run `opentrace migrate`."
        )


def _check_empty(connection: psycopg.Connection) -> None:
    connection.execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    if connection.execute("SELECT FROM users LIMIT 1").fetchone() is not None:
        raise ArchiveError(
            "This installation has accounts already, and a backup replaces everything. Restore it into an empty one: "
            "another database and another OPENTRACE_DATA_DIR or bucket."
        )


def _copy_out(connection: psycopg.Connection, table: str, columns: list[str], target: Path) -> int:
    with target.open("wb") as file, connection.cursor() as cursor:
        with cursor.copy(_copy_statement(table, columns, "TO STDOUT")) as out:
            for block in out:
                file.write(block)
        return cursor.rowcount


def _copy_statement(table: str, columns: list[str], direction: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    action = sql.SQL("TO STDOUT") if direction == "TO STDOUT" else sql.SQL("FROM STDIN")
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table), names, action)


def _triggers(connection: psycopg.Connection, table: str, *, enabled: bool) -> None:
    """What a trigger would do has been done to the rows that come back."""
    action = sql.SQL("ENABLE" if enabled else "DISABLE")
    connection.execute(sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(table), action))


def _count_on(connection: psycopg.Connection) -> None:
    """Numbers that the database gives go on after those that came back."""
    for table in archived_tables():
        for column in counted_columns(table):
            names = sql.Identifier(column.name), sql.Identifier(table.name)
            sequence = sql.SQL("pg_get_serial_sequence({}, {})").format(table.name, column.name)
            last = sql.SQL("SELECT coalesce(max({}), 0) + 1 FROM {}").format(*names)
            connection.execute(sql.SQL("SELECT setval({}, ({}), false)").format(sequence, last))
