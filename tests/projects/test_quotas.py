"""How much one user may have where the installation sets limits."""

import asyncio

from opentrace.settings import Settings
from tests.api_fixtures import Serve, member_headers


def _file(size_bytes: int) -> dict[str, str | int]:
    return {"file_name": "a.txt", "content_type": "text/plain", "size_bytes": size_bytes}


async def test_projects_at_once_stop_at_the_quota_and_a_deleted_one_makes_room(
    serve: Serve, settings: Settings
) -> None:
    client = await serve(settings.model_copy(update={"quota_projects": 2}))
    ada, ben = await member_headers(client), await member_headers(client)

    answers = await asyncio.gather(
        *(client.post("/api/projects", json={"name": f"P{n}"}, headers=ada) for n in range(5))
    )

    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    refused = [answer.json() for answer in answers if answer.status_code == 403]
    assert len(made) == 2
    assert {problem["code"] for problem in refused} == {"quota_exceeded"}
    assert (await client.post("/api/projects", json={"name": "B"}, headers=ben)).status_code == 201
    await client.delete(f"/api/projects/{made[0]}", headers=ada)
    assert (await client.post("/api/projects", json={"name": "again"}, headers=ada)).status_code == 201


async def test_documents_stop_at_the_quotas_of_number_and_bytes(serve: Serve, settings: Settings) -> None:
    client = await serve(settings.model_copy(update={"quota_documents": 2, "quota_bytes": 1000}))
    ada = await member_headers(client)
    project = (await client.post("/api/projects", json={"name": "P"}, headers=ada)).json()["id"]
    documents = f"/api/projects/{project}/documents"

    assert (await client.post(documents, json=_file(600), headers=ada)).status_code == 201
    too_large = await client.post(documents, json=_file(500), headers=ada)
    assert (too_large.status_code, too_large.json()["code"]) == (403, "quota_exceeded")
    assert "400 are left" in too_large.json()["detail"]
    assert (await client.post(documents, json=_file(400), headers=ada)).status_code == 201
    too_many = await client.post(documents, json=_file(1), headers=ada)
    assert (too_many.status_code, too_many.json()["code"]) == (403, "quota_exceeded")
