"""The server: every domain's endpoints on one application, and the program that serves it."""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError

from opentrace.agents.model_metrics import ModelMetrics
from opentrace.auth.endpoints import router as auth_router
from opentrace.auth.passwords import PasswordHashing
from opentrace.auth.service import AccountService
from opentrace.chat.answering import preload
from opentrace.chat.endpoints import router as chats_router
from opentrace.http.blobs import router as blobs_router
from opentrace.http.client_files import EXPORT_FOLDER, MANIFEST, ClientFiles
from opentrace.http.docs import docs_router
from opentrace.http.health import health_router
from opentrace.http.middleware import BodyLimit, OriginCheck, SecurityHeaders
from opentrace.http.observability import HttpMetrics, RequestObserver
from opentrace.http.openapi import DESCRIPTION, TAGS, TITLE, install_openapi
from opentrace.http.problems import add_problem_handlers
from opentrace.http.tracing import RequestTracer
from opentrace.knowledge.endpoints import router as documents_router
from opentrace.logs import failure_places
from opentrace.ports.authenticator import OutsideAccounts
from opentrace.ports.blob_store import OutsideBlobStore
from opentrace.projects.endpoints import router as projects_router
from opentrace.retrieval.endpoints import router as search_router
from opentrace.services import Services
from opentrace.settings import Settings
from opentrace.traces import open_traces
from opentrace.wiring import open_services

OPENAPI_URL = "/openapi.json"

HOUSEKEEPING_INTERVAL_S = 3600.0

_log = structlog.stdlib.get_logger("opentrace.api")


def create_app(settings: Settings, *, once_loaded: Callable[[], None] = lambda: None) -> FastAPI:
    """The application. Nothing is opened before its lifespan starts; `once_loaded` is called when all is imported.

    Raises SettingsError where traces are asked for that cannot be sent.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with open_services(settings, model_calls=model_metrics) as services:
            hashing = PasswordHashing()
            accounts = AccountService(
                services.database, settings=settings, authenticator=services.authenticator, hashing=hashing
            )
            app.state.services = services
            _serve_client(app, services)
            app.state.accounts = accounts
            app.state.resolve_principal = accounts.resolve_principal
            background = [asyncio.create_task(_keep_house(accounts)), asyncio.create_task(_load(services, once_loaded))]
            try:
                yield
            finally:
                for task in background:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
                hashing.close()
        if traces is not None:
            await asyncio.to_thread(traces.close)

    traces = open_traces("opentrace-server")
    metrics = HttpMetrics()
    model_metrics = ModelMetrics(metrics.registry, prices=settings.model_prices)
    app = FastAPI(
        title=TITLE,
        description=DESCRIPTION,
        version=version("opentrace"),
        openapi_tags=TAGS,
        openapi_url=OPENAPI_URL,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    # Each one wraps those before it, so the observer sees every request first and every response last.
    app.add_middleware(OriginCheck, public_url=settings.public_url)
    app.add_middleware(BodyLimit, max_bytes=settings.max_request_bytes)
    app.add_middleware(SecurityHeaders, public_url=settings.public_url)
    app.add_middleware(RequestObserver, metrics=metrics)
    if traces is not None:
        app.add_middleware(RequestTracer, traces=traces)
    add_problem_handlers(app)
    app.include_router(health_router(metrics))
    app.include_router(docs_router(title=TITLE, openapi_url=OPENAPI_URL))
    app.include_router(auth_router)
    app.include_router(projects_router)
    app.include_router(documents_router)
    app.include_router(blobs_router)
    app.include_router(search_router)
    app.include_router(chats_router)
    install_openapi(app)
    return app


def _serve_client(app: FastAPI, services: Services) -> None:
    """The web client, where it was built: its pages may use the outside services that browsers talk to."""
    sources: list[Mapping[str, Sequence[str]]] = []
    if isinstance(services.blob_store, OutsideBlobStore):
        sources.append({"connect-src": [services.blob_store.browser_origin]})
    if isinstance(services.authenticator, OutsideAccounts):
        sources.append(services.authenticator.page_sources)
    if (EXPORT_FOLDER / MANIFEST).is_file():
        app.router.default = ClientFiles(EXPORT_FOLDER, fallback=app.router.not_found, sources=sources)


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How `app` is served: `await uvicorn.Server(server_config(app, settings)).serve()`."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,  # as `opentrace.logs` set it up
        access_log=False,  # RequestObserver writes a line that holds no address
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=10,
    )


def _operation_id(route: APIRoute) -> str:
    return route.name


async def _load(services: Services, once_loaded: Callable[[], None]) -> None:
    await preload(services)
    once_loaded()


def relieve_collector() -> None:
    """For a process that serves and does nothing else: what is loaded by now stays for good.

    The collector would go through all of it again and again, a quarter of a second each time, in which no word of any
    answer is sent on; and it looks for cycles after 700 new objects, of which a question makes thousands.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


async def _keep_house(accounts: AccountService) -> None:
    while True:
        try:
            await accounts.forget_expired()
        except SQLAlchemyError as error:
            _log.warning("housekeeping_failed", failure=failure_places(error))
        await asyncio.sleep(HOUSEKEEPING_INTERVAL_S)
