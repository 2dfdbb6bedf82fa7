"""The schema in a database as Supabase gives it: an owner who is no superuser, extensions in a schema of their own, and
the roles of its API, which every table is served to."""

import json
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from opentrace.db.engine import Database
from opentrace.db.migrate import migrate
from opentrace.ports.authenticator import Principal
from tests.retrieval.corpus import MODEL, chunk, seed_document, seed_project, seed_user

API_ROLES = ("anon", "authenticated")
PASSWORD = "the-password-of-an-owner"


@pytest.fixture(scope="module")
def supabase_url(postgres_url: str) -> Iterator[str]:
    """The URL of the owner, of a migrated database."""
    owner, name = f"owner_{uuid4().hex}", f"opentrace_test_{uuid4().hex}"
    own, database = sql.Identifier(owner), sql.Identifier(name)
    url = make_url(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        for role in API_ROLES:
            with suppress(errors.DuplicateObject):
                admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(own, PASSWORD))
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(own))
        # Supabase makes the role of an extension's user beforehand where it is not the first database of the server.
        for role in (*API_ROLES, "opentrace_app"):
            with suppress(errors.UndefinedObject):
                admin.execute(sql.SQL("GRANT {} TO {} WITH ADMIN OPTION").format(sql.Identifier(role), own))
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, own))
        admin.execute(sql.SQL('ALTER DATABASE {} SET search_path = "$user", public, extensions').format(database))
        with psycopg.connect(
            url.set(database=name).render_as_string(hide_password=False), autocommit=True
        ) as in_database:
            in_database.execute("CREATE SCHEMA extensions")
            if in_database.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,):
                # The embedded server has the extension in every database, and no superuser to move it.
                in_database.execute("DROP EXTENSION IF EXISTS vector")
                in_database.execute("CREATE EXTENSION vector SCHEMA extensions")
            in_database.execute(sql.SQL("GRANT USAGE ON SCHEMA extensions TO PUBLIC"))
            in_database.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(own))
            in_database.execute("GRANT USAGE ON SCHEMA public TO anon, authenticated")
            for kind in ("TABLES", "FUNCTIONS", "SEQUENCES"):
                in_database.execute(
                    sql.SQL(
                        "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT ALL ON {} TO anon, authenticated"
                    ).format(own, sql.SQL(kind))
                )
        owner_url = url.set(username=owner, password=PASSWORD, database=name).render_as_string(hide_password=False)
        migrate(owner_url)
        yield owner_url
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


@pytest.fixture
async def seeded(supabase_url: str) -> tuple[Principal, UUID]:
    """Somebody with a project in which one chunk lies to the east."""
    database = Database.connect(supabase_url, pool_size=2)
    owner = await seed_user(database)
    project_id = await seed_project(database, owner)
    await seed_document(database, project_id, [chunk("The harbour bridge carries many cars.", (1.0, 0.0))])
    await database.close()
    return owner, project_id


def rpc(
    url: str, role: str, claims: dict[str, str] | None, statement: str, *values: object
) -> list[tuple[object, ...]]:
    """A call as PostgREST makes it once it has verified a token."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('role', %s, true)", [role])
        if claims is not None:
            connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
        return connection.execute(statement.encode(), values).fetchall()


NEAREST = f"SELECT score FROM search_chunks_vector(%s, '{MODEL}', '[1,0]', 5)"
KEYWORD = "SELECT score FROM search_chunks_keyword(%s, 'bridge', 5)"


@pytest.mark.parametrize("statement", [NEAREST, KEYWORD])
async def test_the_api_searches_for_whom_the_token_names(
    supabase_url: str, seeded: tuple[Principal, UUID], statement: str
) -> None:
    owner, project_id = seeded
    by_provider = {"sub": f"test:{owner.user_id}", "role": "authenticated"}
    by_id = {"sub": str(owner.user_id), "role": "authenticated"}

    for claims in (by_provider, by_id):
        assert len(rpc(supabase_url, "authenticated", claims, statement, project_id)) == 1
    for stranger in ({"sub": str(uuid4())}, {"role": "authenticated"}, {"sub": ""}, None):
        assert rpc(supabase_url, "authenticated", stranger, statement, project_id) == []
    with pytest.raises(errors.InsufficientPrivilege):
        rpc(supabase_url, "anon", by_provider, statement, project_id)


@pytest.mark.parametrize("role", API_ROLES)
async def test_no_table_is_open_to_the_api(supabase_url: str, seeded: tuple[Principal, UUID], role: str) -> None:
    claims = {"sub": str(seeded[0].user_id)}
    with psycopg.connect(supabase_url) as connection:
        tables = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]

    assert "alembic_version" in tables
    for table in tables:
        assert rpc(supabase_url, role, claims, f'SELECT 1 FROM "{table}"') == [], table


async def test_the_application_searches_there_as_anywhere(supabase_url: str, seeded: tuple[Principal, UUID]) -> None:
    owner, project_id = seeded
    database = Database.connect(supabase_url, pool_size=2)
    async with database.transaction(owner) as work:
        rows = await work.session.execute(
            text(f"SELECT score FROM search_chunks_vector(:p, '{MODEL}', '[1,0]', 5)"), {"p": project_id}
        )
        assert rows.scalars().all() == [pytest.approx(1)]
    await database.close()
