"""Rows of accounts, sessions and API keys."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from opentrace.auth.models import ApiKey, ExternalAccount, Session, User
from opentrace.db.engine import SystemWork, UnitOfWork
from opentrace.db.paging import Page, PageRequest, newest_first, to_page
from opentrace.ports.authenticator import AccountChange

_SIGN_UP_LOCK = 6_023_118  # any number, the same for all: sign-ups take turns, so that one alone is the first

_USE_API_KEY = text("""
    WITH live AS (
        SELECT api_keys.id, api_keys.last_used_at, users.id AS user_id, users.email
        FROM api_keys JOIN users ON users.id = api_keys.user_id
        WHERE api_keys.token_hash = :token_hash
    ), touched AS (
        UPDATE api_keys SET last_used_at = clock_timestamp() FROM live
        WHERE api_keys.id = live.id
            AND (live.last_used_at IS NULL OR live.last_used_at < clock_timestamp() - interval '1 minute')
    )
    SELECT user_id, email FROM live
""")


class AccountRepository:
    """What is done before it is known who calls: runs as the owner of the schema."""

    def __init__(self, work: SystemWork) -> None:
        self._session = work.session

    async def lock_sign_up(self) -> None:
        """Until the end of the transaction."""
        await self._session.execute(select(func.pg_advisory_xact_lock(_SIGN_UP_LOCK)))

    async def any_user(self) -> bool:
        return bool(await self._session.scalar(select(exists().select_from(User))))

    async def find_by_email(self, email: str) -> User | None:
        return await self._session.scalar(
            select(User).where(func.email_identity(User.email) == func.email_identity(email))
        )

    async def add_local(self, user_id: UUID, *, email: str, password_hash: str, is_owner: bool) -> User | None:
        """None where the e-mail address is taken."""
        return await self._session.scalar(
            insert(User)
            .values(
                id=user_id,
                external_id=f"local:{user_id}",
                email=email,
                password_hash=password_hash,
                is_owner=is_owner,
            )
            .on_conflict_do_nothing()
            .returning(User)
        )

    async def find_external(self, external_id: str) -> UUID | None:
        return await self._session.scalar(select(User.id).where(User.external_id == external_id))

    async def add_external(self, external_id: str, *, email: str | None) -> UUID | None:
        """The user whom an identity provider knows, made at the first visit; None where the provider has removed them.

        An address that is taken is left out.
        """
        await self._lock_external(external_id)
        known = await self._session.get(ExternalAccount, external_id)
        if known is not None and known.deleted:
            return None
        await self._session.execute(
            insert(User)
            .values(external_id=external_id, email=await self._free_email(email, external_id))
            .on_conflict_do_nothing()
        )
        return await self.find_external(external_id)

    async def apply_change(self, change: AccountChange) -> None:
        """Does nothing where something newer is known, or that the account is gone."""
        await self._lock_external(change.external_id)
        statement = insert(ExternalAccount).values(
            external_id=change.external_id, changed_at_ms=change.at_ms, deleted=change.deleted
        )
        newer = statement.on_conflict_do_update(
            index_elements=[ExternalAccount.external_id],
            set_={"changed_at_ms": change.at_ms, "deleted": change.deleted},
            where=~ExternalAccount.deleted
            & (or_(literal(change.deleted), ExternalAccount.changed_at_ms < change.at_ms)),
        )
        if await self._session.scalar(newer.returning(ExternalAccount.external_id)) is None:
            return
        if change.deleted:
            await self._session.execute(delete(User).where(User.external_id == change.external_id))
            return
        email = await self._free_email(change.email, change.external_id)
        await self._session.execute(
            insert(User)
            .values(external_id=change.external_id, email=email)
            .on_conflict_do_update(index_elements=[User.external_id], set_={"email": email})
        )

    async def _lock_external(self, external_id: str) -> None:
        """Until the end of the transaction: messages and first visits of one account take turns."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(external_id, 0))))

    async def _free_email(self, email: str | None, external_id: str) -> str | None:
        holder = await self.find_by_email(email) if email is not None else None
        return email if holder is None or holder.external_id == external_id else None

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None:
        await self._session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))

    async def add_session(self, user_id: UUID, *, token_hash: bytes, lifetime: timedelta) -> Session:
        now = func.clock_timestamp()
        statement = insert(Session).values(
            user_id=user_id, token_hash=token_hash, last_used_at=now, expires_at=now + lifetime
        )
        return (await self._session.scalars(statement.returning(Session))).one()

    async def remove_session(self, token_hash: bytes) -> None:
        await self._session.execute(delete(Session).where(Session.token_hash == token_hash))

    async def remove_expired_sessions(self) -> None:
        await self._session.execute(delete(Session).where(Session.expires_at < func.clock_timestamp()))

    async def use_api_key(self, token_hash: bytes) -> tuple[UUID, str | None] | None:
        """The holder's id and e-mail address; notes the use, once a minute at most."""
        row = (await self._session.execute(_USE_API_KEY, {"token_hash": token_hash})).one_or_none()
        return (row.user_id, row.email) if row is not None else None


class OwnAccountRepository:
    """The caller's own account."""

    def __init__(self, work: UnitOfWork) -> None:
        self._session = work.session
        self._user_id = work.user_id

    async def user(self) -> User | None:
        return await self._session.scalar(select(User).where(User.id == self._user_id))

    async def remove_sessions(self) -> None:
        await self._session.execute(delete(Session).where(Session.user_id == self._user_id))

    async def api_keys(self, page: PageRequest) -> Page[ApiKey]:
        statement = newest_first(self._own_keys(), created_at=ApiKey.created_at, id_=ApiKey.id, page=page)
        return to_page((await self._session.scalars(statement)).all(), page)

    async def count_api_keys(self) -> int:
        statement = select(func.count()).select_from(ApiKey).where(ApiKey.user_id == self._user_id)
        return await self._session.scalar(statement) or 0

    async def add_api_key(self, *, name: str, prefix: str, token_hash: bytes) -> ApiKey:
        key = ApiKey(user_id=self._user_id, name=name, prefix=prefix, token_hash=token_hash)
        self._session.add(key)
        await self._session.flush()
        await self._session.refresh(key)
        return key

    async def remove_api_key(self, api_key_id: UUID) -> bool:
        """False where there is none."""
        removed = await self._session.scalar(
            delete(ApiKey).where(ApiKey.user_id == self._user_id, ApiKey.id == api_key_id).returning(ApiKey.id)
        )
        return removed is not None

    def _own_keys(self) -> Select[ApiKey]:
        return select(ApiKey).where(ApiKey.user_id == self._user_id)
