"""Why a chunk was found, or was not, over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from opentrace.services import Services
from tests.api_fixtures import Person, SignUp
from tests.retrieval.corpus import SeededChunk, seed_document

QUESTION = "How did the gross margin change?"
MARGIN = "The gross margin rose to 44.5 percent from 43.3 percent a year before."
BREAD = "Knead the dough of gros flour for ten minutes and let it rise in a warm place."


@pytest.fixture
async def ada(sign_up: SignUp) -> Person:
    return await sign_up()


class Project:
    def __init__(self, person: Person, project_id: str) -> None:
        self.person, self.project_id = person, project_id
        self.margin, self.bread = uuid4(), uuid4()
        self.bread_document = UUID(int=0)

    async def search(self, **body: Any) -> Any:
        url = f"/api/projects/{self.project_id}/search"
        return await self.person.http.post(url, json={"query": QUESTION, **body})


@pytest.fixture
async def project(ada: Person, services: Services) -> Project:
    created = (await ada.http.post("/api/projects", json={"name": "Reports"})).json()
    project = Project(ada, created["id"])
    vectors = await services.embedder.embed([MARGIN, BREAD], purpose="passage")
    model = services.embedder.model
    chunks = [
        SeededChunk(text, [(0, len(text), vector)], chunk_id=chunk_id)
        for text, vector, chunk_id in zip((MARGIN, BREAD), vectors, (project.margin, project.bread), strict=True)
    ]
    await seed_document(services.database, UUID(created["id"]), chunks[:1], model=model, file_name="Report.pdf")
    project.bread_document = await seed_document(
        services.database, UUID(created["id"]), chunks[1:], model=model, file_name="Bread.pdf"
    )
    return project


async def test_a_chunk_that_was_dropped_says_by_which_cut(project: Project) -> None:
    body = (await project.search(explain_chunk_id=str(project.bread), rag_strategy="hybrid")).json()

    explained = body["explanation"]
    assert (explained["kept"], explained["reason"]) == (False, "below similarity_threshold")
    assert (explained["vector_rank"], explained["keyword_rank"], explained["candidate_rank"]) == (2, None, 2)
    assert explained["vector_score"] < 0.3
    words = {word["word"]: word for word in explained["words"]}
    assert words["margin"] == {"word": "margin", "in_chunk": False, "chunks": 1, "closest": None}
    assert words["gross"]["closest"] == explained["closest_word"] == "gros"


async def test_a_chunk_that_was_kept_says_so_and_by_which_words(project: Project) -> None:
    explained = (await project.search(explain_chunk_id=str(project.margin), rag_strategy="hybrid")).json()[
        "explanation"
    ]

    assert (explained["kept"], explained["reason"]) == (True, "kept")
    assert (explained["vector_rank"], explained["keyword_rank"]) == (1, 1)
    assert {word["word"] for word in explained["words"] if word["in_chunk"]} == {"gross", "margin"}
    assert explained["closest_word"] in {"gross", "margin"}


async def test_a_document_is_explained_by_its_nearest_chunk(project: Project) -> None:
    explained = (await project.search(explain_document_id=str(project.bread_document))).json()["explanation"]

    assert (explained["chunk_id"], explained["document_name"]) == (str(project.bread), "Bread.pdf")


async def test_what_is_outside_of_the_pinned_documents_says_so(project: Project) -> None:
    body = await project.search(explain_chunk_id=str(project.margin), document_ids=[str(project.bread_document)])

    assert body.json()["explanation"]["reason"] == "not among document_ids"


async def test_a_chunk_of_somebody_else_does_not_exist(project: Project, sign_up: SignUp) -> None:
    eve = await sign_up()
    created = (await eve.http.post("/api/projects", json={"name": "Eve's"})).json()
    own = Project(eve, created["id"])

    by_chunk = await own.search(explain_chunk_id=str(project.margin))
    by_document = await own.search(explain_document_id=str(project.bread_document))

    assert (by_chunk.status_code, by_chunk.json()["code"]) == (404, "chunk_not_found")
    assert (by_document.status_code, by_document.json()["code"]) == (404, "document_not_found")


async def test_only_one_thing_is_explained_at_a_time(project: Project) -> None:
    both = {"explain_chunk_id": str(project.margin), "explain_document_id": str(project.bread_document)}

    assert (await project.search(**both)).status_code == 422
    assert (await project.search(explain_chunk_id="no-uuid")).status_code == 422
