"""Real PostgreSQL and Valkey for all tests: from the wheels, or those that the environment names."""

import os
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from opentrace.adapters.local.postgres_server import PostgresServer
from opentrace.adapters.local.valkey_server import ValkeyServer
from opentrace.adapters.s3 import S3Bucket
from opentrace.db.engine import Database
from opentrace.db.migrate import migrate
from opentrace.settings import Settings
from tests.s3_server import running_s3_server

pytest_plugins = ["tests.api_fixtures", "tests.model_fixtures"]


@pytest.fixture(scope="session")
def postgres_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A server by OPENTRACE_TEST_DATABASE_URL, or one of the session's own: for a user, and for who may all."""
    given = os.environ.get("OPENTRACE_TEST_DATABASE_URL")
    if given:
        yield given, given
        return
    folder = tmp_path_factory.mktemp("postgres")
    server = PostgresServer(folder / "cluster", secrets_folder=folder / "secrets")
    with server.running(folder / "postgres.log") as url:
        yield url, server.superuser_url


@pytest.fixture(scope="session")
def postgres_url(postgres_urls: tuple[str, str]) -> str:
    """A server on which databases may be created."""
    return postgres_urls[0]


@pytest.fixture(scope="session")
def postgres_admin_url(postgres_urls: tuple[str, str]) -> str:
    """The same server for who may make extensions there too."""
    return postgres_urls[1]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker: OPENTRACE_TEST_REDIS_URL, or one of the session's own."""
    given = os.environ.get("OPENTRACE_TEST_REDIS_URL")
    if given:
        yield given
        return
    folder = tmp_path_factory.mktemp("valkey")
    server = ValkeyServer(folder / "data", secrets_folder=folder / "secrets")
    with server.running(folder / "valkey.log") as url:
        yield url


@pytest.fixture(scope="session")
def s3_bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Bucket]:
    """A bucket of a server that checks signatures."""
    with running_s3_server(tmp_path_factory.mktemp("s3")) as bucket:
        yield bucket


@pytest.fixture(scope="session")
def create_database(postgres_url: str) -> Iterator[Callable[[], str]]:
    """Call it for the URL of one more migrated database, which goes with the session."""
    with ExitStack() as stack:
        connection = stack.enter_context(psycopg.connect(postgres_url, autocommit=True))

        def create() -> str:
            name = f"opentrace_test_{uuid4().hex}"
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
            stack.callback(connection.execute, f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
            url = postgres_url.rsplit("/", 1)[0] + "/" + name
            migrate(url)
            return url

        yield create


@pytest.fixture(scope="session")
def database_url(create_database: Callable[[], str]) -> str:
    """A migrated database of this session's own."""
    return create_database()


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database.connect(database_url, pool_size=10)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def settings(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of this session's database and broker, with a data folder of its own. Everybody may sign up."""
    values: dict[str, Any] = {
        "_env_file": None,
        "database_url": database_url,
        "redis_url": redis_url,
        "data_dir": tmp_path_factory.mktemp("data"),
        "sign_up": "open",
        "rate_limit_sign_in": "",  # all come from one address
    }
    return Settings(**values)
