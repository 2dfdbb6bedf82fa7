"""What every job queue promises, kept by Celery on a broker of this module's own."""

import asyncio
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


async def test_a_broker_that_is_silent_is_reported_within_seconds() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
        queue = CeleryJobQueue(f"redis://127.0.0.1:{silent.sockets[0].getsockname()[1]}/0")
        with pytest.raises(JobQueueError, match="OPENTRACE_REDIS_URL"):
            await queue.worker_alive()
        await queue.close()


@pytest.mark.parametrize("turns_of_the_loop", range(40))
async def test_a_cancelled_report_ends_at_whatever_moment(broker_url: str, turns_of_the_loop: int) -> None:
    """Among them the moment in which the command has been sent."""
    queue = CeleryJobQueue(broker_url)

    async def keep_reporting() -> None:
        while True:
            await queue.report_alive()
            await asyncio.sleep(3600)

    reporting = asyncio.create_task(keep_reporting())
    for _ in range(turns_of_the_loop):
        await asyncio.sleep(0)
    reporting.cancel()
    await asyncio.wait({reporting}, timeout=60)
    assert reporting.cancelled()
    await queue.close()
