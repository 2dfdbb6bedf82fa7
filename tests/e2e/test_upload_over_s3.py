"""A file that never touches the server: from the browser to the bucket, to the worker, to a citation, and back."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from opentrace.adapters.s3 import S3BlobStore, S3Bucket
from opentrace.entrypoints.storage_doctor import examine_storage
from opentrace.knowledge.ingestion.runs import Ingestion
from opentrace.knowledge.sweeper import Sweeper
from opentrace.settings import Settings
from tests.api_fixtures import PASSWORD, client_of, running_server
from tests.e2e.files import FACT, QUESTION, write_pdf
from tests.s3_server import admin_client


@pytest.fixture
def s3_settings(settings: Settings, s3_bucket: S3Bucket) -> Settings:
    return settings.model_copy(
        update={
            "storage": "s3",
            "s3_bucket": s3_bucket.name,
            "s3_prefix": s3_bucket.prefix,
            "s3_endpoint_url": s3_bucket.endpoint_url,
            "s3_access_key_id": s3_bucket.access_key_id,
            "s3_secret_access_key": SecretStr(s3_bucket.secret_access_key or ""),
        }
    )


async def test_a_file_goes_by_the_bucket_to_a_citation_and_back(s3_settings: Settings, tmp_path: Path) -> None:
    data = write_pdf(tmp_path / "town.pdf").read_bytes()
    async with running_server(s3_settings) as (url, app), client_of(url) as anonymous:
        account = {"email": "s3@example.org", "password": PASSWORD}
        token = (await anonymous.post("/api/auth/sign-up", json=account)).json()["token"]
        async with client_of(url, authorization=f"Bearer {token}") as http:
            project = (await http.post("/api/projects", json={"name": "Town"})).json()["id"]
            asked = {"file_name": "town.pdf", "content_type": "application/pdf", "size_bytes": len(data)}
            created = (await http.post(f"/api/projects/{project}/documents", json=asked)).json()
            upload, document = created["upload"], created["document"]["id"]
            sent = await anonymous.put(upload["url"], content=data, headers=upload["headers"])
            confirmed = await http.post(f"/api/documents/{document}/confirm")
            await Ingestion(app.state.services).ingest(UUID(document))
            chat = (await http.post(f"/api/projects/{project}/chats", json={})).json()["id"]
            answer = await http.post(f"/api/chats/{chat}/messages", json={"content": QUESTION})
            opened = await http.get(f"/api/documents/{document}/file", follow_redirects=True)
            removed = await http.delete(f"/api/documents/{document}")
            await Sweeper(app.state.services).sweep()
            gone = await anonymous.get(opened.url)

    assert upload["url"].startswith(f"{s3_settings.s3_endpoint_url}/")
    assert (sent.status_code, confirmed.status_code) == (200, 202), confirmed.text
    (citation,) = answer.json()["message"]["citations"]
    assert FACT in " ".join(citation["content"].split())
    assert citation["page_number"] == 2
    assert opened.content == data
    assert "town.pdf" in opened.headers["content-disposition"]
    assert (removed.status_code, gone.status_code) == (204, 404)


async def test_pages_of_the_client_may_talk_to_the_bucket(
    s3_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html><title>Opentrace</title>", encoding="utf-8")
    policy = {"policy": {"connect-src": ["'self'"]}, "script_hashes": {}}
    (tmp_path / "export.json").write_text(json.dumps(policy), encoding="utf-8")
    monkeypatch.setattr("opentrace.entrypoints.api.EXPORT_FOLDER", tmp_path)

    async with running_server(s3_settings) as (url, _), client_of(url) as anonymous:
        page = await anonymous.get("/")

    assert f"connect-src 'self' {s3_settings.s3_endpoint_url}" in page.headers["content-security-policy"]


async def test_doctor_lets_the_pages_of_the_installation_in(s3_settings: Settings, s3_bucket: S3Bucket) -> None:
    settings = s3_settings.model_copy(update={"public_url": "https://answers.example.org"})
    admin_client(s3_bucket).put_bucket_cors(
        Bucket=s3_bucket.name,
        CORSConfiguration={"CORSRules": [{"AllowedOrigins": ["https://x.example"], "AllowedMethods": ["GET"]}]},
    )
    store = S3BlobStore(s3_bucket)

    before = await examine_storage(store, settings, fix_cors=False)
    after = await examine_storage(store, settings, fix_cors=True)

    assert [finding.state for finding in before] == ["ok", "problem"]
    assert [finding.state for finding in after] == ["ok", "ok"]
