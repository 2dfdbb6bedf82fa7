import asyncio
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import AsyncAdaptedQueuePool

from opentrace.db.engine import Database
from opentrace.knowledge.models import Document
from opentrace.knowledge.vector_indexes import ensure_vector_index, sweep_vector_indexes
from opentrace.ports.authenticator import Principal
from opentrace.projects.models import Project
from tests.retrieval.corpus import MODEL, SeededChunk, seed_document, seed_project, seed_user

CHUNKS = 120
BUILD_FROM = 100


async def large_project(database: Database, owner: Principal) -> UUID:
    """A project of CHUNKS windows around one direction; one of them lies on the first axis."""
    project_id = await seed_project(database, owner)
    random = np.random.default_rng(7)
    vectors = random.normal(size=(CHUNKS, 16)).astype(np.float32)
    vectors[0] = np.eye(16)[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    await seed_document(database, project_id, [SeededChunk("text", [(0, 4, vector)]) for vector in vectors])
    return project_id


async def indexes_of(database: Database, project_id: UUID) -> list[bool]:
    """Of each index of the project, whether it is valid."""
    async with database.system_transaction() as work:
        rows = await work.session.execute(
            text(
                "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(vector_index_name(:project_id, :model))"
            ),
            {"project_id": project_id, "model": MODEL},
        )
        return list(rows.scalars())


async def found(database: Database, owner: Principal, project_id: UUID, limit: int) -> list[tuple[UUID, float]]:
    async with database.transaction(owner) as work:
        rows = await work.session.execute(
            text("SELECT chunk_id, score FROM search_chunks_vector(:project, :model, CAST(:query AS vector), :limit)"),
            {"project": project_id, "model": MODEL, "query": str([1.0] + [0.0] * 15), "limit": limit},
        )
        return [(row.chunk_id, row.score) for row in rows]


@pytest.fixture
async def owner(database: Database) -> Principal:
    return await seed_user(database)


async def test_a_large_project_gets_an_index_that_finds_the_same(database: Database, owner: Principal) -> None:
    project_id = await large_project(database, owner)
    exact = await found(database, owner, project_id, 20)

    built = await ensure_vector_index(database, project_id, MODEL, build_from=BUILD_FROM)

    assert built
    assert await indexes_of(database, project_id) == [True]
    assert await found(database, owner, project_id, 20) == exact
    assert exact[0][1] == pytest.approx(1)


async def test_all_chunks_are_found_through_the_index(database: Database, owner: Principal) -> None:
    project_id = await large_project(database, owner)
    await ensure_vector_index(database, project_id, MODEL, build_from=BUILD_FROM)

    everything = await found(database, owner, project_id, 10 * CHUNKS)

    assert len(everything) == CHUNKS


async def test_a_small_project_gets_none(database: Database, owner: Principal) -> None:
    project_id = await large_project(database, owner)

    built = await ensure_vector_index(database, project_id, MODEL, build_from=CHUNKS + 1)

    assert not built
    assert await indexes_of(database, project_id) == []


async def test_two_workers_may_ask_at_once(database: Database, owner: Principal) -> None:
    project_id = await large_project(database, owner)

    await asyncio.gather(*(ensure_vector_index(database, project_id, MODEL, build_from=BUILD_FROM) for _ in range(3)))

    assert await indexes_of(database, project_id) == [True]


async def test_a_build_that_was_cut_off_is_done_again(database: Database, owner: Principal) -> None:
    project_id = await large_project(database, owner)
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        name = await autocommit.scalar(text("SELECT vector_index_name(:p, :m)"), {"p": project_id, "m": MODEL})
        with pytest.raises(DBAPIError, match="division by zero"):
            await autocommit.execute(
                text(
                    f'CREATE INDEX CONCURRENTLY "{name}" ON chunk_embeddings ((1 / char_start)) '
                    f"WHERE project_id = '{project_id}'"
                )
            )
    assert await indexes_of(database, project_id) == [False]

    built = await ensure_vector_index(database, project_id, MODEL, build_from=BUILD_FROM)

    assert built
    assert await indexes_of(database, project_id) == [True]


async def test_the_sweep_builds_what_is_missing(database: Database, owner: Principal) -> None:
    project_id = await large_project(database, owner)

    await sweep_vector_indexes(database, build_from=BUILD_FROM, keep_from=BUILD_FROM // 2)

    assert await indexes_of(database, project_id) == [True]


async def test_the_sweep_drops_the_index_of_a_project_that_is_gone_or_has_shrunk(
    database: Database, owner: Principal
) -> None:
    gone, shrunk, kept = [await large_project(database, owner) for _ in range(3)]
    for project_id in (gone, shrunk, kept):
        await ensure_vector_index(database, project_id, MODEL, build_from=BUILD_FROM)
    async with database.system_transaction() as work:
        await work.session.execute(delete(Project).where(Project.id == gone))
        await work.session.execute(delete(Document).where(Document.project_id == shrunk))

    await sweep_vector_indexes(database, build_from=BUILD_FROM, keep_from=BUILD_FROM // 2)

    assert [await indexes_of(database, project_id) for project_id in (gone, shrunk, kept)] == [[], [], [True]]


async def test_writes_go_on_in_a_project_with_an_index(database: Database, owner: Principal) -> None:
    project_id = await large_project(database, owner)
    await ensure_vector_index(database, project_id, MODEL, build_from=BUILD_FROM)
    added = SeededChunk("new", [(0, 3, np.eye(16)[0] * 0.999 + np.eye(16)[1] * 0.0447)])

    await seed_document(database, project_id, [added])

    assert added.chunk_id in [chunk_id for chunk_id, _ in await found(database, owner, project_id, 2)]


async def test_a_sweep_that_is_cancelled_ends_as_such_and_leaves_the_turn_to_others(
    database: Database, owner: Principal
) -> None:
    for moment in range(40):
        sweeping = asyncio.create_task(sweep_vector_indexes(database))
        await asyncio.wait({sweeping}, timeout=moment / 4000)
        sweeping.cancel()
        await asyncio.wait({sweeping}, timeout=60)
        assert sweeping.cancelled() or sweeping.exception() is None, moment

    project_id = await large_project(database, owner)
    assert await ensure_vector_index(database, project_id, MODEL, build_from=BUILD_FROM)


async def test_maintenance_takes_no_connection_of_those_that_carry_a_users_scope(database_url: str) -> None:
    """One that is cancelled while it leaves transactions behind would take the next caller's scope away."""
    database = Database.connect(database_url, pool_size=1)

    await sweep_vector_indexes(database)

    assert isinstance(database.engine.pool, AsyncAdaptedQueuePool)
    assert (database.engine.pool.checkedin(), database.engine.pool.checkedout()) == (0, 0)
    await database.close()


@pytest.mark.parametrize(("dimensions", "indexed"), [(1536, True), (3072, True), (4096, False)])
async def test_vectors_of_every_common_length_are_kept_and_found(
    database: Database, owner: Principal, dimensions: int, indexed: bool
) -> None:
    project_id = await seed_project(database, owner)
    vectors = np.random.default_rng(5).normal(size=(12, dimensions)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chunks = [SeededChunk("text", [(0, 4, vector)]) for vector in vectors]
    await seed_document(database, project_id, chunks)

    built = await ensure_vector_index(database, project_id, MODEL, build_from=10)

    assert built == indexed
    async with database.transaction(owner) as work:
        rows = await work.session.execute(
            text("SELECT chunk_id FROM search_chunks_vector(:project, :model, CAST(:query AS vector), 1)"),
            {"project": project_id, "model": MODEL, "query": str(vectors[3].tolist())},
        )
        assert rows.scalars().all() == [chunks[3].chunk_id]
