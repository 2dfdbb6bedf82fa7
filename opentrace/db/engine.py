"""The connection to PostgreSQL and the unit of work: one transaction, scoped to one user by the database itself."""

import select
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from opentrace.ports.authenticator import Principal

DatabaseAway = (OperationalError, InterfaceError, PoolTimeoutError)
"""What SQLAlchemy raises where the database does not answer."""

APP_ROLE = "opentrace_app"
"""Owns nothing and cannot bypass row-level security. Every transaction for a user runs as this role."""

TRUSTED_S = 1.0
"""How long a connection is taken to live after it was used."""

_ENTER_SCOPE = text("SELECT set_config('role', :role, true), set_config('opentrace.user_id', :user_id, true)")

AfterCommit = Callable[[], Awaitable[None]]


def sqlalchemy_url(database_url: str) -> URL:
    """The URL with psycopg 3 as its driver."""
    return make_url(database_url).set(drivername="postgresql+psycopg")


@dataclass(slots=True)
class SystemWork:
    """A transaction as the owner of the schema, for what belongs to no user: sign-in, sweeping, maintenance."""

    session: AsyncSession
    _after_commit: list[AfterCommit] = field(default_factory=list[AfterCommit])

    def after_commit(self, action: AfterCommit) -> None:
        """Run `action` once the transaction is committed; never if it is rolled back."""
        self._after_commit.append(action)

    async def run_after_commit(self) -> None:
        for action in self._after_commit:
            await action()


@dataclass(slots=True, kw_only=True)
class UnitOfWork(SystemWork):
    """A transaction of one user. Row-level security hides everything that is not theirs."""

    principal: Principal

    @property
    def user_id(self) -> UUID:
        return self.principal.user_id


class Database:
    """One engine a process. Services get a UnitOfWork and never commit; leaving the context does, once."""

    def __init__(self, engine: AsyncEngine, maintenance_engine: AsyncEngine) -> None:
        self.engine = engine
        self._maintenance_engine = maintenance_engine

    @classmethod
    def connect(cls, database_url: str, *, pool_size: int, direct_url: str | None = None) -> "Database":
        """No connection is opened before the first use.

        Server-side prepared statements are off: they pin generic plans for vector queries, and break behind a
        transaction pooler. `direct_url` leads past such a pooler, for what needs a session.
        """
        options = {"prepare_threshold": None, "connect_timeout": 10}
        engine = create_async_engine(
            sqlalchemy_url(database_url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=15,
            connect_args=options,
        )
        _check_idle_connections(engine)
        # Its connections are never given back to a pool: one that a cancellation leaves without transactions would take
        # the next caller's scope away, since that lasts for a transaction.
        maintenance_engine = create_async_engine(
            sqlalchemy_url(direct_url or database_url),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=options,
        )
        return cls(engine, maintenance_engine)

    @asynccontextmanager
    async def transaction(self, principal: Principal) -> AsyncGenerator[UnitOfWork]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            await session.execute(_ENTER_SCOPE, {"role": APP_ROLE, "user_id": str(principal.user_id)})
            work = UnitOfWork(session, principal=principal)
            yield work
        await work.run_after_commit()

    @asynccontextmanager
    async def system_transaction(self) -> AsyncGenerator[SystemWork]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            work = SystemWork(session)
            yield work
        await work.run_after_commit()

    @asynccontextmanager
    async def maintenance(self) -> AsyncGenerator[AsyncConnection]:
        """A connection of the owner's own, without a transaction: for indexes built CONCURRENTLY and session locks."""
        async with self._maintenance_engine.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()
        await self._maintenance_engine.dispose()


def _check_idle_connections(engine: AsyncEngine) -> None:
    """As `pool_pre_ping`, but a connection that was in use a moment ago, and on which nothing has come since, is taken
    to live: under load that spares a round trip for each transaction. The recipe is SQLAlchemy's own ("Custom / Legacy
    Pessimistic Ping")."""

    @event.listens_for(engine.sync_engine, "checkin")
    def note_time(_: object, record: ConnectionPoolEntry) -> None:
        record.info["used_at"] = monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
        used_at = record.info.get("used_at")
        if used_at is None or (monotonic() - used_at < TRUSTED_S and not _has_news(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error


def _has_news(connection: DBAPIConnection) -> bool:
    """Whether the server sent something unasked, as it does when it ends the connection."""
    poll = select.poll()
    poll.register(connection.driver_connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
