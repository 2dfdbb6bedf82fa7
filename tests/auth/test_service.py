"""Whom a token stands for, also where another provider keeps the accounts."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Literal
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from opentrace.auth import throttle
from opentrace.auth.models import Session, SignInThrottle, User
from opentrace.auth.passwords import MAX_WAITING, PasswordHashing
from opentrace.auth.service import AccountService
from opentrace.db.engine import Database
from opentrace.errors import TooManyRequests
from opentrace.ports.authenticator import Identity
from opentrace.services import Services
from opentrace.settings import Settings
from tests.api_fixtures import SignUp


class OtherProvider:
    """Knows the tokens that it is given."""

    def __init__(self, known: dict[str, Identity]) -> None:
        self._known = known

    @property
    def provider(self) -> Literal["local", "clerk"]:
        return "clerk"

    async def authenticate(self, token: str) -> Identity | None:
        return self._known.get(token)

    async def close(self) -> None:
        """It holds nothing."""


@pytest.fixture
async def hashing() -> AsyncGenerator[PasswordHashing]:
    hashing = PasswordHashing()
    yield hashing
    hashing.close()


def service(
    database: Database, settings: Settings, hashing: PasswordHashing, known: dict[str, Identity]
) -> AccountService:
    return AccountService(database, settings=settings, authenticator=OtherProvider(known), hashing=hashing)


async def test_another_providers_user_becomes_one_account_at_the_first_visit(
    database: Database, settings: Settings, hashing: PasswordHashing
) -> None:
    external_id, email = f"user_{uuid4().hex}", f"{uuid4().hex}@example.org"
    accounts = service(database, settings, hashing, {"jwt": Identity(external_id, email)})
    principals = await asyncio.gather(*(accounts.resolve_principal("jwt") for _ in range(5)))
    [user_id] = {principal.user_id for principal in principals if principal is not None}
    async with database.system_transaction() as work:
        user = await work.session.get_one(User, user_id)
    assert (user.external_id, user.email, user.password_hash, user.is_owner) == (external_id, email, None, False)
    assert await accounts.resolve_principal("forged") is None


async def test_another_providers_user_does_not_take_over_an_account_by_its_address(
    database: Database, settings: Settings, hashing: PasswordHashing, sign_up: SignUp
) -> None:
    ada = await sign_up()
    accounts = service(database, settings, hashing, {"jwt": Identity(f"user_{uuid4().hex}", ada.email.upper())})
    principal = await accounts.resolve_principal("jwt")
    assert principal is not None
    assert principal.user_id != ada.user_id


async def test_what_has_expired_is_removed(sign_up: SignUp, services: Services, hashing: PasswordHashing) -> None:
    ada, bob = await sign_up(), await sign_up()
    key = uuid4().bytes * 2
    async with services.database.system_transaction() as work:
        hour_ago = func.clock_timestamp() - timedelta(hours=1, seconds=1)
        work.session.add(SignInThrottle(key_hash=key, failures=3, last_failure_at=hour_ago))
        await work.session.execute(
            update(Session).where(Session.user_id == ada.user_id).values(expires_at=func.clock_timestamp())
        )
    await service(services.database, services.settings, hashing, {}).forget_expired()
    async with services.database.system_transaction() as work:
        holders = (await work.session.scalars(select(Session.user_id))).all()
        assert await work.session.get(SignInThrottle, key) is None
    assert ada.user_id not in holders
    assert bob.user_id in holders


async def test_old_failures_are_forgotten_while_somebody_signs_in(database: Database) -> None:
    async def attempt(address: str) -> None:
        async with database.system_transaction() as work:
            await throttle.begin_attempt(work, throttle.sign_in_counters(email=address, client_address=address))

    async def forget() -> None:
        async with database.system_transaction() as work:
            await throttle.forget_old_failures(work)

    for _ in range(10):
        async with database.system_transaction() as work:
            await work.session.execute(
                update(SignInThrottle).values(last_failure_at=SignInThrottle.last_failure_at - timedelta(hours=2))
            )
        await asyncio.gather(*(attempt(f"{number}@example.org") for number in range(4)), forget(), forget())


async def test_a_crowd_at_the_door_is_asked_to_come_back(hashing: PasswordHashing) -> None:
    waiting = [asyncio.create_task(hashing.verify(None, "x")) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyRequests):
        await hashing.verify(None, "x")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
