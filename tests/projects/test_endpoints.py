"""Projects over HTTP."""

from tests.api_fixtures import SignUp


async def test_a_new_project_has_the_default_settings(sign_up: SignUp) -> None:
    ada = await sign_up()
    created = await ada.http.post("/api/projects", json={"name": "Reports"})
    assert created.status_code == 201, created.text
    settings = (await ada.http.get(f"/api/projects/{created.json()['id']}/settings")).json()
    assert settings.pop("updated_at")
    assert settings == {
        "project_id": created.json()["id"],
        "rag_strategy": "basic",
        "agent_type": "simple",
        "embedding_model": "all-MiniLM-L6-v2",
        "num_chunks": 5,
        "final_context_size": 5,
        "use_reranking": False,
        "multi_query_count": 3,
        "vector_weight": 0.7,
        "keyword_weight": 0.3,
        "similarity_threshold": 0.3,
    }
