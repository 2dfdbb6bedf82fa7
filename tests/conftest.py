"""Real PostgreSQL and Valkey for all tests: from the wheels, or those that the environment names."""

import os
from collections.abc import AsyncGenerator, Iterator
from uuid import uuid4

import psycopg
import pytest

from opentrace.db.engine import Database
from opentrace.db.migrate import migrate

pytest_plugins: list[str] = []


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server on which databases may be created: OPENTRACE_TEST_DATABASE_URL, or one of the session's own."""
    yield os.environ["OPENTRACE_TEST_DATABASE_URL"]


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[str]:
    """A migrated database of this session's own."""
    name = f"opentrace_test_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        url = postgres_url.rsplit("/", 1)[0] + "/" + name
        migrate(url)
        yield url
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database.connect(database_url, pool_size=10)
    yield database
    await database.close()
