"""Liveness, readiness and metrics: for supervisors, load balancers and Prometheus. Outside `/api`, without sign-in."""

import asyncio
from collections.abc import Awaitable
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from opentrace.http.dependencies import ServicesDep
from opentrace.http.installation_metrics import InstallationMetrics
from opentrace.http.observability import HttpMetrics
from opentrace.http.schemas import ResponseModel
from opentrace.ports.blob_store import BlobStoreError
from opentrace.ports.job_queue import JobQueueError
from opentrace.services import Services

CHECK_TIMEOUT_S = 5.0


ServiceName = Literal["database", "broker", "storage", "worker"]


class Health(ResponseModel):
    status: Literal["ok"]


class Check(ResponseModel):
    """`detail` is a sentence that says what is wrong and what to do."""

    ok: bool
    detail: str


class Readiness(ResponseModel):
    status: Literal["ready", "not_ready"]
    checks: dict[ServiceName, Check]


def health_router(metrics: HttpMetrics) -> APIRouter:
    router = APIRouter(tags=["health"])
    installation = InstallationMetrics(metrics.registry)

    @router.get("/health", summary="Whether the server runs")
    async def get_health() -> Health:
        return Health(status="ok")

    @router.get(
        "/ready",
        summary="Whether everything that the server needs answers",
        responses={503: {"description": "Something does not answer; `checks` says what.", "model": Readiness}},
    )
    async def get_readiness(services: ServicesDep, response: Response) -> Readiness:
        checks = await _checks(services)
        ready = all(check.ok for check in checks.values())
        if not ready:
            response.status_code = 503
        return Readiness(status="ready" if ready else "not_ready", checks=checks)

    @router.get("/metrics", summary="Counts for Prometheus", response_class=Response)
    async def get_metrics(services: ServicesDep) -> Response:
        up = {name: check.ok for name, check in (await _checks(services)).items()}
        await installation.read(services, up=up)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _checks(services: Services) -> dict[ServiceName, Check]:
    database, broker, storage, worker = await asyncio.gather(
        _check(_database(services), "The database answers."),
        _check(_broker(services), "The job queue answers."),
        _check(services.blob_store.check(), "The file storage answers."),
        _check(_worker(services), "A worker is there."),
    )
    return {"database": database, "broker": broker, "storage": storage, "worker": worker}


class _NotReady(Exception):
    """The sentence for the check."""


async def _check(work: Awaitable[None], good: str) -> Check:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await work
    except TimeoutError:
        return Check(ok=False, detail=f"No answer within {CHECK_TIMEOUT_S:.0f} seconds.")
    except (_NotReady, JobQueueError, BlobStoreError) as error:
        return Check(ok=False, detail=str(error))
    return Check(ok=True, detail=good)


async def _database(services: Services) -> None:
    try:
        async with services.database.system_transaction() as work:
            await work.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        # The driver's own words may name hosts and users.
        raise _NotReady(
            "The database does not answer. Check OPENTRACE_DATABASE_URL and the server behind it."
        ) from error


async def _broker(services: Services) -> None:
    await services.jobs.depth()


async def _worker(services: Services) -> None:
    if not await services.jobs.worker_alive():
        raise _NotReady("No worker has reported itself lately, so documents wait. Start one with `opentrace worker`.")
