"""Databases of other locales than the embedded one has: keyword search knows the same words in each."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from opentrace.auth.repository import AccountRepository
from opentrace.db.engine import Database
from opentrace.db.migrate import migrate
from tests.retrieval.corpus import chunk, seed_document, seed_project, seed_user
from tests.retrieval.test_search_functions import keyword

TEXTS = [
    "ÜBERSICHT der Größen: Äpfel\u00a0und »Öle« – 12.345,00 Straße",
    "Ο ΟΔΥΣΣΕΑΣ Ελλάδα",
    "ЁЛКА и Ель, Щука-47",
    "İstanbul Kırklareli ŞEKER",
    "ÉCOLE d'été: cœur, NAÏVE",
    "東京都 サーバー 한국어 ภาษาไทย",
    "ﬁne sku-4471 q3_report.pdf 82,959",
]


@pytest.fixture(scope="module", params=["C", "POSIX"])
def plain_database_url(request: pytest.FixtureRequest, postgres_url: str, postgres_admin_url: str) -> Iterator[str]:
    """A migrated database for which only ASCII has letters."""
    name = f"opentrace_test_{uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LC_COLLATE {} LC_CTYPE {}"
            ).format(sql.Identifier(name), request.param, request.param)
        )
        url = postgres_url.rsplit("/", 1)[0] + "/" + name
        with psycopg.connect(postgres_admin_url.rsplit("/", 1)[0] + "/" + name, autocommit=True) as admin:
            admin.execute("CREATE EXTENSION vector")
        migrate(url)
        yield url
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def words_in(url: str, text: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT chunk_words('english', %s, %s)::text", [text, text.swapcase()]).fetchone()
    assert row is not None
    return row[0]


def test_the_database_itself_knows_letters_of_ascii_only(plain_database_url: str) -> None:
    with psycopg.connect(plain_database_url) as connection:
        row = connection.execute("SELECT lower('ÜA'), regexp_replace('üa', '[^[:alnum:]]', '', 'g')").fetchone()
    assert row == ("Üa", "a")


@pytest.mark.parametrize("text", TEXTS)
def test_the_words_of_a_text_are_those_of_any_other_database(
    text: str, plain_database_url: str, database_url: str
) -> None:
    assert words_in(plain_database_url, text) == words_in(database_url, text)


@pytest.mark.parametrize(("query", "place"), [("übersicht", 0), ("öle", 0), ("елка", 2), ("ECOLE", 4), ("Naïve", 4)])
async def test_words_are_found_whatever_their_case_and_accents(query: str, place: int, plain_database_url: str) -> None:
    database = Database.connect(plain_database_url, pool_size=2)
    owner = await seed_user(database)
    project_id = await seed_project(database, owner)
    chunks = [chunk(text, (1.0, 0.0)) for text in TEXTS]
    await seed_document(database, project_id, chunks)

    rows = await keyword(database, owner, project_id, query)

    await database.close()
    assert [row["chunk_id"] for row in rows] == [chunks[place].chunk_id]


async def test_an_address_is_one_accounts_whatever_its_case_and_accents(plain_database_url: str) -> None:
    database = Database.connect(plain_database_url, pool_size=2)
    async with database.system_transaction() as work:
        accounts = AccountRepository(work)
        added = await accounts.add_local(uuid4(), email="jürgen@größe.example", password_hash="", is_owner=False)
        again = await accounts.add_local(uuid4(), email="JÜRGEN@GRÖSSE.example", password_hash="", is_owner=False)
        upper = await accounts.add_local(uuid4(), email="JÜRGEN@GRÖßE.example", password_hash="", is_owner=False)
        composed = await accounts.find_by_email("Ju\u0308rgen@gro\u0308ße.example")

    await database.close()
    assert added is not None
    assert again is not None, "a double s is another address than a sharp one"
    assert upper is None
    assert composed is not None
    assert composed.id == added.id
