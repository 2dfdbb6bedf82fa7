"""What every job queue promises, kept by Celery on a broker of this module's own."""

import time
from collections.abc import AsyncGenerator, Iterator
from uuid import uuid4

import pytest
from redis import Redis

from opentrace.adapters.celery import ALIVE_KEY, ALIVE_S, CeleryJobQueue
from opentrace.adapters.local.valkey_server import ValkeyServer
from opentrace.ports.job_queue import Job, JobQueue, JobQueueError


@pytest.fixture(scope="module")
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("broker")
    with ValkeyServer(folder / "data", secrets_folder=folder / "secrets").running(folder / "valkey.log") as url:
        yield url


@pytest.fixture
async def jobs(broker_url: str) -> AsyncGenerator[JobQueue]:
    queue = CeleryJobQueue(broker_url)
    yield queue
    await queue.close()


@pytest.fixture
async def jobs_without_broker() -> AsyncGenerator[JobQueue]:
    queue = CeleryJobQueue("redis://127.0.0.1:1/0")
    yield queue
    await queue.close()


async def test_jobs_that_are_enqueued_wait(jobs: JobQueue) -> None:
    before = await jobs.depth()

    await jobs.enqueue(Job("ingest_document", uuid4()))
    await jobs.enqueue(Job("ingest_document", uuid4()))

    assert await jobs.depth() == before + 2


async def test_a_worker_is_there_for_a_while_after_its_report(jobs: JobQueue, broker_url: str) -> None:
    with Redis.from_url(broker_url) as redis:  # pyright: ignore[reportUnknownMemberType] -- redis does not type its options
        redis.delete(ALIVE_KEY)
        assert not await jobs.worker_alive()

        await jobs.report_alive()

        assert await jobs.worker_alive()
        assert 0 < redis.ttl(ALIVE_KEY) <= ALIVE_S


async def test_a_broker_that_is_away_is_reported_within_seconds(jobs_without_broker: JobQueue) -> None:
    began = time.monotonic()

    with pytest.raises(JobQueueError, match="OPENTRACE_REDIS_URL"):
        await jobs_without_broker.enqueue(Job("ingest_document", uuid4()))
    with pytest.raises(JobQueueError, match="OPENTRACE_REDIS_URL"):
        await jobs_without_broker.depth()
    with pytest.raises(JobQueueError, match="OPENTRACE_REDIS_URL"):
        await jobs_without_broker.report_alive()
    with pytest.raises(JobQueueError, match="OPENTRACE_REDIS_URL"):
        await jobs_without_broker.worker_alive()

    assert time.monotonic() - began < 10
