"""Rate limits counted in Redis or Valkey, by the sliding window counter of the package `limits`."""

import asyncio
import time

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from opentrace.ports.rate_limiter import RateLimit

_PREFIX = "opentrace:limits"
_ANSWER_TIMEOUT_S = 1.0

_log = structlog.stdlib.get_logger("opentrace.limits")


class RedisRateLimiter:
    """Implements `RateLimiter`. The client's own time limit stays off, as `adapters/celery.py` says why."""

    def __init__(self, redis_url: str) -> None:
        self._pool = ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType] -- redis does not type options
            redis_url, socket_connect_timeout=_ANSWER_TIMEOUT_S, socket_timeout=None
        )
        storage = RedisStorage(
            "async+redis://",
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix=_PREFIX,
            connection_pool=self._pool,  # pyright: ignore[reportArgumentType] -- its documented way to share a pool
        )
        self._counter = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, limit: RateLimit, *, key: str) -> float | None:
        item = RateLimitItemPerSecond(limit.amount, limit.per_s)
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                if await self._counter.hit(item, key):
                    return None
                return await self._wait_s(item, key)
        except (StorageError, OSError, TimeoutError) as error:
            _log.warning("rate_limit_not_counted", failure=type(error).__name__)
            return None

    async def close(self) -> None:
        await self._pool.disconnect()

    async def _wait_s(self, item: RateLimitItem, key: str) -> float:
        window = await self._counter.get_window_stats(item, key)
        return max(1.0, window.reset_time - time.time())
