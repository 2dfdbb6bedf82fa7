"""What every Authenticator promises, held by the local one on a real database."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from opentrace.adapters.local.authenticator import LocalAuthenticator
from opentrace.auth.models import Session
from opentrace.auth.repository import AccountRepository
from opentrace.auth.tokens import hash_of, new_session_token
from opentrace.db.engine import Database, DatabaseAway
from opentrace.ports.authenticator import Authenticator, Identity

LIFETIME = timedelta(days=30)


@pytest.fixture
def authenticator(database: Database) -> Authenticator:
    return LocalAuthenticator(database)


async def add_session(database: Database, *, lifetime: timedelta = LIFETIME) -> tuple[str, UUID, str]:
    """The token of a new user's session, the user's id and e-mail address."""
    token, user_id, email = new_session_token(), uuid4(), f"{uuid4().hex}@example.org"
    async with database.system_transaction() as work:
        accounts = AccountRepository(work)
        await accounts.add_local(user_id, email=email, password_hash="x", is_owner=False)
        await accounts.add_session(user_id, token_hash=hash_of(token), lifetime=lifetime)
    return token, user_id, email


async def session_of(database: Database, user_id: UUID) -> Session:
    async with database.system_transaction() as work:
        return (await work.session.scalars(select(Session).where(Session.user_id == user_id))).one()


async def used_before(database: Database, user_id: UUID, *, ago: timedelta) -> None:
    """As if the session had been used last so long ago."""
    async with database.system_transaction() as work:
        await work.session.execute(
            update(Session)
            .where(Session.user_id == user_id)
            .values(last_used_at=func.clock_timestamp() - ago, expires_at=func.clock_timestamp() - ago + LIFETIME)
        )


async def test_a_valid_token_names_its_holder(authenticator: Authenticator, database: Database) -> None:
    token, user_id, email = await add_session(database)
    assert await authenticator.authenticate(token) == Identity(f"local:{user_id}", email, user_id=user_id)


@pytest.mark.parametrize("token", ["", "x", "\x00", "ü" * 5000, "ots_" + "A" * 43, "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_token_names_nobody(authenticator: Authenticator, token: str) -> None:
    assert await authenticator.authenticate(token) is None


async def test_a_token_cut_short_names_nobody(authenticator: Authenticator, database: Database) -> None:
    token, _, _ = await add_session(database)
    assert await authenticator.authenticate(token[:-1]) is None
    assert await authenticator.authenticate(token + "A") is None


async def test_an_expired_token_names_nobody(authenticator: Authenticator, database: Database) -> None:
    token, _, _ = await add_session(database, lifetime=timedelta(0))
    assert await authenticator.authenticate(token) is None


async def test_a_session_lives_on_when_it_is_used(authenticator: Authenticator, database: Database) -> None:
    token, user_id, _ = await add_session(database)
    await used_before(database, user_id, ago=timedelta(days=20))
    before = await session_of(database, user_id)
    assert await authenticator.authenticate(token) is not None
    after = await session_of(database, user_id)
    assert timedelta(days=19) < after.expires_at - before.expires_at < timedelta(days=21)
    assert after.expires_at - after.last_used_at == pytest.approx(LIFETIME, abs=timedelta(seconds=1))


async def test_a_session_is_not_written_at_each_use(authenticator: Authenticator, database: Database) -> None:
    token, user_id, _ = await add_session(database)
    await used_before(database, user_id, ago=timedelta(minutes=50))
    before = await session_of(database, user_id)
    assert await authenticator.authenticate(token) is not None
    after = await session_of(database, user_id)
    assert (after.last_used_at, after.expires_at) == (before.last_used_at, before.expires_at)


async def test_a_database_that_is_away_signs_nobody_out_and_is_named() -> None:
    away = Database.connect("postgresql://nobody@127.0.0.1:1/nothing", pool_size=1)
    with pytest.raises(DatabaseAway):
        await LocalAuthenticator(away).authenticate(new_session_token())
    await away.close()
