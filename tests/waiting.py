"""Waiting for what other processes do: a condition is polled until it holds, or a deadline fails the test."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Value = TypeVar("Value")


async def until(
    condition: Callable[[], Awaitable[Value | None]], *, within_s: float = 60.0, every_s: float = 0.02
) -> Value:
    """The first true value of `condition`. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not (value := await condition()):  # noqa: ASYNC110 -- what happens in other processes has no event
            await asyncio.sleep(every_s)
        return value
