"""The supervisor's tool `search_web`: pages of the public web as passages that can be cited by their address."""

from langgraph.runtime import Runtime

from opentrace.agents.events import Status
from opentrace.agents.passages import FoundPassage, SearchOutcome
from opentrace.agents.state import AgentContext, AgentState
from opentrace.ports.web_search import WebSearchError

WEB_RESULTS = 5


async def search_web(query: str, state: AgentState, runtime: Runtime[AgentContext]) -> SearchOutcome:
    """A search that fails says so to the model and in the trace, and the answer goes on without it."""
    context = runtime.context
    web = context.web
    assert web is not None, "The tool is offered only where there is a web search."
    runtime.stream_writer(Status("searching", query))
    with context.trace.stage("web_search", query=query, engine=web.name) as stage:
        try:
            pages = await web.search(query, limit=WEB_RESULTS)
        except WebSearchError as error:
            stage["failed"] = str(error)
            context.trace.web_searches.append({"query": query, "engine": web.name, "failed": str(error), "results": []})
            return SearchOutcome((), failure=f"The web could not be searched: {error} Answer without it, and say so.")
        stage["found"] = len(pages)
        pages = [page for page in pages if page.text.strip() and page.url.startswith(("http://", "https://"))]
        vectors = await context.embedder.embed([state["standalone"], *(page.text for page in pages)], purpose="passage")
    scores = [round(float(vector @ vectors[0]), 4) for vector in vectors[1:]]
    results = [
        {"url": page.url, "title": page.title, "score": score} for page, score in zip(pages, scores, strict=True)
    ]
    context.trace.web_searches.append({"query": query, "engine": web.name, "failed": None, "results": results})
    return SearchOutcome(
        [
            FoundPassage(
                chunk_id=None,
                document_id=None,
                document_name=page.title.strip() or page.url,
                page_number=None,
                content=page.text,
                score=score,
                url=page.url,
            )
            for page, score in zip(pages, scores, strict=True)
        ]
    )
