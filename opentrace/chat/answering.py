"""Runs the agent for one question, in a task of its own, and keeps what it writes.

No database session is open while a model writes: one transaction stores question and answer, one now and then saves
what is there, one ends it. However a run ends (done, stopped, failed, server shut down), its text stays.
"""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
import structlog

from opentrace.agents.events import AgentEvent, Answered, Cited, Done, Grounded, SuggestedNext, TextDelta
from opentrace.agents.grounding import GroundedSentence
from opentrace.agents.passages import Citation, Search
from opentrace.agents.prices import LIST_PRICES
from opentrace.agents.trace import Trace
from opentrace.chat.models import MessageStatus
from opentrace.chat.service import BegunAnswer, ChatService
from opentrace.db.engine import DatabaseAway
from opentrace.errors import AppError, Conflict
from opentrace.logs import failure_places
from opentrace.ports.authenticator import Principal
from opentrace.ports.chat_model import ChatModels
from opentrace.ports.embedder import EmbedderError
from opentrace.services import Services

if TYPE_CHECKING:
    from opentrace.agents.state import AnswerQuestion

SAVE_INTERVAL_S = 2.0
BUSY_WAIT_S = 2.0
BUSY_POLL_S = 0.1
END_WAIT_S = 10.0
"""For so long the end of an answer waits for a database that is away."""
END_POLL_S = 0.5

_agents_loaded = threading.Event()

_log = structlog.stdlib.get_logger("opentrace.chat")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no (whole) answer; `detail` says what to do."""

    code: str
    detail: str
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event of a run: the answer is stored with this status."""

    status: MessageStatus
    usage: dict[str, Any]
    failure: Failure | None = None


RunEvent = AgentEvent | Ended


async def begin_answer(
    services: Services, principal: Principal, *, chat_id: UUID, content: str, replaces_message_id: UUID | None
) -> BegunAnswer:
    """Store the question, in a transaction of its own. Raises NotFound, Invalid, Conflict.

    An answer that was just stopped takes a moment to end, so a busy chat is tried for BUSY_WAIT_S.
    """
    deadline = time.monotonic() + BUSY_WAIT_S
    while True:
        try:
            async with services.database.transaction(principal) as work:
                return await ChatService(work).begin_answer(chat_id, content, replaces_message_id=replaces_message_id)
        except Conflict:
            if time.monotonic() >= deadline:
                raise
        await asyncio.sleep(BUSY_POLL_S)


@dataclass(slots=True)
class AnswerRun:
    """One answer being written. Iterate over `events()` once; leaving it early stops the run and keeps the text."""

    services: Services
    principal: Principal
    begun: BegunAnswer
    search: Search
    _text: list[str] = field(default_factory=list[str])
    _citations: Sequence[Citation] = ()
    _grounding: Sequence[GroundedSentence] = ()
    _suggestions: Sequence[str] = ()
    _title: str | None = None
    _whole: bool = False
    _queue: asyncio.Queue[RunEvent | None] = field(default_factory=asyncio.Queue[RunEvent | None])
    _ending: asyncio.Task[None] | None = None

    async def events(self) -> AsyncGenerator[RunEvent]:
        """What the agent tells, and `Ended` once the answer is stored."""
        task = asyncio.create_task(self._run())
        try:
            async with aclosing(self._told()) as told:
                async for event in told:
                    yield event
        finally:
            # The reader may be going away by cancellation; what is written is stored all the same.
            with anyio.CancelScope(shield=True):
                if self._ending is None:
                    task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
                if self._ending is not None:
                    await self._ending

    async def _told(self) -> AsyncGenerator[RunEvent]:
        """Pieces of text that wait together become one: a server that lags behind its models catches up that way."""
        while True:
            waiting = [await self._queue.get()]
            while not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            for _, events in groupby(waiting, key=type):
                first, *rest = events
                if isinstance(first, TextDelta):
                    yield TextDelta(first.text + "".join(event.text for event in rest if isinstance(event, TextDelta)))
                    continue
                for event in (first, *rest):
                    if event is None:
                        return
                    yield event

    async def _run(self) -> None:
        """Ends by storing the answer, in a task of its own that a second cancellation does not reach."""
        prices = {**LIST_PRICES, **self.services.settings.model_prices}
        trace = Trace(question=self.begun.question.content, prices=prices)
        status: MessageStatus = "stopped"
        failure: Failure | None = None
        over = asyncio.Event()
        saver = asyncio.create_task(self._save_now_and_then(asyncio.current_task(), over))
        try:
            status = await self._follow_agent(trace)
        except asyncio.CancelledError:
            # Who leaves after the last word has the whole answer.
            status = "completed" if self._whole else "stopped"
        except AppError as error:
            failure = Failure(error.error_code, error.detail, error.retry_after_s)
        except EmbedderError as error:
            failure = Failure("embedder_unavailable", str(error))
        except DatabaseAway as error:
            _log.error("answer_failed", failure=failure_places(error))
            failure = Failure("database_unavailable", "The database does not answer. Ask again in a moment.")
        except Exception as error:  # noqa: BLE001 -- whatever happened, the answer must not stay in "streaming"
            _log.error("answer_failed", failure=failure_places(error))
            failure = Failure("internal_error", "Something went wrong while answering. Ask again.")
        finally:
            over.set()
        if failure is not None:
            status = "failed"
            trace.error = {"code": failure.code, "detail": failure.detail}
        self._ending = asyncio.create_task(self._end(status, failure, trace, after=saver))
        await asyncio.shield(self._ending)

    async def _follow_agent(self, trace: Trace) -> MessageStatus:
        answer_question, models = await _agents(self.services)
        status: MessageStatus = "completed"
        events = answer_question(
            trace.question,
            history=self.begun.history,
            models=models,
            embedder=self.services.embedder,
            search=self.search,
            trace=trace,
            checks=self.begun.checks,
            agent_type=self.begun.agent_type,
            web=self.services.web_search,
        )
        async with aclosing(events):
            async for event in events:
                match event:
                    case TextDelta(text):
                        self._text.append(text)
                    case Cited(citations):
                        self._citations = citations
                    case Answered():
                        self._whole = True
                    case Grounded(sentences):
                        self._grounding = sentences
                    case SuggestedNext(questions, title):
                        self._suggestions, self._title = questions, title
                    case Done(ended_as):
                        status = ended_as
                    case _:
                        pass
                self._queue.put_nowait(event)
        return status

    async def _save_now_and_then(self, run: asyncio.Task[Any] | None, over: asyncio.Event) -> None:
        """Keep the lease and what is written, until the run is `over`. When the answer is no longer wanted (deleted,
        replaced), end the run.

        A save under way is not cancelled: that would cost its connection to the database.
        """
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SAVE_INTERVAL_S):
                    await over.wait()
            if over.is_set():
                return
            try:
                async with self.services.database.transaction(self.principal) as work:
                    kept = await ChatService(work).keep_answer(
                        self.begun.answer.id, content=self._content(), citations=self._citation_objects()
                    )
            except Exception as error:  # noqa: BLE001 -- a database that is away for a moment must not end the answer
                _log.warning("answer_not_saved", failure=failure_places(error))
                continue
            if not kept and run is not None and not over.is_set():
                run.cancel()
                return

    async def _end(
        self, status: MessageStatus, failure: Failure | None, trace: Trace, *, after: asyncio.Task[None]
    ) -> None:
        await after
        usage = trace.usage()
        values: dict[str, Any] = {
            "content": self._content() or (failure.detail if failure else ""),
            "citations": self._citation_objects(),
            "grounding": [sentence.to_json() for sentence in self._grounding],
            "suggestions": list(self._suggestions),
            "trace": trace.to_json(),
            "usage": usage,
            "status": status,
        }
        if not await self._stored(values):
            status = "failed"
            failure = Failure("answer_not_stored", "The answer could not be stored. Ask again.")
        self._queue.put_nowait(Ended(status, usage, failure))
        self._queue.put_nowait(None)

    async def _stored(self, values: dict[str, Any]) -> bool:
        """A database that is away is tried for as long as the answer is this process's to write."""
        deadline = time.monotonic() + END_WAIT_S
        while True:
            try:
                async with self.services.database.transaction(self.principal) as work:
                    kept = await ChatService(work).end_answer(self.begun.answer.id, values)
                    if kept and self._title and not self.begun.history:
                        await ChatService(work).name(self.begun.chat, self._title, question=self.begun.question.content)
                return True
            except Exception as error:  # noqa: BLE001 -- the reader must hear of it, and the lease ends the message
                _log.error("answer_not_stored", failure=failure_places(error))
                if not isinstance(error, DatabaseAway) or time.monotonic() >= deadline:
                    return False
            await asyncio.sleep(END_POLL_S)

    def _content(self) -> str:
        return "".join(self._text)

    def _citation_objects(self) -> list[dict[str, Any]]:
        return [citation.to_json() for citation in self._citations]


async def preload(services: Services) -> None:
    """Do what the first question would wait for: import LangGraph, build the chat model, load the embedding model.

    What fails here is told to who asks the first question.
    """
    try:
        await _agents(services)
        await services.embedder.embed(["warm-up"], purpose="query")
    except Exception as error:  # noqa: BLE001 -- a server that cannot answer yet still serves everything else
        _log.warning("preload_failed", failure=failure_places(error))


async def _agents(services: Services) -> "tuple[AnswerQuestion, ChatModels]":
    """At first in a thread: the imports take seconds, and the server goes on meanwhile."""
    if not _agents_loaded.is_set():
        await asyncio.to_thread(_load_agents, services)
    return _load_agents(services)


def _load_agents(services: Services) -> "tuple[AnswerQuestion, ChatModels]":
    from opentrace.agents.answer import answer_question, prepare_agents

    prepare_agents()
    loaded = answer_question, services.chat_models()
    _agents_loaded.set()
    return loaded
