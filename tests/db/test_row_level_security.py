"""The second lock: what a user's transaction sees and may write, whatever statement runs in it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from opentrace.services import Services
from tests.api_fixtures import SignUp
from tests.tenant_rows import TENANT_TABLES, TenantIds, add_tenant_rows

HIDDEN_TABLES = ("sign_in_throttles", "object_deletions")

INSERTS = {
    "sessions": "INSERT INTO sessions (user_id, token_hash, expires_at) VALUES (:user_id, 'x', now())",
    "api_keys": "INSERT INTO api_keys (user_id, name, prefix, token_hash) VALUES (:user_id, 'x', 'x', 'y')",
    "projects": "INSERT INTO projects (user_id, name) VALUES (:user_id, 'x')",
    "documents": (
        "INSERT INTO documents (project_id, source, file_name, content_type, size_bytes, storage_key, status) "
        "VALUES (:project_id, 'file', 'x', 'x', 1, 'x', 'queued')"
    ),
    "document_chunks": (
        "INSERT INTO document_chunks (document_id, project_id, chunk_index, content, context, original_content, types, "
        "heading_path, locations, char_count) "
        "VALUES (:document_id, :project_id, 9, 'x', 'x', '{}', '{}', '{}', '[]', 1)"
    ),
    "chunk_embeddings": (
        "INSERT INTO chunk_embeddings (project_id, model, chunk_id, window_index, char_start, char_end, embedding) "
        "VALUES (:project_id, 'test', :chunk_id, 9, 0, 1, '[1]')"
    ),
    "chats": "INSERT INTO chats (project_id, title) VALUES (:project_id, 'x')",
    "messages": ("INSERT INTO messages (chat_id, role, content, status) VALUES (:chat_id, 'user', 'x', 'completed')"),
    "message_feedback": (
        "INSERT INTO message_feedback (message_id, user_id, rating) VALUES (:message_id, :stranger_id, 'up')"
    ),
}


async def test_every_table_has_row_level_security(services: Services) -> None:
    async with services.database.system_transaction() as work:
        open_tables = await work.session.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
                "AND NOT relrowsecurity AND relname <> 'alembic_version'"
            )
        )
        assert open_tables.all() == []


async def test_the_role_of_the_application_cannot_get_around_the_policies(services: Services) -> None:
    async with services.database.system_transaction() as work:
        role = (
            await work.session.execute(
                text(
                    "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcanlogin FROM pg_roles "
                    "WHERE rolname = 'opentrace_app'"
                )
            )
        ).one()
        owned = await work.session.scalar(
            text("SELECT count(*) FROM pg_class WHERE relowner = 'opentrace_app'::regrole")
        )
    assert tuple(role) == (False, False, False, False)
    assert owned == 0


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_a_user_sees_own_rows_and_no_others(sign_up: SignUp, services: Services, table: str) -> None:
    ada, eve = await sign_up(), await sign_up()
    await add_tenant_rows(services.database, user_id=ada.user_id)
    count = text(f"SELECT count(*) FROM {table}")
    async with services.database.transaction(ada.principal) as work:
        seen_by_ada = await work.session.scalar(count)
    async with services.database.transaction(eve.principal) as work:
        seen_by_eve = await work.session.scalar(count)
    own_of_eve = 1 if table in ("users", "sessions") else 0
    assert (seen_by_ada, seen_by_eve) == (1, own_of_eve)


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_a_user_changes_no_rows_of_others(sign_up: SignUp, services: Services, table: str) -> None:
    ada, eve = await sign_up(), await sign_up()
    await add_tenant_rows(services.database, user_id=ada.user_id)
    if table != "users":
        async with services.database.transaction(eve.principal) as work:
            await work.session.execute(text(f"DELETE FROM {table}"))
    async with services.database.transaction(ada.principal) as work:
        assert await work.session.scalar(text(f"SELECT count(*) FROM {table}")) == 1


@pytest.mark.parametrize("table", INSERTS)
async def test_a_user_adds_no_rows_to_what_is_anothers(sign_up: SignUp, services: Services, table: str) -> None:
    ada, eve = await sign_up(), await sign_up()
    ids = await add_tenant_rows(services.database, user_id=ada.user_id)
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with services.database.transaction(eve.principal) as work:
            await work.session.execute(text(INSERTS[table]), _values(ids, user_id=ada.user_id, stranger=eve.user_id))


async def test_a_user_moves_no_rows_into_anothers_project(sign_up: SignUp, services: Services) -> None:
    ada, eve = await sign_up(), await sign_up()
    ids = await add_tenant_rows(services.database, user_id=ada.user_id)
    await add_tenant_rows(services.database, user_id=eve.user_id)
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with services.database.transaction(eve.principal) as work:
            await work.session.execute(text("UPDATE documents SET project_id = :id"), {"id": ids.project_id})


@pytest.mark.parametrize("table", HIDDEN_TABLES)
async def test_a_user_cannot_read_what_belongs_to_the_installation(
    sign_up: SignUp, services: Services, table: str
) -> None:
    eve = await sign_up()
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with services.database.transaction(eve.principal) as work:
            await work.session.execute(text(f"SELECT * FROM {table}"))


async def test_a_users_scope_ends_with_the_transaction(sign_up: SignUp, services: Services) -> None:
    ada = await sign_up()
    async with services.database.transaction(ada.principal) as work:
        assert await work.session.scalar(text("SELECT current_user")) == "opentrace_app"
    async with services.database.system_transaction() as work:
        assert await work.session.scalar(text("SELECT current_user")) != "opentrace_app"
        assert await work.session.scalar(text("SELECT opentrace_user_id()")) is None


def _values(ids: TenantIds, *, user_id: object, stranger: object) -> dict[str, object]:
    return {
        "user_id": user_id,
        "stranger_id": stranger,
        "project_id": ids.project_id,
        "document_id": ids.document_id,
        "chunk_id": ids.chunk_id,
        "chat_id": ids.chat_id,
        "message_id": ids.message_id,
    }
