"""What an operator sees of a worker: counts for Prometheus, and log lines that bear the id of the request."""

import httpx

from tests.e2e.conftest import Installation
from tests.entrypoints.running import eventually

CONTENT = b"The ferry leaves at nine. " * 20
REQUEST_ID = "request-of-the-observability-test"


def test_a_request_can_be_followed_into_the_worker_and_its_work_is_counted(installation: Installation) -> None:
    headers = {"authorization": f"Bearer {installation.api_key}", "x-request-id": REQUEST_ID}
    with httpx.Client(base_url=installation.url, headers=headers, timeout=60) as client:
        project = client.post("/api/projects", json={"name": "Observed"}).json()["id"]
        file = {"file_name": "ferry.txt", "content_type": "text/plain", "size_bytes": len(CONTENT)}
        created = client.post(f"/api/projects/{project}/documents", json=file).json()
        upload, document = created["upload"], created["document"]["id"]
        client.put(upload["url"], content=CONTENT, headers=upload["headers"]).raise_for_status()
        client.post(f"/api/documents/{document}/confirm").raise_for_status()

        assert eventually(lambda: client.get(f"/api/documents/{document}").json()["status"] == "completed")

    def ended_line() -> str | None:
        lines = installation.worker_log.splitlines()
        return next((line for line in lines if "ingestion_ended" in line and document in line), None)

    assert eventually(lambda: ended_line() is not None)
    assert REQUEST_ID in (ended_line() or "")
    counts = httpx.get(installation.worker_metrics_url).text
    assert 'opentrace_ingested_documents_total{outcome="completed"}' in counts
    assert 'opentrace_ingestion_stage_seconds_count{stage="vectorization"}' in counts
