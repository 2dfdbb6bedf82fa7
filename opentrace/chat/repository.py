"""Rows of chats, messages and feedback. Every statement starts from what is the caller's."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from opentrace.chat.models import Chat, Message, MessageFeedback, Rating
from opentrace.db.engine import UnitOfWork
from opentrace.db.paging import Page, PageRequest, newest_first, to_page
from opentrace.projects.models import Project
from opentrace.projects.repository import projects_of


def chats_of(work: UnitOfWork) -> Select[Chat]:
    """The caller's chats."""
    return select(Chat).where(Chat.project_id.in_(projects_of(work).with_only_columns(Project.id)))


def messages_of(work: UnitOfWork) -> Select[Message]:
    """The messages of the caller's chats."""
    return select(Message).where(Message.chat_id.in_(chats_of(work).with_only_columns(Chat.id)))


class ChatRepository:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session

    async def has_project(self, project_id: UUID) -> bool:
        own = projects_of(self._work).with_only_columns(Project.id).where(Project.id == project_id)
        return await self._session.scalar(own) is not None

    async def add(self, *, project_id: UUID, title: str) -> Chat:
        chat = Chat(project_id=project_id, title=title)
        self._session.add(chat)
        await self._session.flush()
        return chat

    async def list(self, project_id: UUID, page: PageRequest) -> Page[Chat]:
        statement = chats_of(self._work).where(Chat.project_id == project_id)
        statement = newest_first(statement, created_at=Chat.created_at, id_=Chat.id, page=page)
        return to_page((await self._session.scalars(statement)).all(), page)

    async def find(self, chat_id: UUID, *, lock: bool = False) -> Chat | None:
        """`lock` keeps other writers of this chat waiting until the transaction ends."""
        statement = chats_of(self._work).where(Chat.id == chat_id)
        return await self._session.scalar(statement.with_for_update(of=Chat) if lock else statement)

    async def update(self, chat_id: UUID, changes: Mapping[str, Any]) -> Chat | None:
        own = chats_of(self._work).with_only_columns(Chat.id)
        return await self._session.scalar(
            update(Chat)
            .where(Chat.id == chat_id, Chat.id.in_(own))
            .values(**changes)
            .returning(Chat)
            .execution_options(populate_existing=True)
        )

    async def rename_from(self, chat_id: UUID, old_title: str, title: str) -> None:
        own = chats_of(self._work).with_only_columns(Chat.id)
        statement = update(Chat).where(Chat.id == chat_id, Chat.title == old_title, Chat.id.in_(own))
        await self._session.execute(statement.values(title=title))

    async def remove(self, chat_id: UUID) -> bool:
        own = chats_of(self._work).with_only_columns(Chat.id)
        statement = delete(Chat).where(Chat.id == chat_id, Chat.id.in_(own)).returning(Chat.id)
        return await self._session.scalar(statement) is not None


class MessageRepository:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session

    async def add(self, **values: Any) -> Message:
        """`values` by column name."""
        return (await self._session.scalars(insert(Message).values(**values).returning(Message))).one()

    async def latest(self, chat_id: UUID, *, limit: int, before: int | None = None) -> Sequence[Message]:
        """Up to `limit` messages, newest first; `before` is the sequence of a message that comes after them."""
        statement = messages_of(self._work).where(Message.chat_id == chat_id)
        if before is not None:
            statement = statement.where(Message.sequence < before)
        return (await self._session.scalars(statement.order_by(Message.sequence.desc()).limit(limit))).all()

    async def find(self, message_id: UUID, *, with_trace: bool = False) -> Message | None:
        statement = messages_of(self._work).where(Message.id == message_id)
        return await self._session.scalar(statement.options(undefer(Message.trace)) if with_trace else statement)

    async def is_answering(self, chat_id: UUID) -> bool:
        """Whether an answer of this chat is being written by a process that lives."""
        statement = messages_of(self._work).where(Message.chat_id == chat_id, Message.status == "streaming")
        return await self._session.scalar(statement.with_only_columns(Message.id).limit(1)) is not None

    async def stop_abandoned(self, chat_id: UUID) -> None:
        """Mark answers as stopped whose process is gone."""
        await self._session.execute(
            update(Message)
            .where(
                Message.chat_id == chat_id,
                Message.status == "streaming",
                Message.lease_expires_at < func.clock_timestamp(),
            )
            .values(status="stopped", lease_expires_at=None)
        )

    async def update_streaming(self, message_id: UUID, values: Mapping[str, Any], *, lease: timedelta | None) -> bool:
        """Write to an answer that is still `streaming`; False where it is gone or was taken over."""
        expires = None if lease is None else func.clock_timestamp() + lease
        statement = (
            update(Message)
            .where(Message.id == message_id, Message.status == "streaming")
            .values(**values, lease_expires_at=expires)
            .returning(Message.id)
        )
        return await self._session.scalar(statement) is not None

    async def remove_from(self, message: Message) -> None:
        """Remove a message and what follows it."""
        await self._session.execute(
            delete(Message).where(Message.chat_id == message.chat_id, Message.sequence >= message.sequence)
        )

    async def feedback(self, message_ids: Sequence[UUID]) -> dict[UUID, MessageFeedback]:
        found = await self._session.scalars(
            select(MessageFeedback).where(
                MessageFeedback.user_id == self._work.user_id, MessageFeedback.message_id.in_(message_ids)
            )
        )
        return {feedback.message_id: feedback for feedback in found}

    async def set_feedback(self, message_id: UUID, *, rating: Rating, comment: str | None) -> MessageFeedback:
        values = {"rating": rating, "comment": comment}
        statement = (
            insert(MessageFeedback)
            .values(message_id=message_id, user_id=self._work.user_id, **values)
            .on_conflict_do_update(
                index_elements=[MessageFeedback.message_id, MessageFeedback.user_id],
                set_={**values, "updated_at": func.clock_timestamp()},
            )
            .returning(MessageFeedback)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).one()

    async def remove_feedback(self, message_id: UUID) -> None:
        await self._session.execute(
            delete(MessageFeedback).where(
                MessageFeedback.user_id == self._work.user_id, MessageFeedback.message_id == message_id
            )
        )
