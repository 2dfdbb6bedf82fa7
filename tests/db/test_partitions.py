"""The tables that grow with the documents can be divided by project, and everything goes on as before."""

from collections.abc import Callable
from importlib.resources import files
from uuid import UUID

import psycopg
import pytest

from opentrace.db.engine import Database
from opentrace.errors import NotFound
from opentrace.ports.embedder import Embedder, Embedders
from opentrace.retrieval.service import RetrievalService
from tests.retrieval.corpus import SeededChunk, seed_document, seed_project, seed_user

MARGIN = "The gross margin rose to 44.5 percent."


async def test_a_divided_database_is_searched_written_and_guarded_like_any_other(
    create_database: Callable[[], str], minilm: Embedder
) -> None:
    url = create_database()
    database = Database.connect(url, pool_size=2)
    owner, stranger = await seed_user(database), await seed_user(database)
    retrieval = RetrievalService(database, Embedders("all-MiniLM-L6-v2", {"all-MiniLM-L6-v2": minilm}))
    vector = (await minilm.embed([MARGIN], purpose="passage"))[0]

    async def add() -> UUID:
        project_id = await seed_project(database, owner, rag_strategy="hybrid")
        await seed_document(database, project_id, [SeededChunk(MARGIN, [(0, len(MARGIN), vector)])], model=minilm.model)
        return project_id

    before = await add()
    with psycopg.connect(url) as connection:
        connection.execute(files("opentrace.db").joinpath("sql/partitions.sql").read_bytes())
    after = await add()

    for project_id in (before, after):
        outcome = await retrieval.search(owner, project_id, "How did the gross margin change?")
        assert [result.content for result in outcome.results] == [MARGIN]
        assert (outcome.trace.candidates[0].vector_rank, outcome.trace.candidates[0].keyword_rank) == (1, 1)
        with pytest.raises(NotFound):
            await retrieval.search(stranger, project_id, "margin")
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM projects WHERE id = %s", (before,))
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM document_chunks), (SELECT count(*) FROM chunk_lexemes), "
            "(SELECT count(*) FROM chunk_embeddings), "
            "(SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace "
            "AND NOT relrowsecurity AND relname <> 'alembic_version')"
        ).fetchone()
    assert counts == (1, 1, 1, 0)
    await database.close()
