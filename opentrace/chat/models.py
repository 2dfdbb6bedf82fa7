"""Chats, their messages, and what users think of the answers."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from opentrace.db.base import Base, HasCreatedAt, HasId, HasUpdatedAt

MessageRole = Literal["user", "assistant"]
MessageStatus = Literal["streaming", "completed", "stopped", "failed", "refused"]
Rating = Literal["up", "down"]


class Chat(Base, HasId, HasCreatedAt, HasUpdatedAt):
    __tablename__ = "chats"
    __table_args__ = (Index("ix_chats_project_id_created_at_id", "project_id", "created_at", "id"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    title: Mapped[str]


class Message(Base, HasId, HasCreatedAt):
    """`sequence` is the order within a chat. `citations` are snapshots: they stay readable when a document goes.

    An answer in the status `streaming` whose `lease_expires_at` has passed was left behind by a process that died.
    """

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_chat_id_sequence", "chat_id", "sequence"),)

    chat_id: Mapped[UUID] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"))
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    role: Mapped[MessageRole] = mapped_column(Text)
    content: Mapped[str]
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    grounding: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    suggestions: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    trace: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"), deferred=True)
    status: Mapped[MessageStatus] = mapped_column(Text)
    usage: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    lease_expires_at: Mapped[datetime | None]


class MessageFeedback(Base, HasCreatedAt, HasUpdatedAt):
    __tablename__ = "message_feedback"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    rating: Mapped[Rating] = mapped_column(Text)
    comment: Mapped[str | None]
