"""How often one user, or one network before anybody is signed in, may do what costs something."""

from collections.abc import Awaitable, Callable
from math import ceil
from typing import Literal

from opentrace.errors import TooManyRequests
from opentrace.http.dependencies import PrincipalDep, ServicesDep
from opentrace.ports.rate_limiter import RateLimit, rate_limit_of
from opentrace.services import Services

Action = Literal["sign_in", "upload", "search", "chat"]

_DAY_S = 86_400
_COUNTED: dict[Action, str] = {
    "sign_in": "attempts to sign in or up from one network",
    "upload": "new documents",
    "search": "searches",
    "chat": "questions",
}


def limits_user(action: Action) -> Callable[..., Awaitable[None]]:
    """A dependency of the endpoints that `action` counts. It raises TooManyRequests with the time to wait."""

    async def check(principal: PrincipalDep, services: ServicesDep) -> None:
        await count_use(services, action, who=str(principal.user_id))

    return check


async def count_use(services: Services, action: Action, *, who: str) -> None:
    """Raises TooManyRequests."""
    limit = rate_limit_of(getattr(services.settings, f"rate_limit_{action}"))
    if limit is not None:
        await _hit(services, limit, action, who)
    quota = services.settings.quota_messages_per_day
    if action == "chat" and quota is not None:
        await _hit(services, RateLimit(quota, _DAY_S), action, who)


async def _hit(services: Services, limit: RateLimit, action: Action, who: str) -> None:
    wait_s = await services.rate_limiter.hit(limit, key=f"{action}:{who}")
    if wait_s is not None:
        raise TooManyRequests(
            f"At most {limit.amount} {_COUNTED[action]} are taken in a {limit.unit}. Try again in {ceil(wait_s)} "
            "seconds.",
            code="rate_limited",
            retry_after_s=wait_s,
        )
