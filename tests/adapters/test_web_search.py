"""Web search by both engines, over their wire on loopback."""

from collections.abc import AsyncGenerator

import pytest
from pydantic import SecretStr

from opentrace.ports.web_search import WebResult, WebSearch, WebSearchError
from tests.web_engines import Engine, running_engine

PAGES = [
    WebResult("https://example.org/tower", "The tower & its height", "The tower is 324 metres tall."),
    WebResult("https://example.org/colour", "Colours", "It was painted brown."),
]
KEY = SecretStr("tvly-secret")


@pytest.fixture
async def engine() -> AsyncGenerator[Engine]:
    async with running_engine() as engine:
        yield engine


@pytest.fixture(params=["duckduckgo", "tavily"])
def search(request: pytest.FixtureRequest, engine: Engine) -> WebSearch:
    return engine.duckduckgo() if request.param == "duckduckgo" else engine.tavily(key=KEY)


async def test_pages_come_in_their_order(engine: Engine, search: WebSearch) -> None:
    engine.results = PAGES
    found = await search.search("How tall is the tower?", limit=5)
    assert [(page.url, page.title) for page in found] == [(page.url, page.title) for page in PAGES]
    assert "324 metres" in found[0].text
    assert engine.queries == ["How tall is the tower?"]


async def test_no_more_than_wanted(engine: Engine, search: WebSearch) -> None:
    engine.results = PAGES
    assert len(await search.search("tower", limit=1)) == 1


async def test_nothing_found_is_no_failure(engine: Engine, search: WebSearch) -> None:
    assert list(await search.search("tower", limit=5)) == []


async def test_silence_ends_with_a_sentence(engine: Engine, search: WebSearch) -> None:
    engine.silent = True
    quick = engine.duckduckgo(timeout_s=1) if search.name == "duckduckgo" else engine.tavily(key=KEY, timeout_s=0.2)
    with pytest.raises(WebSearchError, match="in time"):
        await quick.search("tower", limit=5)


async def test_nobody_there_is_told(engine: Engine, search: WebSearch) -> None:
    engine.port = 9
    gone = engine.duckduckgo() if search.name == "duckduckgo" else engine.tavily(key=KEY)
    with pytest.raises(WebSearchError, match="network"):
        await gone.search("tower", limit=5)


@pytest.mark.parametrize(
    ("status", "says"), [(401, "OPENTRACE_TAVILY_API_KEY"), (429, "too many"), (432, "used up"), (500, "status 500")]
)
async def test_tavily_says_what_to_do(engine: Engine, status: int, says: str) -> None:
    engine.status = status
    with pytest.raises(WebSearchError, match=says) as caught:
        await engine.tavily(key=KEY).search("tower", limit=5)
    assert "tvly-secret" not in str(caught.value)


async def test_tavily_gets_the_key_and_a_query_of_its_length(engine: Engine) -> None:
    await engine.tavily(key=KEY).search("x" * 1000, limit=5)
    assert "authorization: bearer tvly-secret" in engine.headers[0].lower()
    assert len(engine.queries[0]) == 400


async def test_what_cannot_be_read_is_a_failure(engine: Engine) -> None:
    engine.body = "<html>"
    with pytest.raises(WebSearchError, match="could not be read"):
        await engine.tavily(key=KEY).search("tower", limit=5)
