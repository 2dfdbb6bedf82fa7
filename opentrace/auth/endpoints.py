"""Accounts over HTTP. API keys can do all but manage keys and sessions: `session_required` says so."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from opentrace.auth.schemas import (
    ApiKeyCreatedResponse,
    ApiKeyRequest,
    ApiKeyResponse,
    AuthConfig,
    ChatModelConfig,
    InstallationConfig,
    ModelConfig,
    SignedInResponse,
    SignInRequest,
    SignUpRequest,
    UploadConfig,
    UserResponse,
)
from opentrace.auth.service import AccountService, OwnAccountService, SignedIn
from opentrace.auth.throttle import network_of
from opentrace.errors import Forbidden, Invalid, NotFound, Unavailable
from opentrace.http.dependencies import SESSION_COOKIE, PageDep, ServicesDep, UnitOfWorkDep, bearer_token
from opentrace.http.problems import problems
from opentrace.http.rate_limits import count_use
from opentrace.http.schemas import PageOf
from opentrace.ports.authenticator import OutsideAccounts, WebhookMalformed, WebhookRejected, WebhooksNotSetUp
from opentrace.services import Services

router = APIRouter(prefix="/api", tags=["accounts"])


async def get_accounts(request: Request) -> AccountService:
    return cast("AccountService", request.app.state.accounts)


AccountsDep = Annotated[AccountService, Depends(get_accounts)]


async def limit_network(request: Request, services: ServicesDep) -> None:
    await count_use(services, "sign_in", who=network_of(_client_address(request)))


LIMITED = [Depends(limit_network)]


@router.get("/config", summary="What a client needs to know before anybody is signed in", responses=problems(503))
async def get_config(request: Request, services: ServicesDep, accounts: AccountsDep) -> InstallationConfig:
    state = await accounts.sign_up_state()
    settings = services.settings
    taken = services.parser.media_types
    outside = services.authenticator
    extractive = not settings.chat_endpoint_set
    return InstallationConfig(
        auth=AuthConfig(
            provider=services.authenticator.provider,
            publishable_key=outside.publishable_key if isinstance(outside, OutsideAccounts) else None,
            sign_up_open=state.open,
            first_run=state.first_run,
        ),
        uploads=UploadConfig(
            max_bytes=settings.max_upload_bytes,
            media_types=list(taken),
            extensions=[extension for extensions in taken.values() for extension in extensions],
        ),
        models=ModelConfig(
            chat=ChatModelConfig(name="extractive" if extractive else settings.chat_model, extractive=extractive),
            embedding=services.embedders.chosen,
            embeddings=list(services.embedders.by_name),
        ),
        version=request.app.version,
    )


@router.post(
    "/auth/sign-up",
    status_code=201,
    summary="Create an account and sign in",
    description="The first account owns the installation; later ones need `OPENTRACE_SIGN_UP=open`.",
    responses=problems(403, 409, 429, 503),
    dependencies=LIMITED,
)
async def sign_up(
    body: SignUpRequest, request: Request, response: Response, accounts: AccountsDep, services: ServicesDep
) -> SignedInResponse:
    signed_in = await accounts.sign_up(
        email=body.email, password=body.password.get_secret_value(), client_address=_client_address(request)
    )
    return _signed_in(signed_in, request, response, services)


@router.post("/auth/sign-in", summary="Sign in", responses=problems(401, 429, 503), dependencies=LIMITED)
async def sign_in(
    body: SignInRequest, request: Request, response: Response, accounts: AccountsDep, services: ServicesDep
) -> SignedInResponse:
    signed_in = await accounts.sign_in(
        email=body.email, password=body.password.get_secret_value(), client_address=_client_address(request)
    )
    return _signed_in(signed_in, request, response, services)


@router.post(
    "/auth/sign-out",
    status_code=204,
    summary="End this session",
    description="Removes the cookie as well, also where the session has ended before.",
    responses=problems(403, 503),
)
async def sign_out(request: Request, response: Response, accounts: AccountsDep) -> None:
    token = bearer_token(request)
    if token is not None:
        await accounts.sign_out(token)
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.get("/me", summary="Who is calling")
async def get_me(request: Request, response: Response, work: UnitOfWorkDep, services: ServicesDep) -> UserResponse:
    user = await OwnAccountService(work).user()
    token = request.cookies.get(SESSION_COOKIE)
    if token is not None and token == bearer_token(request):
        # The session lives longer with each use; a browser learns it from a new cookie.
        _set_cookie(response, token, request, services)
    return UserResponse.model_validate(user)


@router.delete("/sessions", status_code=204, summary="Sign out everywhere", responses=problems(403))
async def delete_sessions(response: Response, work: UnitOfWorkDep) -> None:
    await OwnAccountService(work).sign_out_everywhere()
    response.delete_cookie(SESSION_COOKIE, path="/")


@router.get("/api-keys", summary="List your API keys, newest first", responses=problems(403))
async def list_api_keys(work: UnitOfWorkDep, page: PageDep) -> PageOf[ApiKeyResponse]:
    found = await OwnAccountService(work).list_api_keys(page)
    return PageOf(items=[ApiKeyResponse.model_validate(key) for key in found.items], next_cursor=found.next_cursor)


@router.post("/api-keys", status_code=201, summary="Create an API key", responses=problems(403, 409))
async def create_api_key(body: ApiKeyRequest, work: UnitOfWorkDep) -> ApiKeyCreatedResponse:
    key, secret = await OwnAccountService(work).create_api_key(name=body.name)
    return ApiKeyCreatedResponse(**ApiKeyResponse.model_validate(key).model_dump(), key=secret)


@router.delete("/api-keys/{api_key_id}", status_code=204, summary="Delete an API key", responses=problems(403))
async def delete_api_key(api_key_id: UUID, work: UnitOfWorkDep) -> None:
    await OwnAccountService(work).delete_api_key(api_key_id)


@router.post(
    "/webhooks/clerk",
    status_code=204,
    summary="Hear from Clerk what becomes of its accounts",
    description="For Clerk, which signs what it sends. An account that is removed there goes with all it has.",
    responses=problems(403, 404, 422, 503),
)
async def receive_clerk_webhook(request: Request, services: ServicesDep, accounts: AccountsDep) -> None:
    outside = services.authenticator
    if not isinstance(outside, OutsideAccounts):
        raise NotFound("webhook")
    try:
        change = outside.account_change(request.headers, await request.body())
    except WebhookRejected as error:
        raise Forbidden(str(error), code="webhook_rejected") from error
    except WebhookMalformed as error:
        raise Invalid(str(error), code="webhook_malformed") from error
    except WebhooksNotSetUp as error:
        raise Unavailable(str(error), code="webhooks_not_set_up") from error
    if change is not None:
        await accounts.apply_change(change)


def _signed_in(signed_in: SignedIn, request: Request, response: Response, services: Services) -> SignedInResponse:
    _set_cookie(response, signed_in.token, request, services)
    return SignedInResponse.model_validate(signed_in)


def _set_cookie(response: Response, token: str, request: Request, services: Services) -> None:
    settings = services.settings
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=settings.session_days * 86_400,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or (settings.public_url or "").startswith("https://"),
    )


def _client_address(request: Request) -> str:
    return request.client.host if request.client is not None else "unknown"
