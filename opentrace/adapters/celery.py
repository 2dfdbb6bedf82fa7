"""Jobs as Celery messages on Redis or Valkey.

The truth about a job is in PostgreSQL, so nothing here is relied on for more than speed: a message that comes twice
does no harm, and the sweeper replaces one that is lost.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from math import ceil
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from celery import Celery, Task
from kombu.exceptions import KombuError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from opentrace.ports.job_queue import Job, JobName, JobQueueError

QUEUE = "opentrace"

ALIVE_KEY = "opentrace:worker-alive"
ALIVE_S = 20
"""How long one report of a worker counts. It reports every few seconds, and a busy machine may delay it."""

_REQUEST_ID_HEADER = "opentrace_request_id"
_TRACE_PARENT_HEADER = "opentrace_traceparent"

_PRIORITY_SUFFIXES = ("", "\x06\x163", "\x06\x166", "\x06\x169")
"""Kombu keeps one list for each of its four priorities."""

_CONNECT_TIMEOUT_S = 2.0
_ANSWER_TIMEOUT_S = 4.0
_REDELIVERY_SLACK_S = 300
_RESTORE_INTERVAL_S = 10


def celery_app(redis_url: str, **transport_options: float) -> Celery:
    """The settings that the server, which publishes, and the worker, which consumes, have in common."""
    app = Celery("opentrace", broker=broker_url(redis_url), set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        # A document goes on where the broker was away: its lease is in the database.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=_CONNECT_TIMEOUT_S,
        broker_transport_options={
            "unacked_restore_interval": _RESTORE_INTERVAL_S,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": _CONNECT_TIMEOUT_S,
            "socket_keepalive": True,
            "health_check_interval": 30,
            **transport_options,
        },
    )
    return app


def redelivery_s(longest_task_s: float) -> int:
    """After how long the broker gives the message of a silent worker to another: never while a task may still run."""
    return ceil(longest_task_s) + _REDELIVERY_SLACK_S


Handler = Callable[[Job], None]
"""Gets the job in a thread of the pool."""


def worker_app(redis_url: str, *, handlers: Mapping[JobName, Handler], longest_task_s: float) -> Celery:
    """The application of a worker. A job takes `longest_task_s` at most."""
    app = celery_app(redis_url, visibility_timeout=redelivery_s(longest_task_s))
    for name, handler in handlers.items():
        app.task(name=_task(name), bind=True)(_runner(name, handler))
    app.finalize()
    return app


def _runner(name: JobName, handler: Handler) -> Callable[[Task, str], None]:
    def run(task: Task, subject_id: str) -> None:
        headers = cast("dict[str, str]", task.request.headers or {})
        handler(Job(name, UUID(subject_id), headers.get(_REQUEST_ID_HEADER), headers.get(_TRACE_PARENT_HEADER)))

    return run


def _task(name: JobName) -> str:
    return f"opentrace.{name}"


class CeleryJobQueue:
    """Implements `JobQueue`. Publishing gives up after a few seconds instead of waiting for a broker that is away.

    The client's own `socket_timeout` must stay off: it rests on `asyncio.wait_for`, which in Python 3.11 loses a
    cancellation that comes as a command has been sent (python/cpython#86296), and who was to stop goes on.
    """

    def __init__(self, redis_url: str) -> None:
        self._app = celery_app(redis_url)
        self._app.conf.update(
            task_publish_retry=False,
            broker_transport_options={
                "socket_connect_timeout": _CONNECT_TIMEOUT_S,
                "socket_timeout": _ANSWER_TIMEOUT_S,
                "max_retries": 0,
            },
        )
        self._redis = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] -- redis does not type its options
            redis_url, socket_connect_timeout=_CONNECT_TIMEOUT_S, socket_timeout=None
        )

    async def enqueue(self, job: Job) -> None:
        headers = {_REQUEST_ID_HEADER: job.request_id, _TRACE_PARENT_HEADER: job.trace_parent}
        async with _translated():
            await asyncio.to_thread(
                self._app.send_task,
                _task(job.name),
                [str(job.subject_id)],
                queue=QUEUE,
                ignore_result=True,
                headers={name: value for name, value in headers.items() if value},
            )

    async def depth(self) -> int:
        async with _translated(), _in_time(), self._redis.pipeline(transaction=False) as pipeline:
            for suffix in _PRIORITY_SUFFIXES:
                pipeline.llen(QUEUE + suffix)
            return sum(await pipeline.execute())

    async def report_alive(self) -> None:
        async with _translated(), _in_time():
            await self._redis.set(ALIVE_KEY, 1, ex=ALIVE_S)

    async def worker_alive(self) -> bool:
        async with _translated(), _in_time():
            return bool(await self._redis.exists(ALIVE_KEY))

    async def close(self) -> None:
        await self._redis.aclose()
        await asyncio.to_thread(self._app.close)


def _in_time() -> asyncio.Timeout:
    return asyncio.timeout(_CONNECT_TIMEOUT_S + _ANSWER_TIMEOUT_S)


@asynccontextmanager
async def _translated() -> AsyncGenerator[None]:
    try:
        yield
    except (KombuError, RedisError, OSError) as error:
        raise JobQueueError(
            "The job queue does not answer. Check OPENTRACE_REDIS_URL and that the Redis server behind it runs."
        ) from error


def broker_url(redis_url: str) -> str:
    """The URL as kombu reads it: it names sockets differently than redis-py, and checks no certificate unasked."""
    parts = urlsplit(redis_url)
    query = dict(parse_qsl(parts.query))
    scheme = parts.scheme
    if scheme == "unix":
        scheme = "redis+socket"
        query = {"virtual_host" if name == "db" else name: value for name, value in query.items()}
    elif scheme == "rediss":
        query.setdefault("ssl_cert_reqs", "required")
    return f"{scheme}://{parts.netloc}{parts.path}" + (f"?{urlencode(query)}" if query else "")
