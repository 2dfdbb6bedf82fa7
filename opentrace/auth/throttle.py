"""Slows down whoever guesses passwords, without locking out whoever knows theirs. Survives restarts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from opentrace.auth.models import SignInThrottle
from opentrace.db.engine import SystemWork
from opentrace.errors import TooManyRequests

FORGET_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counter:
    """Failures of one kind. After `free` of them the wait is 1 s and doubles with each, up to `max_delay_s`."""

    key_hash: bytes
    free: int
    max_delay_s: int
    cleared_by_success: bool

    def delay_s(self, failures: int) -> int:
        return 0 if failures < self.free else min(self.max_delay_s, 1 << min(failures - self.free, 30))


def sign_in_counters(*, email: str, client_address: str) -> list[Counter]:
    """Strict for one network at one account, milder for one network at all accounts, mildest for the account.

    An attacker is thus stopped where they are, while the owner, who comes from another network, waits 8 s at most.
    """
    network = network_of(client_address)
    return [
        Counter(_key("account and network", email, network), free=5, max_delay_s=900, cleared_by_success=True),
        Counter(_key("network", network), free=50, max_delay_s=60, cleared_by_success=False),
        Counter(_key("account", email), free=20, max_delay_s=8, cleared_by_success=True),
    ]


def sign_up_counters(*, client_address: str) -> list[Counter]:
    """Bounds how fast one network can find out which e-mail addresses have accounts."""
    return [Counter(_key("sign-up", network_of(client_address)), free=50, max_delay_s=60, cleared_by_success=False)]


async def begin_attempt(work: SystemWork, counters: Sequence[Counter]) -> None:
    """Count a failure in advance, so that guesses sent all at once do not slip through. Raises TooManyRequests."""
    keys = sorted(counter.key_hash for counter in counters)
    now = func.clock_timestamp()
    rows = [{"key_hash": key, "failures": 0, "last_failure_at": now} for key in keys]
    # Makes and locks the rows in the order of their keys: attempts that share some wait for each other in turn.
    statement = insert(SignInThrottle).values(rows)
    statement = statement.on_conflict_do_update(
        index_elements=[SignInThrottle.key_hash], set_={"failures": SignInThrottle.failures}
    )
    age_s = func.extract("epoch", now - SignInThrottle.last_failure_at).label("age_s")
    stored = await work.session.execute(statement.returning(SignInThrottle.key_hash, SignInThrottle.failures, age_s))
    found = {row.key_hash: (row.failures, float(row.age_s)) for row in stored}
    wait_s = max(_wait_s(counter, *found[counter.key_hash]) for counter in counters)
    if wait_s > 0:
        raise TooManyRequests(f"Too many attempts. Try again in {ceil(wait_s)} seconds.", retry_after_s=wait_s)
    for key, (failures, age_s) in found.items():
        count = 1 if age_s >= FORGET_AFTER.total_seconds() else failures + 1
        await work.session.execute(
            update(SignInThrottle).where(SignInThrottle.key_hash == key).values(failures=count, last_failure_at=now)
        )


def _wait_s(counter: Counter, failures: int, age_s: float) -> float:
    return 0.0 if age_s >= FORGET_AFTER.total_seconds() else counter.delay_s(failures) - age_s


async def attempt_succeeded(work: SystemWork, counters: Sequence[Counter]) -> None:
    """Take back what `begin_attempt` counted, and forget the failures at what has been shown to be the caller's.

    The network's stay: an attacker's own account would otherwise wipe them.
    """
    for counter in sorted(counters, key=lambda counter: counter.key_hash):
        row = SignInThrottle.key_hash == counter.key_hash
        remaining = func.greatest(SignInThrottle.failures - 1, 0)
        await work.session.execute(
            delete(SignInThrottle).where(row)
            if counter.cleared_by_success
            else update(SignInThrottle).where(row).values(failures=remaining)
        )


async def forget_old_failures(work: SystemWork) -> None:
    """Leaves rows that an attempt has in hand: they are not old any more."""
    old = select(SignInThrottle.key_hash).where(SignInThrottle.last_failure_at < func.clock_timestamp() - FORGET_AFTER)
    await work.session.execute(
        delete(SignInThrottle).where(SignInThrottle.key_hash.in_(old.with_for_update(skip_locked=True)))
    )


def _key(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode()).digest()


def network_of(address: str) -> str:
    """Whom an address stands for. An IPv6 customer has a /64 to choose addresses from; an IPv4 one is an address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return parsed.ipv4_mapped.compressed if parsed.ipv4_mapped else f"{int(parsed) >> 64:x}::/64"
    return parsed.compressed
