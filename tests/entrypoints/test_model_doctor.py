"""What `opentrace doctor` says of models on this machine, by doubles on loopback."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from opentrace.entrypoints.findings import Finding
from opentrace.entrypoints.model_doctor import examine_answers
from opentrace.settings import Settings
from tests.openai_server import Failure, LoopbackServer, OpenAiServer, Text, ToolCalls

WITHOUT_MODEL: dict[str, Any] = {"_env_file": None, "openai_api_key": None, "openai_base_url": None}


@asynccontextmanager
async def listing(respond: Callable[[], Response]) -> AsyncGenerator[int]:
    """The port of a server whose list of models is what `respond` gives."""

    async def models(_: Request) -> Response:
        return respond()

    app = Starlette(routes=[Route("/v1/models", models)])
    async with LoopbackServer.serving(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical")) as url:
        port = urlsplit(url).port
        assert port
        yield port


def listed(*names: str, owner: str) -> JSONResponse:
    return JSONResponse({"object": "list", "data": [{"id": name, "owned_by": owner} for name in names]})


async def examined(**ports: int) -> Finding:
    by_port = {port: name for name, port in ports.items()}
    [finding] = await asyncio.to_thread(examine_answers, Settings(**WITHOUT_MODEL), ports=by_port)
    return finding


async def with_model(**values: Any) -> list[Finding]:
    return await asyncio.to_thread(examine_answers, Settings(_env_file=None, **values))  # pyright: ignore[reportCallIssue] -- pydantic-settings takes _env_file here


async def test_a_server_of_models_on_this_machine_is_named_with_the_settings_to_use() -> None:
    async with listing(lambda: listed("nomic-embed-text", "llama3.1:8b", owner="library")) as port:
        finding = await examined(Somebody=port)

    assert finding.state == "ok"
    assert f"Ollama answers at http://127.0.0.1:{port}/v1 with nomic-embed-text, llama3.1:8b" in finding.detail
    assert (
        f"OPENTRACE_OPENAI_BASE_URL=http://127.0.0.1:{port}/v1 and OPENTRACE_CHAT_MODEL=llama3.1:8b" in finding.detail
    )


async def test_a_server_that_says_nothing_of_itself_is_named_by_its_port() -> None:
    async with listing(lambda: listed("qwen", owner="organization_owner")) as port:
        assert "LM-Studio answers" in (await examined(**{"LM-Studio": port})).detail


async def test_a_server_without_a_chat_model_is_told_to_need_one() -> None:
    async with listing(lambda: JSONResponse({"object": "list", "data": None})) as port:
        assert "has no chat model; get one there first" in (await examined(Ollama=port)).detail


async def test_what_is_no_server_of_models_is_not_named() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # takes connections and never answers
        async with (
            listing(lambda: PlainTextResponse("welcome")) as page,
            listing(lambda: JSONResponse(["a", "b"])) as other,
            listing(lambda: JSONResponse({}, status_code=404)) as missing,
        ):
            finding = await examined(a=page, b=other, c=missing, d=silent.getsockname()[1], e=1)

    assert finding == Finding("Answers", "ok", "Sentences of the documents; no language model is configured.")


async def test_what_each_model_can_do_is_tried_out(openai_server: OpenAiServer) -> None:
    openai_server.replies = [ToolCalls(("search", '{"query": "lighthouses"}')), Text("White.")]
    openai_server.small_replies["Word"] = Text('{"word": "yes"}')

    findings = await with_model(openai_base_url=openai_server.url, chat_model="big", vision_model="seeing")

    host = urlsplit(openai_server.url).netloc
    assert findings == [
        Finding("Answers", "ok", f"big at {host}. It calls tools."),
        Finding("Small tasks", "ok", f"big at {host}. It answers in a given form."),
        Finding("Descriptions", "ok", f"seeing at {host}. It sees pictures."),
    ]
    assert openai_server.requests[1]["messages"][0]["content"][1]["type"] == "image_url"


async def test_what_a_model_cannot_do_is_no_problem(openai_server: OpenAiServer) -> None:
    openai_server.replies = [
        Failure(400, {"message": "this model does not support tools"}),
        Failure(400, {"message": "image input is not supported"}),
    ]
    openai_server.small_replies["Word"] = Failure(400, {"message": "unknown field response_format"})

    findings = await with_model(openai_base_url=openai_server.url, chat_model="plain")

    assert [finding.state for finding in findings] == ["ok", "ok", "ok"]
    assert "calls no tools" in findings[0].detail
    assert "JSON in words" in findings[1].detail
    assert "takes no pictures" in findings[2].detail


async def test_an_endpoint_of_a_role_is_named_by_its_own_settings(openai_server: OpenAiServer) -> None:
    openai_server.replies = [Text("Here."), Failure(401)]

    findings = await with_model(
        openai_base_url=openai_server.url, small_base_url="http://127.0.0.1:1/v1", vision_api_key="wrong"
    )

    assert [finding.state for finding in findings] == ["ok", "problem", "problem"]
    assert "OPENTRACE_SMALL_BASE_URL" in findings[1].detail
    assert "OPENTRACE_VISION_API_KEY" in findings[2].detail
