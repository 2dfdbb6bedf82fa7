from typing import Any
from uuid import UUID, uuid4

import pytest

from opentrace.ports.embedder import Embedder
from opentrace.services import Services
from tests.api_fixtures import Person, SignUp
from tests.retrieval.corpus import SeededChunk, seed_document

TEXT = "The gross margin rose to 44.5 percent from 43.3 percent a year before."
QUESTION = "How did the gross margin change?"


@pytest.fixture
async def ada(sign_up: SignUp) -> Person:
    return await sign_up()


@pytest.fixture
async def project_id(ada: Person, services: Services) -> str:
    """A project with one document, of one chunk."""
    response = await ada.http.post("/api/projects", json={"name": "Reports"})
    embedder: Embedder = services.embedder
    vector = (await embedder.embed([TEXT], purpose="passage"))[0]
    boxes = [{"page": 2, "x0": 0.1, "y0": 0.2, "x1": 0.9, "y1": 0.25, "start": 0, "end": len(TEXT)}]
    chunk = SeededChunk(TEXT, [(0, len(TEXT), vector)], page_number=2, locations=boxes)
    project_id = response.json()["id"]
    await seed_document(services.database, UUID(project_id), [chunk], file_name="Q3.pdf", model=embedder.model)
    return project_id


async def test_a_search_answers_passages_and_their_trace(ada: Person, project_id: str) -> None:
    response = await ada.http.post(f"/api/projects/{project_id}/search", json={"query": QUESTION})

    assert response.status_code == 200
    body = response.json()
    (result,) = body["results"]
    assert result["content"] == TEXT
    assert result["document_name"] == "Q3.pdf"
    assert result["page_number"] == 2
    assert result["passage"] == {"char_start": 0, "char_end": len(TEXT)}
    assert result["locations"] == [
        {"page": 2, "x0": 0.1, "y0": 0.2, "x1": 0.9, "y1": 0.25, "start": 0, "end": len(TEXT)}
    ]
    assert 0.5 < result["score"] <= 1
    (candidate,) = body["trace"]["candidates"]
    assert candidate["kept"] is True
    assert candidate["vector_score"] == pytest.approx(result["score"])
    assert body["trace"]["milliseconds"]["total"] > 0


async def test_a_setting_can_be_overridden_for_one_search(ada: Person, project_id: str) -> None:
    response = await ada.http.post(
        f"/api/projects/{project_id}/search", json={"query": QUESTION, "similarity_threshold": 0.99}
    )

    body = response.json()
    assert body["results"] == []
    assert body["trace"]["candidates"][0]["dropped_because"] == "below similarity_threshold"
    settings = (await ada.http.get(f"/api/projects/{project_id}/settings")).json()
    assert settings["similarity_threshold"] == 0.3


async def test_a_search_in_anothers_document_finds_nothing(ada: Person, sign_up: SignUp, project_id: str) -> None:
    document_id = (await ada.http.get(f"/api/projects/{project_id}/documents")).json()["items"][0]["id"]
    eve = await sign_up()
    own = (await eve.http.post("/api/projects", json={"name": "Own"})).json()["id"]
    body = {"query": QUESTION, "document_ids": [document_id]}

    asked = await eve.http.post(f"/api/projects/{own}/search", json=body)
    explained = await eve.http.post(
        f"/api/projects/{own}/search", json={"query": QUESTION, "explain_document_id": document_id}
    )

    assert (asked.status_code, asked.json()["results"]) == (200, [])
    assert asked.json()["trace"]["candidates"] == []
    assert explained.status_code == 404
    assert (await ada.http.post(f"/api/projects/{project_id}/search", json=body)).json()["results"]


async def test_a_search_in_documents_that_are_not_there_finds_nothing(ada: Person, project_id: str) -> None:
    response = await ada.http.post(
        f"/api/projects/{project_id}/search", json={"query": QUESTION, "document_ids": [str(uuid4())]}
    )

    assert response.status_code == 200
    assert response.json()["results"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": " \n "},
        {"query": None},
        {"query": "a\u0000b"},
        {"query": "x" * 8001},
        {"query": QUESTION, "rag_strategy": "graph"},
        {"query": QUESTION, "rag_strategy": "hybrid", "vector_weight": 0, "keyword_weight": 0},
        {"query": QUESTION, "text_configuration": "german"},
        {"query": QUESTION, "use_reranking": "maybe"},
        {"query": QUESTION, "num_chunks": 0},
        {"query": QUESTION, "final_context_size": 1000},
        {"query": QUESTION, "similarity_threshold": 1.5},
        {"query": QUESTION, "embedding_model": "word2vec"},
        {"query": QUESTION, "document_ids": []},
        {"query": QUESTION, "document_ids": ["no-uuid"]},
        {"query": QUESTION, "unknown": 1},
    ],
)
async def test_what_cannot_be_searched_is_refused(ada: Person, project_id: str, body: dict[str, Any]) -> None:
    response = await ada.http.post(f"/api/projects/{project_id}/search", json=body)

    assert response.status_code == 422
    assert response.headers["content-type"].startswith("application/problem+json")


async def test_every_strategy_is_searched_over_http(ada: Person, project_id: str) -> None:
    for strategy in ("basic", "hybrid", "multi_query_vector", "multi_query_hybrid"):
        response = await ada.http.post(
            f"/api/projects/{project_id}/search",
            json={"query": QUESTION, "rag_strategy": strategy, "use_reranking": True},
        )

        assert response.status_code == 200, response.text
        body = response.json()
        assert body["results"]
        assert (body["trace"]["strategy"], body["trace"]["reranker"]) == (strategy, "sentences")
        assert body["trace"]["failures"] == {}


@pytest.mark.parametrize("query", ["'; DROP TABLE users; --", "日本語", "😀" * 2000, "{}%s:x\\", "?", "word " * 1500])
async def test_odd_questions_are_searched_like_any_other(ada: Person, project_id: str, query: str) -> None:
    response = await ada.http.post(f"/api/projects/{project_id}/search", json={"query": query})

    assert response.status_code == 200
    assert response.json()["trace"]["queries"] == [query.strip()]


async def test_anothers_project_is_not_found(sign_up: SignUp, project_id: str) -> None:
    stranger = await sign_up()

    response = await stranger.http.post(f"/api/projects/{project_id}/search", json={"query": QUESTION})

    assert response.status_code == 404
    assert response.json()["code"] == "project_not_found"


async def test_without_a_token_nobody_searches(ada: Person, project_id: str) -> None:
    response = await ada.http.post(
        f"/api/projects/{project_id}/search", json={"query": QUESTION}, headers={"authorization": ""}
    )

    assert response.status_code == 401
