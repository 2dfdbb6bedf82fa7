"""Liveness, readiness and metrics."""

import httpx
from pydantic import SecretStr

from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import Serve, SignUp


async def test_a_server_that_runs_is_healthy(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_a_server_is_ready_once_a_worker_is_there(anonymous: httpx.AsyncClient, services: Services) -> None:
    await services.jobs.report_alive()
    response = await anonymous.get("/ready")
    assert response.status_code == 200, response.text
    assert response.json()["status"] == "ready"
    assert set(response.json()["checks"]) == {"database", "broker", "storage", "worker"}


async def test_a_server_whose_services_are_away_says_which(settings: Settings, serve: Serve) -> None:
    away = {
        "database_url": SecretStr("postgresql://nobody@127.0.0.1:1/nothing"),
        "redis_url": SecretStr("redis://127.0.0.1:1/0"),
    }
    client = await serve(settings.model_copy(update=away))
    response = await client.get("/ready")
    checks = response.json()["checks"]
    assert response.status_code == 503
    assert response.json()["status"] == "not_ready"
    assert {name for name, check in checks.items() if not check["ok"]} == {"database", "broker", "worker"}
    assert "OPENTRACE_DATABASE_URL" in checks["database"]["detail"]
    assert (await client.get("/health")).status_code == 200


async def test_the_metrics_count_requests_by_route_template(anonymous: httpx.AsyncClient, sign_up: SignUp) -> None:
    ada = await sign_up()
    created = await ada.http.post("/api/projects", json={"name": "x"})
    await ada.http.get(f"/api/projects/{created.json()['id']}")
    await anonymous.get("/api/nowhere/at/all")
    text = (await anonymous.get("/metrics")).text
    assert 'opentrace_http_requests_total{method="GET",route="/api/projects/{project_id}",status="200"}' in text
    assert 'opentrace_http_request_seconds_bucket{le="0.005",method="GET",route="/api/projects/{project_id}"}' in text
    assert 'route="unmatched",status="404"' in text
    assert created.json()["id"] not in text


async def test_the_metrics_tell_of_documents_that_wait_and_of_services(
    anonymous: httpx.AsyncClient, sign_up: SignUp
) -> None:
    ada = await sign_up()
    project = (await ada.http.post("/api/projects", json={"name": "x"})).json()["id"]
    file = {"file_name": "a.txt", "content_type": "text/plain", "size_bytes": 3}
    await ada.http.post(f"/api/projects/{project}/documents", json=file)

    lines = dict(line.rsplit(" ", 1) for line in (await anonymous.get("/metrics")).text.splitlines() if line[0] != "#")

    assert float(lines['opentrace_documents_moving{status="uploading"}']) >= 1
    assert float(lines['opentrace_oldest_moving_document_seconds{status="uploading"}']) > 0
    assert lines['opentrace_service_up{service="database"}'] == "1.0"
    assert float(lines["opentrace_queue_depth"]) >= 0


async def test_the_metrics_are_told_where_services_are_away(settings: Settings, serve: Serve) -> None:
    away = {"database_url": SecretStr("postgresql://nobody@127.0.0.1:1/nothing")}
    client = await serve(settings.model_copy(update=away))
    response = await client.get("/metrics")
    assert response.status_code == 200
    assert 'opentrace_service_up{service="database"} 0.0' in response.text
