"""The server over real HTTP, and people who have accounts on it.

    async def test_a_project_is_created(sign_up: SignUp) -> None:
        ada = await sign_up()
        response = await ada.http.post("/api/projects", json={"name": "Reports"})

`ada.http` is an httpx.AsyncClient that sends her token; `ada.principal` opens units of work as her:
`async with services.database.transaction(ada.principal) as work: …`. Every `sign_up()` is somebody else, so tests do
not see each other's rows. `anonymous` is a client without a token. `services` is what the server runs on.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from opentrace.entrypoints.api import create_app, server_config
from opentrace.ports.authenticator import Principal
from opentrace.services import Services
from opentrace.settings import Settings

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, signed in over HTTP."""

    http: httpx.AsyncClient
    user_id: UUID
    email: str
    token: str

    @property
    def principal(self) -> Principal:
        return Principal(self.user_id, self.email, via="session")


SignUp = Callable[[], Awaitable[Person]]
Serve = Callable[[Settings], Awaitable[httpx.AsyncClient]]


class _Server(uvicorn.Server):
    """Leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def running_server(settings: Settings) -> AsyncGenerator[tuple[str, FastAPI]]:
    """A server on a free port of loopback: its URL and its application."""
    settings = settings.model_copy(update={"host": "127.0.0.1", "port": 0})
    app = create_app(settings)
    config = server_config(app, settings)
    config.lifespan = "off"  # entered here, so that a failed start fails the test with its own error
    server = _Server(config)
    async with app.router.lifespan_context(app):
        serving = asyncio.create_task(server.serve())
        async with asyncio.timeout(60):
            while not server.started:
                assert not serving.done(), "The server stopped while it started; its log says why."
                await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app
        finally:
            server.should_exit = True
            await serving


def client_of(url: str, **headers: str) -> httpx.AsyncClient:
    """Keeps no cookies, so that every request says itself who sends it."""
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(base_url=url, headers=headers, cookies=no_cookies, timeout=60, trust_env=False)


async def member_headers(client: httpx.AsyncClient) -> dict[str, str]:
    """The headers of somebody who has just signed up on the server of `client`."""
    account = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD}
    response = await client.post("/api/auth/sign-up", json=account)
    assert response.status_code == 201, response.text
    return {"authorization": f"Bearer {response.json()['token']}"}


@pytest.fixture(scope="session")
async def server(settings: Settings) -> AsyncGenerator[tuple[str, FastAPI]]:
    async with running_server(settings) as running:
        yield running


@pytest.fixture(scope="session")
def server_url(server: tuple[str, FastAPI]) -> str:
    return server[0]


@pytest.fixture(scope="session")
def app(server: tuple[str, FastAPI]) -> FastAPI:
    return server[1]


@pytest.fixture(scope="session")
def services(app: FastAPI) -> Services:
    return cast("Services", app.state.services)


@pytest.fixture(scope="session")
async def anonymous(server_url: str) -> AsyncGenerator[httpx.AsyncClient]:
    async with client_of(server_url) as client:
        yield client


@pytest.fixture(scope="session")
async def sign_up(server_url: str, anonymous: httpx.AsyncClient) -> AsyncGenerator[SignUp]:
    """Call it for a new person with an account of their own."""
    async with AsyncExitStack() as clients:

        async def new_person() -> Person:
            email = f"{uuid4().hex}@example.org"
            response = await anonymous.post("/api/auth/sign-up", json={"email": email, "password": PASSWORD})
            assert response.status_code == 201, response.text
            body = response.json()
            http = await clients.enter_async_context(client_of(server_url, authorization=f"Bearer {body['token']}"))
            return Person(http, UUID(body["user"]["id"]), email, body["token"])

        yield new_person


@pytest.fixture
async def serve() -> AsyncGenerator[Serve]:
    """Call it with settings for one more server that lives as long as the test: a client without a token."""
    async with AsyncExitStack() as servers:

        async def start(settings: Settings) -> httpx.AsyncClient:
            url, _ = await servers.enter_async_context(running_server(settings))
            return await servers.enter_async_context(client_of(url))

        yield start
