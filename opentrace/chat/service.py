"""Chats and their messages; how an answer is begun, kept and ended in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func

from opentrace.agents.guardrail.check import GuardrailChecks
from opentrace.agents.history import HISTORY_MESSAGES, PastMessage
from opentrace.chat.models import Chat, Message, MessageFeedback, Rating
from opentrace.chat.repository import ChatRepository, MessageRepository
from opentrace.db.engine import UnitOfWork
from opentrace.db.paging import Page, PageRequest, decode_cursor, encode_cursor
from opentrace.errors import Conflict, Invalid, NotFound
from opentrace.projects.models import AgentType
from opentrace.projects.repository import ProjectRepository

NEW_CHAT_TITLE = "New chat"
MAX_TITLE_CHARS = 60
ANSWER_LEASE = timedelta(seconds=15)
"""A process that writes an answer renews this every few seconds; without it, the answer counts as abandoned."""


@dataclass(frozen=True, slots=True)
class MessageView:
    message: Message
    feedback: MessageFeedback | None


@dataclass(frozen=True, slots=True)
class ChatView:
    """A chat with its last messages in order; `next_cursor` leads to those before them."""

    chat: Chat
    messages: Sequence[MessageView]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class BegunAnswer:
    """Stored and committed, but not yet written: `answer` has the status `streaming`."""

    chat: Chat
    question: Message
    answer: Message
    history: Sequence[PastMessage]
    checks: GuardrailChecks
    agent_type: AgentType


class ChatService:
    def __init__(self, work: UnitOfWork) -> None:
        self._chats = ChatRepository(work)
        self._messages = MessageRepository(work)
        self._projects = ProjectRepository(work)

    async def create(self, project_id: UUID, *, title: str | None) -> Chat:
        """Raises NotFound. Without a title the chat gets one from its first question."""
        await self._check_project(project_id)
        return await self._chats.add(project_id=project_id, title=title or NEW_CHAT_TITLE)

    async def list(self, project_id: UUID, page: PageRequest) -> Page[Chat]:
        await self._check_project(project_id)
        return await self._chats.list(project_id, page)

    async def get(self, chat_id: UUID, page: PageRequest) -> ChatView:
        """Raises NotFound, Invalid."""
        chat = await self._chat(chat_id)
        await self._messages.stop_abandoned(chat_id)
        rows = await self._messages.latest(chat_id, limit=page.limit + 1, before=_sequence_of(page.cursor))
        shown = rows[: page.limit]
        feedback = await self._messages.feedback([message.id for message in shown])
        return ChatView(
            chat=chat,
            messages=[MessageView(message, feedback.get(message.id)) for message in reversed(shown)],
            next_cursor=encode_cursor(shown[-1].sequence) if len(rows) > page.limit else None,
        )

    async def rename(self, chat_id: UUID, changes: Mapping[str, Any]) -> Chat:
        chat = await self._chats.update(chat_id, changes) if changes else await self._chats.find(chat_id)
        return _found(chat)

    async def delete(self, chat_id: UUID) -> None:
        if not await self._chats.remove(chat_id):
            raise NotFound("chat")

    async def message(self, message_id: UUID) -> MessageView:
        message = await self._message(message_id)
        feedback = await self._messages.feedback([message_id])
        return MessageView(message, feedback.get(message_id))

    async def trace(self, message_id: UUID) -> Message:
        """The message with its trace loaded."""
        message = await self._messages.find(message_id, with_trace=True)
        if message is None:
            raise NotFound("message")
        return message

    async def set_feedback(self, message_id: UUID, *, rating: Rating, comment: str | None) -> MessageFeedback:
        """Raises NotFound, Invalid."""
        message = await self._message(message_id)
        if message.role != "assistant":
            raise Invalid("Only answers can be rated; this message is a question.", code="message_not_ratable")
        return await self._messages.set_feedback(message_id, rating=rating, comment=comment)

    async def remove_feedback(self, message_id: UUID) -> None:
        await self._message(message_id)
        await self._messages.remove_feedback(message_id)

    async def begin_answer(self, chat_id: UUID, content: str, *, replaces_message_id: UUID | None) -> BegunAnswer:
        """Store a question and the answer to come. What it replaces goes in the same transaction.

        Raises NotFound, Invalid, and Conflict `chat_busy` while another answer of the chat is being written.
        """
        chat = _found(await self._chats.find(chat_id, lock=True))
        if replaces_message_id is not None:
            await self._replace(chat_id, replaces_message_id)
        latest = await self._messages.latest(chat_id, limit=4 * HISTORY_MESSAGES)
        if any(message.status == "streaming" for message in latest):
            await self._messages.stop_abandoned(chat_id)
            if await self._messages.is_answering(chat_id):
                raise Conflict(
                    "This chat is still answering the question before. Wait for it, or stop it, and ask again.",
                    code="chat_busy",
                    retry_after_s=1,
                )
        history = _history(latest)
        question = await self._messages.add(chat_id=chat_id, role="user", content=content, status="completed")
        answer = await self._messages.add(
            chat_id=chat_id,
            role="assistant",
            content="",
            status="streaming",
            lease_expires_at=func.clock_timestamp() + ANSWER_LEASE,
        )
        titled = {"title": title_of(content)} if chat.title == NEW_CHAT_TITLE else {}
        chat = await self._chats.update(chat_id, {**titled, "updated_at": func.clock_timestamp()})
        chat = _found(chat)
        settings = await self._projects.settings(chat.project_id)
        if settings is None:
            raise NotFound("project")
        checks = GuardrailChecks(
            toxicity=settings.check_toxicity,
            prompt_injection=settings.check_prompt_injection,
            personal_data=settings.check_personal_data,
        )
        return BegunAnswer(
            chat=chat,
            question=question,
            answer=answer,
            history=history,
            checks=checks,
            agent_type=settings.agent_type,
        )

    async def keep_answer(self, message_id: UUID, *, content: str, citations: Sequence[Mapping[str, Any]]) -> bool:
        """Save what is written so far, and stay its writer; False where it is no longer wanted."""
        values = {"content": content, "citations": list(citations)}
        return await self._messages.update_streaming(message_id, values, lease=ANSWER_LEASE)

    async def end_answer(self, message_id: UUID, values: Mapping[str, Any]) -> bool:
        """`values` by column name, `status` among them; False where the message is gone."""
        return await self._messages.update_streaming(message_id, values, lease=None)

    async def name(self, chat: Chat, title: str, *, question: str) -> None:
        """Name a chat that still has the title of its first question; what a person called it stays."""
        await self._chats.rename_from(chat.id, title_of(question), title)

    async def _replace(self, chat_id: UUID, message_id: UUID) -> None:
        message = await self._message(message_id)
        if message.chat_id != chat_id:
            raise NotFound("message")
        if message.role != "user":
            raise Invalid("Only a question can be replaced; name the question of this answer.", code="not_a_question")
        await self._messages.remove_from(message)

    async def _check_project(self, project_id: UUID) -> None:
        if not await self._chats.has_project(project_id):
            raise NotFound("project")

    async def _chat(self, chat_id: UUID) -> Chat:
        return _found(await self._chats.find(chat_id))

    async def _message(self, message_id: UUID) -> Message:
        message = await self._messages.find(message_id)
        if message is None:
            raise NotFound("message")
        return message


def title_of(question: str) -> str:
    """The first words of a question, at most MAX_TITLE_CHARS characters."""
    words = " ".join(question.split())
    if len(words) <= MAX_TITLE_CHARS:
        return words
    cut = words[: MAX_TITLE_CHARS - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(".,;:") + "…"


def _found(chat: Chat | None) -> Chat:
    if chat is None:
        raise NotFound("chat")
    return chat


def _sequence_of(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    [value] = decode_cursor(cursor, parts=1)
    if not value.isdecimal() or len(value) > 18:
        raise Invalid(f"{cursor!r} is not a cursor of this list; leave it out to start from the end.")
    return int(value)


def _history(newest_first: Sequence[Message]) -> list[PastMessage]:
    """Questions with their answers in order; those that were refused, failed or stopped before a word are left out."""
    history: list[PastMessage] = []
    question: Message | None = None
    for message in reversed(newest_first):
        if message.role == "user":
            question = message
        elif question is not None and message.status in ("completed", "stopped") and message.content:
            history += [PastMessage("user", question.content), PastMessage("assistant", message.content)]
            question = None
    return history[-HISTORY_MESSAGES:]
