"""One project in a file: its settings, documents with chunks, vectors and files, and its chats.

Taken in elsewhere it is a new project: every id is made anew, wherever it stands, so that the same file may be taken in
twice. Nothing of the account it came from goes along.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, LiteralString
from uuid import UUID, uuid4, uuid5

import psycopg
from psycopg import sql
from sqlalchemy import Table

from opentrace.archive.file import Archive, ArchiveError, open_archive, write_archive
from opentrace.archive.objects import FOLDER, add_objects, object_keys, put_object
from opentrace.archive.tables import archived_tables, counted_columns, stored_columns
from opentrace.db.revisions import newest_revision
from opentrace.ports.blob_store import BlobStore

_ROWS = "rows/"
_ROWS_A_STATEMENT = 200
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_OWN_ROWS: dict[str, LiteralString] = {
    "projects": "id = %(project_id)s",
    "messages": "chat_id IN (SELECT id FROM chats WHERE project_id = %(project_id)s)",
    "documents": "project_id = %(project_id)s AND status <> 'uploading'",
}
"""How the rows of a project are found where it is not by a plain `project_id`."""

_DERIVED = frozenset({"keyword_statistics", "chunk_lexemes"})
"""The database makes them of the other rows as these come in."""

_AGAIN = """
    UPDATE documents SET status = 'queued', status_message = 'Waiting for a worker.', attempts = 0, lease_owner = NULL,
        lease_expires_at = NULL, enqueued_at = NULL
    WHERE project_id = %(project_id)s AND status NOT IN ('completed', 'failed')
"""
_OVER = """
    UPDATE messages SET status = 'stopped', lease_expires_at = NULL
    WHERE status = 'streaming' AND chat_id IN (SELECT id FROM chats WHERE project_id = %(project_id)s)
"""


@dataclass(frozen=True, slots=True)
class ProjectCopy:
    """`rows` by table."""

    project_id: UUID
    name: str
    rows: dict[str, int]
    objects: int


async def export_project(database_url: str, store: BlobStore, path: Path, *, project_id: UUID) -> ProjectCopy:
    """Raises ArchiveError, also where there is no such project."""
    with (
        psycopg.connect(database_url) as connection,
        tempfile.TemporaryDirectory(prefix="opentrace-archive-") as folder,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        found = connection.execute("SELECT name FROM projects WHERE id = %s", [project_id]).fetchone()
        if found is None:
            raise ArchiveError(f"There is no project {str(project_id)!r}.")
        with write_archive(
            path, "project", schema=newest_revision(), project_id=str(project_id), name=found[0]
        ) as archive:
            rows: dict[str, int] = {}
            for table in _project_tables():
                copy = Path(folder) / table.name
                rows[table.name] = _write_rows(connection, table, project_id, copy)
                archive.add(_ROWS + table.name, copy)
                copy.unlink()
            keys = object_keys(connection, project_id)
            connection.rollback()
            objects = await add_objects(archive, store, keys)
            archive.manifest |= {"rows": rows, "objects": objects, "content_types": dict(keys)}
    return ProjectCopy(project_id, str(found[0]), rows, objects)


async def import_project(
    database_url: str, store: BlobStore, path: Path, *, email: str | None, name: str | None = None
) -> ProjectCopy:
    """A new project of the user with this e-mail address, or of the installation's owner. Raises ArchiveError."""
    archive = open_archive(path, "project")
    if archive.manifest["schema"] != newest_revision():
        raise ArchiveError(
            f"The file has schema {archive.manifest['schema']!r}, and this version of Opentrace {newest_revision()!r}. "
            "Take it in with the version that made it, or export it again from an updated one."
        )
    project_id = uuid4()
    ids = _NewIds(project_id, archive)
    tables = {table.name: table for table in _project_tables()}
    types: dict[str, str] = archive.manifest["content_types"]
    with psycopg.connect(database_url) as connection:
        user_id = _user(connection, email)
        for member, content in archive.members():
            table = tables.get(member.removeprefix(_ROWS)) if member.startswith(_ROWS) else None
            if table is not None:
                changes: dict[str, Any] = {}
                if table.name == "projects":
                    changes = {"user_id": str(user_id), **({"name": name} if name else {})}
                _insert(connection, table, ids.renamed(content), changes)
            elif member.startswith(FOLDER) and (key := member.removeprefix(FOLDER)) in types:
                await put_object(store, ids.rename(key), content, content_type=types[key])
        connection.execute(_AGAIN, {"project_id": project_id})
        connection.execute(_OVER, {"project_id": project_id})
        connection.execute("SELECT refresh_keyword_statistics(%(project_id)s)", {"project_id": project_id})
    return ProjectCopy(
        project_id, name or archive.manifest["name"], archive.manifest["rows"], archive.manifest["objects"]
    )


class _NewIds:
    """Each id of the archive's own rows has one new id, derived from that of the new project; others stay."""

    def __init__(self, project_id: UUID, archive: Archive) -> None:
        self._new = {str(archive.manifest["project_id"]): str(project_id)}
        for member, content in archive.members():
            if member.startswith(_ROWS):
                for line in content:
                    old = json.loads(line).get("id")
                    if old is not None:
                        self._new.setdefault(old, str(uuid5(project_id, old)))

    def rename(self, text: str) -> str:
        return _UUID.sub(lambda match: self._new.get(match[0], match[0]), text)

    def renamed(self, lines: IO[bytes]) -> Iterator[dict[str, Any]]:
        for line in lines:
            yield json.loads(self.rename(line.decode()))


def _project_tables() -> list[Table]:
    """Those whose rows are a project's own, and no user's."""
    return [
        table
        for table in archived_tables()
        if table.name not in _DERIVED
        and (table.name in _OWN_ROWS or ("project_id" in table.columns and "user_id" not in table.columns))
    ]


def _write_rows(connection: psycopg.Connection, table: Table, project_id: UUID, target: Path) -> int:
    """One JSON object a line, in the order in which the database numbered them."""
    columns = sql.SQL(", ").join(map(sql.Identifier, stored_columns(table)))
    order = sql.SQL(", ").join(sql.Identifier(column.name) for column in counted_columns(table) or table.primary_key)
    query = sql.SQL("SELECT to_jsonb(own)::text FROM (SELECT {} FROM {} WHERE {} ORDER BY {}) own").format(
        columns, sql.Identifier(table.name), sql.SQL(_OWN_ROWS.get(table.name, "project_id = %(project_id)s")), order
    )
    count = 0
    with target.open("w", encoding="utf-8") as file, connection.cursor(name="rows") as cursor:
        cursor.itersize = _ROWS_A_STATEMENT
        cursor.execute(query, {"project_id": project_id})
        for (row,) in cursor:
            file.write(f"{row}\n")
            count += 1
    return count


def _insert(
    connection: psycopg.Connection, table: Table, rows: Iterator[dict[str, Any]], changes: dict[str, Any]
) -> None:
    counted = {column.name for column in counted_columns(table)}
    names = sql.SQL(", ").join(sql.Identifier(name) for name in stored_columns(table) if name not in counted)
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
    ).format(table=sql.Identifier(table.name), names=names)
    with connection.cursor() as cursor:
        cursor.executemany(statement, ([json.dumps({**row, **changes}, ensure_ascii=False)] for row in rows))


def _user(connection: psycopg.Connection, email: str | None) -> UUID:
    query = (
        "SELECT id FROM users WHERE email_identity(email) = email_identity(%s)"
        if email
        else "SELECT id FROM users WHERE is_owner"
    )
    found = connection.execute(query, [email] if email else []).fetchone()
    if found is None and email:
        raise ArchiveError(f"There is no account of {email!r} here. Name another with --user.")
    if found is None:
        raise ArchiveError("This installation has no account yet. Sign up first, or name a user with --user.")
    return found[0]
