"""Keeps an approximate index over the vectors of each large project, of its own rows and no others.

A small project is searched exactly. An index over all projects would silently lose hits of each
(docs/decisions/vector-index-policy.md has the figures).
"""

from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from opentrace.db.engine import Database

BUILD_FROM_WINDOWS = 10_000
KEEP_FROM_WINDOWS = 5_000
"""Well below, so that a project at the border does not build and drop its index over and over."""

MAX_INDEX_DIMENSIONS = 4_000
"""pgvector indexes no longer half-precision vectors; they are searched exactly, however many there are."""

_BUILD_LOCK = 6_023_118  # any number, the same for all: builds take turns, since each waits for older transactions
_MIN_BUILD_KB, _MAX_BUILD_KB = 64 * 1024, 2 * 1024 * 1024
_GRAPH_BYTES = 512  # of one row, beside its vector: the links of HNSW with m = 16

_log = structlog.stdlib.get_logger("opentrace.knowledge")

_COUNT = text("""
    SELECT count(*), (
        SELECT vector_dims(embedding) FROM chunk_embeddings WHERE project_id = :project_id AND model = :model LIMIT 1
    )
    FROM chunk_embeddings WHERE project_id = :project_id AND model = :model
""")
_LARGE = text("""
    SELECT project_id, model FROM chunk_embeddings
    GROUP BY project_id, model
    HAVING count(*) >= :least AND NOT vector_index_is_valid(project_id, model)
""")
# The graph is built over half-precision vectors: half the memory and time; what it finds is ranked by the whole ones.
_CREATE = text("""
    SELECT format(
        'CREATE INDEX CONCURRENTLY %I ON chunk_embeddings USING hnsw ((embedding::halfvec(%s)) halfvec_ip_ops) '
        'WITH (m = 16, ef_construction = 200) WHERE project_id = %L AND model = %L',
        vector_index_name(:project_id, :model), CAST(:dimensions AS integer), CAST(:project_id AS uuid), :model
    )
""")
_INDEXES = text(r"""
    SELECT c.relname, i.indisvalid,
        format('SELECT count(*) FROM (SELECT FROM chunk_embeddings WHERE %s LIMIT %s) own',
               pg_get_expr(i.indpred, i.indrelid), CAST(:least AS integer))
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = 'chunk_embeddings'::regclass AND c.relname LIKE 'vectors\_%'
""")


async def ensure_vector_index(
    database: Database, project_id: UUID, model: str, *, build_from: int = BUILD_FROM_WINDOWS
) -> bool:
    """Build the index of a project that has grown large; true where it now has one.

    Searches and writes go on meanwhile; it takes some minutes for 200,000 windows. Does nothing while another
    index is being built: the sweep comes back to it.
    """
    async with database.maintenance() as connection:
        return await _ensure(connection, project_id, model, build_from=build_from)


async def sweep_vector_indexes(
    database: Database, *, build_from: int = BUILD_FROM_WINDOWS, keep_from: int = KEEP_FROM_WINDOWS
) -> None:
    """Drop the indexes of projects that are gone or have shrunk, and build those that are missing."""
    async with database.maintenance() as connection:
        if not await _take_turn(connection):
            return
        try:
            for name, valid, count_rows in (await connection.execute(_INDEXES, {"least": keep_from})).all():
                rows = await connection.scalar(text(count_rows.replace(":", r"\:")))
                if not valid or rows is None or rows < keep_from:
                    await connection.execute(text(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"'))
                    _log.info("vector_index_dropped", index=name)
        finally:
            await _end_turn(connection)
        for project_id, model in (await connection.execute(_LARGE, {"least": build_from})).all():
            await _ensure(connection, project_id, model, build_from=build_from)


async def _ensure(connection: AsyncConnection, project_id: UUID, model: str, *, build_from: int) -> bool:
    values = {"project_id": project_id, "model": model}
    if await connection.scalar(text("SELECT vector_index_is_valid(:project_id, :model)"), values):
        return True
    windows, dimensions = (await connection.execute(_COUNT, values)).one()
    if windows < build_from or dimensions > MAX_INDEX_DIMENSIONS or not await _take_turn(connection):
        return False
    try:
        name = await connection.scalar(text("SELECT vector_index_name(:project_id, :model)"), values)
        create = await connection.scalar(_CREATE, {**values, "dimensions": dimensions})
        assert create is not None
        memory_kb = windows * (2 * dimensions + _GRAPH_BYTES) // 1024
        await connection.execute(
            text("SELECT set_config('maintenance_work_mem', :memory, false)"),
            {"memory": f"{min(max(memory_kb, _MIN_BUILD_KB), _MAX_BUILD_KB)}kB"},
        )
        # A build that was cut off leaves an index that no query uses.
        await connection.execute(text(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"'))
        await connection.execute(text(create.replace(":", r"\:")))
        _log.info("vector_index_built", index=name, windows=windows)
        return True
    finally:
        await _end_turn(connection)


async def _take_turn(connection: AsyncConnection) -> bool:
    """Not to wait for: a session that waits for a lock holds a snapshot, for which the build in turn would wait."""
    taken = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _BUILD_LOCK})
    return bool(taken)


async def _end_turn(connection: AsyncConnection) -> None:
    """Give back what the session holds. One that has broken, as it does by a cancellation, holds nothing any more."""
    if connection.invalidated:
        return
    await connection.execute(text("RESET maintenance_work_mem"))
    await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _BUILD_LOCK})
