"""What every rate limiter promises, kept by the one on Redis."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import uuid4

import pytest

from opentrace.adapters.redis_rate_limiter import RedisRateLimiter
from opentrace.ports.rate_limiter import RateLimit, RateLimiter, rate_limit_of

HOURLY = RateLimit(3, 3600)


@pytest.fixture
async def limiter(redis_url: str) -> AsyncGenerator[RateLimiter]:
    limiter = RedisRateLimiter(redis_url)
    yield limiter
    await limiter.close()


async def test_uses_within_the_limit_pass_and_the_next_one_waits(limiter: RateLimiter) -> None:
    key = uuid4().hex

    waits = [await limiter.hit(HOURLY, key=key) for _ in range(4)]

    assert waits[:3] == [None, None, None]
    assert waits[3] is not None
    assert 1 <= waits[3] <= 3600


async def test_uses_at_the_same_time_are_all_counted(limiter: RateLimiter) -> None:
    key = uuid4().hex

    waits = await asyncio.gather(*(limiter.hit(HOURLY, key=key) for _ in range(12)))

    assert waits.count(None) == 3


async def test_keys_and_servers_are_told_apart_and_taken_together(limiter: RateLimiter, redis_url: str) -> None:
    key = uuid4().hex
    other_server = RedisRateLimiter(redis_url)

    for _ in range(3):
        await limiter.hit(HOURLY, key=key)

    assert await other_server.hit(HOURLY, key=key) is not None
    assert await other_server.hit(HOURLY, key=uuid4().hex) is None
    await other_server.close()


async def test_without_redis_everything_passes(unused_tcp_port: int) -> None:
    limiter = RedisRateLimiter(f"redis://127.0.0.1:{unused_tcp_port}/0")

    assert [await limiter.hit(RateLimit(1, 60), key="k") for _ in range(2)] == [None, None]
    await limiter.close()


def test_settings_are_read_as_limits() -> None:
    assert rate_limit_of("120/minute") == RateLimit(120, 60)
    assert rate_limit_of("") is None
