"""Chats over HTTP. An answer is streamed to who accepts `text/event-stream`, and else sent whole."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response

from opentrace.chat.answering import AnswerRun, begin_answer
from opentrace.chat.schemas import (
    AnswerResponse,
    ChatPatch,
    ChatRequest,
    ChatResponse,
    ChatWithMessages,
    FeedbackRequest,
    FeedbackResponse,
    MessageRequest,
    TraceResponse,
    chat_with_messages,
    message_response,
)
from opentrace.chat.search import project_search
from opentrace.chat.service import ChatService
from opentrace.chat.wire import drain, parts_of
from opentrace.db.paging import MAX_LIMIT, PageRequest
from opentrace.http.dependencies import PageDep, PrincipalDep, ServicesDep, UnitOfWorkDep
from opentrace.http.problems import problems
from opentrace.http.rate_limits import limits_user
from opentrace.http.schemas import PageOf
from opentrace.http.sse import MEDIA_TYPE, ui_message_stream

DEFAULT_MESSAGES = 100

router = APIRouter(prefix="/api", tags=["chats"])


async def get_chats(work: UnitOfWorkDep) -> ChatService:
    return ChatService(work)


ChatsDep = Annotated[ChatService, Depends(get_chats)]


async def get_messages_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Messages of one page.")] = DEFAULT_MESSAGES,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")] = None,
) -> PageRequest:
    return PageRequest(limit=limit, cursor=cursor)


@router.get("/projects/{project_id}/chats", summary="List the chats of a project, newest first")
async def list_chats(project_id: UUID, chats: ChatsDep, page: PageDep) -> PageOf[ChatResponse]:
    found = await chats.list(project_id, page)
    return PageOf(items=[ChatResponse.model_validate(chat) for chat in found.items], next_cursor=found.next_cursor)


@router.post("/projects/{project_id}/chats", status_code=201, summary="Start a chat")
async def create_chat(project_id: UUID, chats: ChatsDep, body: ChatRequest | None = None) -> ChatResponse:
    return ChatResponse.model_validate(await chats.create(project_id, title=body.title if body else None))


@router.get("/chats/{chat_id}", summary="Read a chat with its last messages")
async def get_chat(
    chat_id: UUID, chats: ChatsDep, page: Annotated[PageRequest, Depends(get_messages_page)]
) -> ChatWithMessages:
    return chat_with_messages(await chats.get(chat_id, page))


@router.patch("/chats/{chat_id}", summary="Rename a chat")
async def update_chat(chat_id: UUID, body: ChatPatch, chats: ChatsDep) -> ChatResponse:
    return ChatResponse.model_validate(await chats.rename(chat_id, body.changes()))


@router.delete("/chats/{chat_id}", status_code=204, summary="Delete a chat with its messages")
async def delete_chat(chat_id: UUID, chats: ChatsDep) -> None:
    await chats.delete(chat_id)


@router.post(
    "/chats/{chat_id}/messages",
    summary="Ask",
    response_model=AnswerResponse,
    responses={
        200: {
            "description": "The answer, stored. With `Accept: text/event-stream` it is streamed, in the UI message "
            "stream protocol of the AI SDK; going away stops it, and what was written is kept.",
            "content": {MEDIA_TYPE: {"example": 'data: {"type":"text-delta","id":"answer","delta":"Total"}\n\n'}},
        },
        **problems(403, 409, 429),
    },
    dependencies=[Depends(limits_user("chat"))],
)
async def ask(
    chat_id: UUID,
    body: MessageRequest,
    services: ServicesDep,
    principal: PrincipalDep,
    accept: Annotated[str, Header(description=f"`{MEDIA_TYPE}` or `application/json`.")] = "application/json",
) -> Response | AnswerResponse:
    begun = await begin_answer(
        services, principal, chat_id=chat_id, content=body.content, replaces_message_id=body.replaces_message_id
    )
    search = project_search(services, principal, begun.chat.project_id, document_ids=body.document_ids)
    run = AnswerRun(services, principal, begun, search)
    if MEDIA_TYPE in accept.lower():
        return ui_message_stream(parts_of(run))
    await drain(run)
    async with services.database.transaction(principal) as work:
        chats = ChatService(work)
        return AnswerResponse(
            user_message=message_response(await chats.message(begun.question.id)),
            message=message_response(await chats.message(begun.answer.id)),
        )


@router.get("/messages/{message_id}/trace", summary="Read how an answer came about")
async def get_trace(message_id: UUID, chats: ChatsDep) -> TraceResponse:
    message = await chats.trace(message_id)
    return TraceResponse.model_validate({**message.trace, "message_id": message.id, "usage": message.usage or None})


@router.put("/messages/{message_id}/feedback", summary="Rate an answer")
async def set_feedback(message_id: UUID, body: FeedbackRequest, chats: ChatsDep) -> FeedbackResponse:
    return FeedbackResponse.model_validate(
        await chats.set_feedback(message_id, rating=body.rating, comment=body.comment)
    )


@router.delete("/messages/{message_id}/feedback", status_code=204, summary="Take a rating back")
async def remove_feedback(message_id: UUID, chats: ChatsDep) -> None:
    await chats.remove_feedback(message_id)
