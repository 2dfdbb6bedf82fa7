"""The SQL functions, called as the application calls them and as an attacker would."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from sqlalchemy import RowMapping, text
from sqlalchemy.exc import ProgrammingError

from opentrace.db.engine import APP_ROLE, Database
from opentrace.ports.authenticator import Principal
from tests.retrieval.corpus import MODEL, SeededChunk, chunk, seed_document, seed_project, seed_user

EAST, NORTH, WEST = (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)


def between(degrees: float) -> tuple[float, float]:
    """A direction between EAST (0) and NORTH (90)."""
    return float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))


async def call(database: Database, principal: Principal, function: str, **arguments: Any) -> Sequence[RowMapping]:
    names = ", ".join(f"p_{name} => :{name}" for name in arguments)
    async with database.transaction(principal) as work:
        rows = await work.session.execute(text(f"SELECT * FROM {function}({names}) ORDER BY rank"), arguments)
        return rows.mappings().all()


async def nearest(
    database: Database, principal: Principal, project_id: UUID, query: Sequence[float], limit: int = 10, **more: Any
) -> Sequence[RowMapping]:
    names = "".join(f", p_{name} => :{name}" for name in more)
    statement = f"SELECT * FROM search_chunks_vector(:project, :model, CAST(:query AS vector), :limit{names})"
    async with database.transaction(principal) as work:
        values = {"project": project_id, "model": MODEL, "query": str(list(query)), "limit": limit, **more}
        return (await work.session.execute(text(statement), values)).mappings().all()


async def keyword(
    database: Database, principal: Principal, project_id: UUID, query: str, limit: int = 10, **more: Any
) -> Sequence[RowMapping]:
    return await call(
        database, principal, "search_chunks_keyword", project_id=project_id, query=query, limit=limit, **more
    )


@pytest.fixture
async def owner(database: Database) -> Principal:
    return await seed_user(database)


@pytest.fixture
async def project_id(database: Database, owner: Principal) -> UUID:
    return await seed_project(database, owner)


async def test_the_best_window_speaks_for_its_chunk(database: Database, owner: Principal, project_id: UUID) -> None:
    far = chunk("0123456789", between(60))
    near = chunk("0123456789", WEST, between(10))
    document_id = await seed_document(database, project_id, [far, near])

    rows = await nearest(database, owner, project_id, EAST)

    assert [row["chunk_id"] for row in rows] == [near.chunk_id, far.chunk_id]
    assert [row["rank"] for row in rows] == [1, 2]
    assert (rows[0]["char_start"], rows[0]["char_end"]) == (5, 10)
    assert rows[0]["document_id"] == document_id
    assert rows[0]["score"] == pytest.approx(np.cos(np.radians(10)), abs=1e-6)


async def test_a_chunk_of_many_near_windows_takes_no_others_place(
    database: Database, owner: Principal, project_id: UUID
) -> None:
    crowd = chunk("x" * 100, *[between(angle / 100) for angle in range(100)])
    others = [chunk("other", between(20 + angle)) for angle in range(5)]
    await seed_document(database, project_id, [crowd, *others])

    rows = await nearest(database, owner, project_id, EAST, limit=4)

    assert [row["chunk_id"] for row in rows] == [crowd.chunk_id, *(item.chunk_id for item in others[:3])]


async def test_what_is_below_the_threshold_is_left_out(database: Database, owner: Principal, project_id: UUID) -> None:
    near, far = chunk("near", between(10)), chunk("far", between(80))
    await seed_document(database, project_id, [near, far])

    rows = await nearest(database, owner, project_id, EAST, threshold=0.5)

    assert [row["chunk_id"] for row in rows] == [near.chunk_id]


async def test_only_the_named_documents_are_searched(database: Database, owner: Principal, project_id: UUID) -> None:
    named, other = chunk("tulip", between(40)), chunk("tulip", between(1))
    document_id = await seed_document(database, project_id, [named])
    await seed_document(database, project_id, [other])

    by_vector = await nearest(database, owner, project_id, EAST, document_ids=[document_id])
    by_keyword = await keyword(database, owner, project_id, "tulip", document_ids=[document_id])

    assert [row["chunk_id"] for row in by_vector] == [named.chunk_id]
    assert [row["chunk_id"] for row in by_keyword] == [named.chunk_id]


async def test_vectors_of_another_model_are_not_compared(
    database: Database, owner: Principal, project_id: UUID
) -> None:
    await seed_document(database, project_id, [chunk("text", (1.0, 0.0, 0.0))], model="three-dimensions")

    assert await nearest(database, owner, project_id, EAST) == []


async def test_another_users_project_has_no_results(database: Database, owner: Principal, project_id: UUID) -> None:
    await seed_document(database, project_id, [chunk("tulip", EAST)])
    stranger = await seed_user(database)

    assert await nearest(database, stranger, project_id, EAST) == []
    assert await keyword(database, stranger, project_id, "tulip") == []
    assert len(await nearest(database, owner, project_id, EAST)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM search_chunks_vector(%s, 'test-model', '[1,0]', 5)",
        "SELECT * FROM search_chunks_keyword(%s, 'tulip', 5)",
        "SELECT * FROM search_chunks_fused(%s, 'test-model', ARRAY['tulip'], ARRAY['[1,0]'::vector], 5)",
    ],
)
async def test_without_a_user_nothing_is_found(
    database: Database, database_url: str, project_id: UUID, statement: str
) -> None:
    await seed_document(database, project_id, [chunk("tulip", EAST)])

    with psycopg.connect(database_url) as connection:
        connection.execute(f"SET LOCAL ROLE {APP_ROLE}")
        rows = connection.execute(statement.encode(), (project_id,)).fetchall()

    assert rows == []


@pytest.mark.parametrize(("role", "may"), [(APP_ROLE, True), ("pg_read_all_data", False)])
def test_only_the_application_may_search(database_url: str, role: str, may: bool) -> None:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT has_function_privilege(%s, oid, 'EXECUTE') FROM pg_proc WHERE proname LIKE 'search\\_chunks\\_%%'",
            (role,),
        ).fetchall()

    assert rows
    assert {row[0] for row in rows} == {may}


async def test_a_query_of_other_dimensions_is_an_error(database: Database, owner: Principal, project_id: UUID) -> None:
    await seed_document(database, project_id, [chunk("text", EAST)])

    with pytest.raises(Exception, match="different vector dimensions"):
        await nearest(database, owner, project_id, (1.0, 0.0, 0.0))


async def test_words_are_alternatives_and_more_of_them_rank_higher(
    database: Database, owner: Principal, project_id: UUID
) -> None:
    one = chunk("The tulip flowers in spring.", EAST)
    both = chunk("Tulips and daffodils flower in spring.", EAST)
    none = chunk("Bread rises in the oven.", EAST)
    await seed_document(database, project_id, [one, both, none])

    rows = await keyword(database, owner, project_id, "Which tulip or daffodil is it?")

    assert [row["chunk_id"] for row in rows] == [both.chunk_id, one.chunk_id]
    assert rows[0]["score"] > rows[1]["score"] > 0


async def test_the_context_of_a_chunk_is_searched_too(database: Database, owner: Principal, project_id: UUID) -> None:
    item = SeededChunk("Revenue rose.", [(0, 13, EAST)], context="Annual report of Zephyr Industries")
    await seed_document(database, project_id, [item])

    rows = await keyword(database, owner, project_id, "zephyr")

    assert [row["chunk_id"] for row in rows] == [item.chunk_id]


async def test_a_quoted_phrase_is_found_as_a_phrase(database: Database, owner: Principal, project_id: UUID) -> None:
    phrase = chunk("The gross margin fell.", EAST)
    words = chunk("The margin of the page is gross.", EAST)
    await seed_document(database, project_id, [phrase, words])

    rows = await keyword(database, owner, project_id, '"gross margin"')

    assert [row["chunk_id"] for row in rows] == [phrase.chunk_id]


@pytest.mark.parametrize(
    ("content", "query"),
    [
        ("Order part SKU-4471 from the depot.", "SKU-4471"),
        ("Order part SKU-4471 from the depot.", "sku 4471"),
        ("Liability is limited as § 12.3 says.", "§ 12.3"),
        ("See report_final-v2.pdf for details.", "report_final-v2.pdf"),
        ("See report_final-v2.pdf for details.", "final report"),
        ("Net sales were $82,959 million.", "82959"),
        ("Net sales were $82959 million.", "82,959"),
        ("Le résumé de l'entretien.", "resume"),
        ("The café's menu", "CAFE"),
        ("Die Häuser am Fluß", "häuser"),
        ("Отчёт о прибылях и убытках", "ОТЧЁТ о прибылях"),
        ("四半期の売上高は増加した。", "売上高"),
        ("분기 매출이 증가했습니다", "매출"),
        ("ใบแจ้งหนี้ของลูกค้า", "แจ้งหนี้"),
        ("An eﬃcient oﬃce", "office"),
    ],
)
async def test_codes_numbers_and_other_languages_are_found(
    database: Database, owner: Principal, project_id: UUID, content: str, query: str
) -> None:
    item = chunk(content, EAST)
    await seed_document(database, project_id, [item, chunk("Order part 12 of 3 from SKU 44 71, page 82.", EAST)])

    rows = await keyword(database, owner, project_id, query)

    assert rows[0]["chunk_id"] == item.chunk_id


async def test_a_rare_word_counts_more_than_a_common_one(
    database: Database, owner: Principal, project_id: UUID
) -> None:
    rare = chunk("The tulip is a flower of many colours and of long leaves, seen in spring.", EAST)
    common = [chunk(f"A flower, a flower, a flower, number {number}.", EAST) for number in range(20)]
    await seed_document(database, project_id, [*common, rare])

    rows = await keyword(database, owner, project_id, "tulip flower")

    assert rows[0]["chunk_id"] == rare.chunk_id
    assert len(rows) == 10


async def test_a_short_chunk_ranks_above_a_long_one_that_says_the_word_as_often(
    database: Database, owner: Principal, project_id: UUID
) -> None:
    long = chunk("The tulip " + "stands beside many another plant of the garden " * 20, EAST)
    short = chunk("The tulip stands there.", EAST)
    await seed_document(database, project_id, [long, short])

    rows = await keyword(database, owner, project_id, "tulip")

    assert [row["chunk_id"] for row in rows] == [short.chunk_id, long.chunk_id]


async def test_words_are_formed_by_the_configuration_of_the_project(database: Database, owner: Principal) -> None:
    project_id = await seed_project(database, owner, text_configuration="german")
    item = chunk("Die Verträge wurden gekündigt.", EAST)
    await seed_document(database, project_id, [item])
    assert len(await keyword(database, owner, project_id, "Vertrag")) == 1

    async with database.transaction(owner) as work:
        await work.session.execute(
            text("UPDATE project_settings SET text_configuration = 'simple' WHERE project_id = :id"), {"id": project_id}
        )

    assert await keyword(database, owner, project_id, "Vertrag") == []
    assert len(await keyword(database, owner, project_id, "Verträge")) == 1


async def test_statistics_of_a_sample_rank_as_exact_counts_do(
    database: Database, owner: Principal, project_id: UUID
) -> None:
    filler = [chunk(f"common word{number % 50} text{number}", EAST) for number in range(4200)]
    wanted = chunk("common word7 tulip", EAST)
    await seed_document(database, project_id, [*filler, wanted])
    before = await keyword(database, owner, project_id, "common word7 tulip", limit=3)

    async with database.system_transaction() as work:
        await work.session.execute(text("SELECT refresh_keyword_statistics(:id)"), {"id": project_id})
        known = await work.session.scalar(
            text("SELECT common_lexemes FROM keyword_statistics WHERE project_id = :id"), {"id": project_id}
        )
    after = await keyword(database, owner, project_id, "common word7 tulip", limit=3)

    assert known is not None
    assert {"common", "word7"} <= set(known)
    assert "tulip" not in known
    assert before[0]["chunk_id"] == after[0]["chunk_id"] == wanted.chunk_id
    assert after[0]["score"] == pytest.approx(before[0]["score"], rel=0.02)
    assert len(await keyword(database, owner, project_id, "common")) == 10


NAUGHTY = [
    "", " ", "the of and", "'", '"', "\\", "a'b", "a\\b", "a & b | !c", "!!!", "(((", "a:*", "<->", "a <-> b", "-a",
    "a -b", "' & 'x", "'; DROP TABLE users; --", "%s %(x)s :x", "\u202e\u200b", "😀", "日本語のテキスト",
    "foo:bar@baz.com/x?y=1&z=2",
    "or", "or or or", "C++ && !(x)", "\\' | \\'", "$1 $$ $$", json.dumps({"a": ["'", '"']}), "x" * 5000, "a " * 3000,
]  # fmt: skip


@pytest.mark.parametrize("query", NAUGHTY)
async def test_no_query_is_an_error(database: Database, owner: Principal, project_id: UUID, query: str) -> None:
    await seed_document(database, project_id, [chunk("An ordinary text about a & b.", EAST)])

    rows = await keyword(database, owner, project_id, query)

    assert len(rows) <= 1


async def test_the_search_functions_do_not_trust_the_search_path(
    database: Database, owner: Principal, project_id: UUID
) -> None:
    item = chunk("tulip", EAST)
    await seed_document(database, project_id, [item])

    async with database.transaction(owner) as work:
        await work.session.execute(text("SET LOCAL search_path = pg_catalog"))
        rows = await work.session.execute(
            text("SELECT chunk_id FROM public.search_chunks_keyword(:project, 'tulip', 5)"), {"project": project_id}
        )
        assert rows.scalars().all() == [item.chunk_id]
        with pytest.raises(ProgrammingError):
            await work.session.execute(text("SELECT public.opentrace_owns_project(:p)"), {"p": project_id})
