"""Password hashing by argon2id, off the event loop and a few at a time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from opentrace.errors import TooManyRequests

HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
"""46 MiB, one pass: the first choice of OWASP's Password Storage Cheat Sheet; about 60 ms on one core."""

Result = TypeVar("Result")

CONCURRENT_HASHES = 2
MAX_WAITING = 100


class PasswordHashing:
    """Bounds memory and CPU that strangers can claim. Safe to use from several event loops."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(CONCURRENT_HASHES, thread_name_prefix="argon2")
        self._pending = 0

    async def hash(self, password: str) -> str:
        return await self._run(lambda: HASHER.hash(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Takes as long without a hash (unknown account, account of another provider) as with one."""
        matches = await self._run(lambda: _matches(password_hash or _dummy_hash(), password))
        return matches and password_hash is not None

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._pending >= MAX_WAITING:
            raise TooManyRequests(
                "Too many people sign in at this moment. Try again in a few seconds.", retry_after_s=3
            )
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        finally:
            self._pending -= 1

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def needs_rehash(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    return HASHER.hash("no account has this password")
