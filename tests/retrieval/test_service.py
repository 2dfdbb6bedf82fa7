import pytest

from opentrace.db.engine import Database
from opentrace.errors import Invalid, NotFound
from opentrace.ports.authenticator import Principal
from opentrace.ports.embedder import Embedder
from opentrace.retrieval.service import TRACED_BEYOND, RetrievalService
from tests.retrieval.corpus import SeededChunk, seed_document, seed_project, seed_user

QUESTION = "How did the gross margin change?"
MARGIN = "The gross margin rose to 44.5 percent from 43.3 percent a year before."
SALES = "Net sales of services grew by eight percent in the quarter."
BREAD = "Knead the dough for ten minutes and let it rise in a warm place."
EMBEDDING_MODEL = "all-MiniLM-L6-v2"


def line(page: int, start: int, end: int) -> dict[str, object]:
    return {"page": page, "x0": 0.1, "y0": 0.2, "x1": 0.9, "y1": 0.25, "start": start, "end": end}


@pytest.fixture
async def owner(database: Database) -> Principal:
    return await seed_user(database)


@pytest.fixture
def retrieval(database: Database, minilm: Embedder) -> RetrievalService:
    return RetrievalService(database, minilm, embedding_model=EMBEDDING_MODEL)


async def embedded(minilm: Embedder, *contents: str) -> list[SeededChunk]:
    vectors = await minilm.embed(contents, purpose="passage")
    return [
        SeededChunk(content, [(0, len(content), vector)]) for content, vector in zip(contents, vectors, strict=True)
    ]


async def test_the_best_passages_come_first_with_their_documents_name(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)
    chunks = await embedded(minilm, BREAD, SALES, MARGIN)
    document_id = await seed_document(database, project_id, chunks, file_name="Q3.pdf", model=minilm.model)

    outcome = await retrieval.search(owner, project_id, QUESTION)

    best = outcome.results[0]
    assert (best.content, best.document_id, best.document_name) == (MARGIN, document_id, "Q3.pdf")
    assert [result.score for result in outcome.results] == sorted(
        (result.score for result in outcome.results), reverse=True
    )
    assert BREAD not in [result.content for result in outcome.results]


async def test_page_and_boxes_are_those_of_the_passage(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)
    vectors = await minilm.embed([BREAD, MARGIN], purpose="passage")
    content = f"{BREAD} {MARGIN}"
    border = len(BREAD) + 1
    chunk = SeededChunk(
        content,
        [(0, len(BREAD), vectors[0]), (border, len(content), vectors[1])],
        page_number=3,
        locations=[line(3, 0, len(BREAD)), line(4, border, border + 30), line(4, border + 31, len(content))],
        tables=["<table><tr><td>44.5</td></tr></table>"],
    )
    await seed_document(database, project_id, [chunk], model=minilm.model)

    best = (await retrieval.search(owner, project_id, QUESTION)).results[0]

    assert content[best.char_start : best.char_end] == MARGIN
    assert best.page_number == 4
    assert [location["page"] for location in best.locations] == [4, 4]
    assert len(best.chunk_locations) == 3
    assert best.tables == ["<table><tr><td>44.5</td></tr></table>"]


async def test_the_trace_says_why_each_candidate_was_kept_or_dropped(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)
    chunks = await embedded(minilm, MARGIN, f"{MARGIN} {SALES}", f"{SALES} {MARGIN}", BREAD)
    await seed_document(database, project_id, chunks, model=minilm.model)

    outcome = await retrieval.search(
        owner, project_id, QUESTION, overrides={"num_chunks": 2, "final_context_size": 1, "similarity_threshold": 0.2}
    )

    candidates = outcome.trace.candidates
    assert [candidate.dropped_because for candidate in candidates] == [
        None,
        "beyond final_context_size",
        "beyond num_chunks",
        "below similarity_threshold",
    ]
    assert [candidate.vector_rank for candidate in candidates] == [1, 2, 3, 4]
    assert [result.chunk_id for result in outcome.results] == [candidates[0].chunk_id]
    trace = outcome.trace.to_json()
    assert trace["queries"] == [QUESTION]
    assert trace["strategy"] == "basic"
    assert trace["embedding_model"] == minilm.model
    assert trace["settings"] == {"num_chunks": 2, "final_context_size": 1, "similarity_threshold": 0.2}
    assert trace["candidates"][0]["kept"] is True
    assert trace["candidates"][0]["keyword_rank"] is None
    assert set(trace["milliseconds"]) == {"embed_query", "settings", "search", "total"}


async def test_the_projects_settings_decide_where_nothing_overrides_them(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner, num_chunks=3, final_context_size=2, similarity_threshold=0.0)
    chunks = await embedded(minilm, *(f"{MARGIN} Case {number}." for number in range(3 + TRACED_BEYOND + 5)))
    await seed_document(database, project_id, chunks, model=minilm.model)

    outcome = await retrieval.search(owner, project_id, QUESTION)

    assert len(outcome.results) == 2
    assert len(outcome.trace.candidates) == 3 + TRACED_BEYOND


async def test_a_search_can_be_restricted_to_documents(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)
    await seed_document(database, project_id, await embedded(minilm, MARGIN), model=minilm.model)
    pinned = await seed_document(database, project_id, await embedded(minilm, SALES), model=minilm.model)

    outcome = await retrieval.search(
        owner, project_id, QUESTION, overrides={"similarity_threshold": 0.0}, document_ids=[pinned]
    )

    assert [result.content for result in outcome.results] == [SALES]
    assert outcome.trace.document_ids == (pinned,)


async def test_another_users_project_does_not_exist(
    database: Database, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)
    stranger = await seed_user(database)

    with pytest.raises(NotFound):
        await retrieval.search(stranger, project_id, QUESTION)


async def test_a_model_that_is_not_installed_is_refused(
    database: Database, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)

    with pytest.raises(Invalid, match="no embedding model 'word2vec'"):
        await retrieval.search(owner, project_id, QUESTION, overrides={"embedding_model": "word2vec"})


async def test_an_empty_project_finds_nothing(
    database: Database, retrieval: RetrievalService, owner: Principal
) -> None:
    outcome = await retrieval.search(owner, await seed_project(database, owner), QUESTION)

    assert outcome.results == ()
    assert outcome.trace.candidates == ()
