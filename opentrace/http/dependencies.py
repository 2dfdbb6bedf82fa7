"""What endpoints ask for: the services, the caller, a unit of work, a page.

`entrypoints/api.py` puts two values on the application: `services`, and `resolve_principal`, by which a token becomes
a caller (the auth domain's work, which lies above this package).

All dependencies are coroutines, also those that wait for nothing: FastAPI sends functions to a pool of threads.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated, Protocol, cast

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from opentrace.db.engine import SystemWork, UnitOfWork
from opentrace.db.paging import DEFAULT_LIMIT, MAX_LIMIT, PageRequest
from opentrace.errors import Unauthorized
from opentrace.ports.authenticator import Principal
from opentrace.services import Services

SESSION_COOKIE = "opentrace_session"
CLERK_COOKIE = "__session"
"""Where Clerk's script keeps the session token, so that a file opens in a tab of its own."""

ResolvePrincipal = Callable[[str], Awaitable[Principal | None]]


class AppState(Protocol):
    services: Services
    resolve_principal: ResolvePrincipal


def app_state(request: Request) -> AppState:
    return cast("AppState", request.app.state)


async def get_services(request: Request) -> Services:
    return app_state(request).services


def bearer_token(request: Request) -> str | None:
    """The token of the `Authorization` header, else of a session cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return request.cookies.get(SESSION_COOKIE) or request.cookies.get(CLERK_COOKIE)


BEARER = HTTPBearer(
    scheme_name="Bearer",
    description="The token of a sign-in, or an API key (`ot_…`). Browsers may send the cookie of a sign-in instead.",
    auto_error=False,
)
"""Only describes the scheme in OpenAPI; `bearer_token` reads the header."""


async def get_principal(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)] = None
) -> Principal:
    token = bearer_token(request)
    principal = await app_state(request).resolve_principal(token) if token else None
    if principal is None:
        raise Unauthorized
    return principal


ServicesDep = Annotated[Services, Depends(get_services)]
PrincipalDep = Annotated[Principal, Depends(get_principal)]


async def get_unit_of_work(services: ServicesDep, principal: PrincipalDep) -> AsyncGenerator[UnitOfWork]:
    async with services.database.transaction(principal) as work:
        yield work


async def get_system_work(services: ServicesDep) -> AsyncGenerator[SystemWork]:
    async with services.database.system_transaction() as work:
        yield work


UnitOfWorkDep = Annotated[UnitOfWork, Depends(get_unit_of_work, scope="function")]
"""Committed when the endpoint returns, before the response is sent; rolled back when it raises."""

SystemWorkDep = Annotated[SystemWork, Depends(get_system_work, scope="function")]


async def get_page_request(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items of one page.")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")] = None,
) -> PageRequest:
    return PageRequest(limit=limit, cursor=cursor)


PageDep = Annotated[PageRequest, Depends(get_page_request)]
