"""The worker: a Celery consumer whose threads hand documents to one event loop.

A thread of the pool only waits for its document. The work is done by coroutines of the loop, by the child processes of
the parser, and by native code that releases the interpreter's lock.
"""

import asyncio
import faulthandler
import logging
import os
import signal
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from contextlib import nullcontext, suppress
from types import FrameType
from typing import Any

import structlog
from celery.worker import WorkController, state
from prometheus_client import start_http_server

from opentrace.adapters.celery import worker_app
from opentrace.agents.model_metrics import ModelMetrics
from opentrace.knowledge.ingestion.metrics import IngestionMetrics
from opentrace.knowledge.ingestion.reembed import Reembedding
from opentrace.knowledge.ingestion.runs import Ingestion
from opentrace.knowledge.sweeper import Sweeper
from opentrace.knowledge.tasks import enqueue_ingestion
from opentrace.logs import failure_places
from opentrace.ports.chat_model import ModelCalls
from opentrace.ports.job_queue import Job, JobQueue, JobQueueError
from opentrace.settings import Settings, SettingsError
from opentrace.traces import Traces, open_traces
from opentrace.wiring import open_services

REPORT_INTERVAL_S = 5.0
STOP_TIMEOUT_S = 12.0
"""A stop that takes longer leaves things as they are: leases run out, and the sweeper brings the documents back."""

_log = structlog.stdlib.get_logger("opentrace.worker")


def run(settings: Settings) -> None:
    """Take documents from the queue until SIGTERM or SIGINT; those in hand then go back. Raises SettingsError."""
    if settings.redis_url is None:
        raise SettingsError("OPENTRACE_REDIS_URL is not set. Set it, or let `opentrace up` run a queue.")
    metrics = IngestionMetrics()
    model_metrics = ModelMetrics(metrics.registry, prices=settings.model_prices)
    traces = open_traces("opentrace-worker")
    loop = WorkerLoop(settings, metrics=metrics, model_calls=model_metrics, traces=traces)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if state.should_stop is not None:
            os._exit(1)
        state.should_stop = os.EX_OK
        loop.begin_stop()
        deadline = threading.Timer(STOP_TIMEOUT_S, _give_up)
        deadline.daemon = True
        deadline.start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    loop.start()
    if settings.worker_metrics_port:
        start_http_server(settings.worker_metrics_port, addr=settings.host, registry=metrics.registry)
    consumer = WorkController(
        app=worker_app(
            settings.redis_url.get_secret_value(),
            handlers={"ingest_document": loop.ingest, "reembed_project": loop.reembed},
            longest_task_s=settings.job_timeout_s,
        ),
        pool_cls="threads",
        concurrency=settings.worker_concurrency,
        loglevel="WARNING",
        task_events=False,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    for chatter in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(chatter).setLevel(logging.WARNING)
    _log.info("worker_started", concurrency=settings.worker_concurrency)
    consumer.start()
    loop.end()
    if traces is not None:
        traces.close()
    _log.info("worker_stopped")


def _give_up() -> None:
    _log.error("stop_timed_out", seconds=STOP_TIMEOUT_S)
    faulthandler.dump_traceback(all_threads=True)
    os._exit(1)


class WorkerLoop:
    """The event loop of the process, in a thread of its own, with the services opened on it."""

    def __init__(
        self, settings: Settings, *, metrics: IngestionMetrics, model_calls: ModelCalls, traces: Traces | None
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._model_calls = model_calls
        self._traces = traces
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="event-loop", daemon=True)
        self._opened = threading.Event()
        self._stopping = asyncio.Event()
        self._consumer_ended = asyncio.Event()
        self._ingestion: Ingestion | None = None
        self._reembedding: Reembedding | None = None
        self._failure: Exception | None = None

    def start(self) -> None:
        """Raises what `open_services` raises."""
        self._thread.start()
        self._opened.wait()
        if self._failure is not None:
            raise self._failure

    def ingest(self, job: Job) -> None:
        """The task: called in a thread of the pool, returns when the document is read, failed or given back."""
        assert self._ingestion is not None
        self._wait_for(self._ingestion.ingest(job.subject_id), job)

    def reembed(self, job: Job) -> None:
        """The task: called in a thread of the pool, returns when the project's turn is over."""
        assert self._reembedding is not None
        self._wait_for(self._reembedding.run(job.subject_id), job)

    def _wait_for(self, work: Coroutine[Any, Any, None], job: Job) -> None:
        named = {"request_id": job.request_id} if job.request_id else {}
        span = (
            nullcontext()
            if self._traces is None
            else self._traces.span(
                job.name, kind="consumer", parent=job.trace_parent, **{"opentrace.subject_id": str(job.subject_id)}
            )
        )
        # The loop runs the work in the context of this thread.
        with structlog.contextvars.bound_contextvars(**named), span, suppress(CancelledError):
            asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def begin_stop(self) -> None:
        """Give the documents in hand back. A signal handler may call it."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    def end(self) -> None:
        """Close the services, once nothing is consumed any more."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._loop.call_soon_threadsafe(self._consumer_ended.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:  # noqa: BLE001 -- the main thread raises it, or the process ends with it in the log
            self._failure = error
            if self._opened.is_set():
                _log.critical("event_loop_failed", failure=failure_places(error))
                os._exit(1)
        finally:
            self._opened.set()
            self._loop.close()

    async def _serve(self) -> None:
        async with open_services(self._settings, model_calls=self._model_calls) as services:
            self._ingestion = Ingestion(services, metrics=self._metrics)
            self._reembedding = Reembedding(services)
            async with asyncio.TaskGroup() as group:
                routines = [
                    group.create_task(Sweeper(services).run()),
                    group.create_task(_report_alive(services.jobs)),
                ]
                self._opened.set()
                await self._stopping.wait()
                for routine in routines:
                    routine.cancel()
                await self._reembedding.stop()
                await self._ingestion.stop()
                await self._consumer_ended.wait()
                # Not before: this worker's own consumer would take them.
                for document_id in self._ingestion.given_back:
                    await enqueue_ingestion(services.jobs, document_id)


async def _report_alive(jobs: JobQueue) -> None:
    while True:
        try:
            await jobs.report_alive()
        except JobQueueError as error:
            _log.warning("job_queue_away", failure=failure_places(error))
        await asyncio.sleep(REPORT_INTERVAL_S)
