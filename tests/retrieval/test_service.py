from typing import Any

import pytest

from opentrace.adapters.local.window_reranker import WindowReranker
from opentrace.adapters.openai import openai_chat_models
from opentrace.adapters.rerank_api import RerankApi
from opentrace.db.engine import Database
from opentrace.errors import Invalid, NotFound
from opentrace.ports.authenticator import Principal
from opentrace.ports.embedder import Embedder, Embedders
from opentrace.retrieval.service import TRACED_BEYOND, RetrievalService
from opentrace.settings import Settings
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
    return RetrievalService(database, Embedders(EMBEDDING_MODEL, {EMBEDDING_MODEL: minilm}))


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
    chunks = await embedded(minilm, MARGIN, f"{MARGIN} {SALES}", f"{MARGIN} {BREAD}", BREAD)
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
    assert trace["settings"] == {
        "rag_strategy": "basic",
        "num_chunks": 2,
        "final_context_size": 1,
        "similarity_threshold": 0.2,
        "vector_weight": 0.7,
        "keyword_weight": 0.3,
        "fusion": "rrf",
        "use_reranking": False,
        "multi_query_count": 3,
    }
    assert trace["candidates"][0]["kept"] is True
    assert trace["candidates"][0]["keyword_rank"] is None
    assert trace["candidates"][0]["fused_score"] is None
    assert set(trace["milliseconds"]) == {"embed_query", "settings", "search", "total"}


async def test_hybrid_finds_what_only_a_word_leads_to_and_says_where_each_list_had_it(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner, rag_strategy="hybrid")
    chunks = await embedded(minilm, MARGIN, f"{BREAD} Order no. SKU-4471.", SALES)
    await seed_document(database, project_id, chunks, model=minilm.model)

    outcome = await retrieval.search(owner, project_id, f"{QUESTION} SKU-4471", overrides={"similarity_threshold": 0.5})

    by_content = {result.content: result for result in outcome.results}
    assert set(by_content) == {chunk.content for chunk in chunks[:2]}
    traced = {candidate.chunk_id: candidate for candidate in outcome.trace.candidates}
    margin, bread, sales = (traced[chunk.chunk_id] for chunk in chunks)
    assert (bread.keyword_rank, bread.dropped_because) == (1, None)
    assert bread.vector_score is not None
    assert bread.vector_score < 0.5
    assert margin.vector_rank == 1
    assert margin.fused_score == pytest.approx(0.7 / 61 + 0.3 / (60 + (margin.keyword_rank or 0)))
    assert (sales.keyword_rank, sales.fused_score, sales.dropped_because) == (None, 0, "below similarity_threshold")


async def test_the_weights_and_the_kind_of_fusion_are_the_projects(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner, rag_strategy="hybrid", fusion="scores")
    chunks = await embedded(minilm, MARGIN, f"{BREAD} Order no. SKU-4471.", SALES)
    await seed_document(database, project_id, chunks, model=minilm.model)
    question = f"{QUESTION} SKU-4471"

    by_meaning = await retrieval.search(
        owner, project_id, question, overrides={"vector_weight": 1.0, "keyword_weight": 0.1}
    )
    by_words = await retrieval.search(
        owner, project_id, question, overrides={"vector_weight": 0.1, "keyword_weight": 1.0}
    )

    assert by_meaning.results[0].content == MARGIN
    assert "SKU-4471" in by_words.results[0].content
    assert by_words.trace.candidates[0].fused_score == pytest.approx(1.0, abs=0.1)


async def test_the_document_that_the_question_names_is_preferred_and_the_trace_says_why(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)
    wanted = f"{SALES} {MARGIN}"
    await seed_document(
        database, project_id, await embedded(minilm, MARGIN), model=minilm.model, file_name="2021 Q3 Acme.pdf"
    )
    document_id = await seed_document(
        database, project_id, await embedded(minilm, wanted, BREAD), model=minilm.model, file_name="2022 Q1 Acme.pdf"
    )

    unnamed = await retrieval.search(owner, project_id, QUESTION)
    named = await retrieval.search(owner, project_id, f"{QUESTION} (Q1 2022)")
    pinned = await retrieval.search(owner, project_id, f"{QUESTION} (Q1 2022)", document_ids=[document_id])

    assert unnamed.results[0].content == MARGIN
    assert unnamed.trace.preferred == ()
    assert [result.content for result in named.results[:2]] == [wanted, MARGIN]
    (preferred,) = named.trace.preferred
    assert (preferred.document_id, preferred.document_name) == (document_id, "2022 Q1 Acme.pdf")
    assert set(preferred.matched) == {"year:2022", "quarter:1"}
    first, second = named.trace.candidates[:2]
    assert first.preference == pytest.approx(0.3 / 61)
    assert second.preference == 0
    assert pinned.trace.preferred == ()


@pytest.mark.parametrize("strategy", ["multi_query_vector", "multi_query_hybrid"])
async def test_variations_of_the_question_are_searched_with_it(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal, strategy: str
) -> None:
    project_id = await seed_project(database, owner, rag_strategy=strategy)
    chunks = await embedded(minilm, MARGIN, SALES, BREAD)
    await seed_document(database, project_id, chunks, model=minilm.model)

    outcome = await retrieval.search(
        owner, project_id, "How did the gross margin change, and how does the dough rise?", overrides={"num_chunks": 2}
    )

    assert {result.content for result in outcome.results} == {MARGIN, BREAD}
    assert outcome.trace.queries[1:3] == ("How did the gross margin change", "how does the dough rise")
    assert outcome.trace.query_source == "rules"
    assert len(outcome.trace.query_weights) == len(outcome.trace.queries)
    assert (outcome.trace.candidates[0].keyword_rank is not None) == (strategy == "multi_query_hybrid")
    assert {"variations", "embed_variations"} <= set(outcome.trace.milliseconds)


async def test_a_model_that_fails_leaves_the_question_alone_and_the_trace_says_so(
    database: Database, minilm: Embedder, owner: Principal
) -> None:
    values: dict[str, Any] = {"_env_file": None, "openai_base_url": "http://127.0.0.1:9/v1"}
    models = openai_chat_models(Settings(**values))
    retrieval = RetrievalService(
        database, Embedders(EMBEDDING_MODEL, {EMBEDDING_MODEL: minilm}), small_model=lambda: models.small
    )
    project_id = await seed_project(database, owner, rag_strategy="multi_query_vector")
    await seed_document(database, project_id, await embedded(minilm, MARGIN), model=minilm.model)

    outcome = await retrieval.search(owner, project_id, QUESTION)
    await models.close()

    assert [result.content for result in outcome.results] == [MARGIN]
    assert outcome.trace.queries == (QUESTION,)
    assert outcome.trace.failures == {"variations": "model_unreachable"}


async def test_a_reranker_orders_the_candidates_anew(database: Database, minilm: Embedder, owner: Principal) -> None:
    retrieval = RetrievalService(
        database, Embedders(EMBEDDING_MODEL, {EMBEDDING_MODEL: minilm}), reranker=WindowReranker(minilm)
    )
    project_id = await seed_project(database, owner)
    hidden = f"{BREAD} The lease of the office ends in May. {MARGIN} Rain fell on Tuesday and on Friday."
    near = "The gross income of the shop changed."
    await seed_document(database, project_id, await embedded(minilm, hidden, near), model=minilm.model)

    before = await retrieval.search(owner, project_id, QUESTION, overrides={"similarity_threshold": 0.0})
    after = await retrieval.search(
        owner, project_id, QUESTION, overrides={"similarity_threshold": 0.0, "use_reranking": True}
    )

    assert [result.content for result in before.results] == [near, hidden]
    assert [result.content for result in after.results] == [hidden, near]
    assert after.trace.reranker == "sentences"
    scores = [candidate.rerank_score for candidate in after.trace.candidates]
    assert scores[0] is not None
    assert scores[1] is not None
    assert scores[0] > scores[1]
    assert "rerank" in after.trace.milliseconds


async def test_a_reranker_that_fails_keeps_the_order_and_the_trace_says_so(
    database: Database, minilm: Embedder, owner: Principal
) -> None:
    reranker = RerankApi("http://127.0.0.1:9/v1", model="rerank-test", api_key=None)
    retrieval = RetrievalService(database, Embedders(EMBEDDING_MODEL, {EMBEDDING_MODEL: minilm}), reranker=reranker)
    project_id = await seed_project(database, owner, use_reranking=True)
    await seed_document(database, project_id, await embedded(minilm, MARGIN, SALES), model=minilm.model)

    outcome = await retrieval.search(owner, project_id, QUESTION)
    await reranker.close()

    assert outcome.results[0].content == MARGIN
    assert outcome.trace.failures == {"rerank": "rerank_unreachable"}
    assert outcome.trace.reranker is None


async def test_a_chunk_that_repeats_another_takes_no_place(
    database: Database, minilm: Embedder, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)
    chunks = await embedded(minilm, MARGIN, MARGIN.upper(), SALES)
    await seed_document(database, project_id, chunks, model=minilm.model)

    outcome = await retrieval.search(owner, project_id, QUESTION, overrides={"num_chunks": 2})

    assert [result.content.upper() for result in outcome.results] == [MARGIN.upper(), SALES.upper()]
    assert [candidate.dropped_because for candidate in outcome.trace.candidates] == [
        None,
        None,
        "repeats another chunk",
    ]


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


async def test_a_model_that_the_project_has_no_vectors_of_is_refused(
    database: Database, retrieval: RetrievalService, owner: Principal
) -> None:
    project_id = await seed_project(database, owner)

    with pytest.raises(Invalid, match="vectors are of 'all-MiniLM-L6-v2'"):
        await retrieval.search(owner, project_id, QUESTION, overrides={"embedding_model": "word2vec"})


async def test_an_empty_project_finds_nothing(
    database: Database, retrieval: RetrievalService, owner: Principal
) -> None:
    outcome = await retrieval.search(owner, await seed_project(database, owner), QUESTION)

    assert outcome.results == ()
    assert outcome.trace.candidates == ()
