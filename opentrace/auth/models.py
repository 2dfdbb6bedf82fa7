"""Users, and what proves that a request is theirs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from opentrace.db.base import Base, HasCreatedAt, HasId


class User(Base, HasId, HasCreatedAt):
    """`external_id` is the identity provider's name; local accounts have `local:<uuid>`.

    The owner is the first local account; there is one at most.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", text("email_identity(email)"), unique=True),
        Index("uq_users_owner", "is_owner", unique=True, postgresql_where=text("is_owner")),
    )

    external_id: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    password_hash: Mapped[str | None]
    is_owner: Mapped[bool] = mapped_column(server_default="false")


class ExternalAccount(Base):
    """The newest that an outside identity provider has said of an account; `deleted` is for good."""

    __tablename__ = "external_accounts"

    external_id: Mapped[str] = mapped_column(primary_key=True)
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)
    deleted: Mapped[bool] = mapped_column(server_default="false")


class Session(Base, HasId, HasCreatedAt):
    """A sign-in. Only the SHA-256 of its token is stored."""

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ApiKey(Base, HasId, HasCreatedAt):
    """A personal key (`ot_…`). Only its SHA-256 is stored; `prefix` lets its owner tell keys apart."""

    __tablename__ = "api_keys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    last_used_at: Mapped[datetime | None]


class SignInThrottle(Base):
    """Failed sign-ins of one e-mail address or one client address, as a hash."""

    __tablename__ = "sign_in_throttles"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_failure_at: Mapped[datetime]
