"""Counts how often somebody does something, over all servers of an installation."""

import re
from dataclasses import dataclass
from typing import Protocol

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
RATE_PATTERN = rf"^([1-9][0-9]{{0,8}}/({'|'.join(_SECONDS)}))?$"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `amount` within any `per_s` seconds."""

    amount: int
    per_s: int

    @property
    def unit(self) -> str:
        return next(name for name, seconds in _SECONDS.items() if seconds == self.per_s)


def rate_limit_of(setting: str) -> RateLimit | None:
    """`120/minute` as a limit; an empty setting is none. The setting has been checked against RATE_PATTERN."""
    if not setting:
        return None
    match = re.fullmatch(RATE_PATTERN, setting)
    assert match is not None, setting
    return RateLimit(int(setting.partition("/")[0]), _SECONDS[match.group(2)])


class RateLimiter(Protocol):
    async def hit(self, limit: RateLimit, *, key: str) -> float | None:
        """Count one use of `key`. None where it is within the limit, else the seconds until the next one is.

        A refused use is not counted. Where the counts cannot be read, everything is let through: a limit is for
        fairness, and its loss must not take the application down.
        """
        ...

    async def close(self) -> None: ...
