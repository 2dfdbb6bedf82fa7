"""Requests and responses about chats, messages and feedback."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from opentrace.chat.models import MessageRole, MessageStatus, Rating
from opentrace.chat.service import ChatView, MessageView
from opentrace.http.schemas import CleanText, Name, PatchModel, RequestModel, ResponseModel, SheetPlace

MAX_QUESTION_CHARS = 32_000
MAX_DOCUMENT_IDS = 1000
MAX_COMMENT_CHARS = 4_000


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("A question cannot be blank")
    return value


Question = Annotated[CleanText, Field(min_length=1, max_length=MAX_QUESTION_CHARS), AfterValidator(_not_blank)]


class ChatRequest(RequestModel):
    title: Name | None = Field(None, description="Without one, the chat is named after its first question.")


class ChatPatch(PatchModel):
    title: Name | None = None


class MessageRequest(RequestModel):
    content: Question = Field(examples=["What were total net sales in the third quarter?"])
    replaces_message_id: UUID | None = Field(
        None, description="A question of this chat that gives way to this one, with all that follows it."
    )
    document_ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_DOCUMENT_IDS)] | None = Field(
        None, description="Search only these documents for this question."
    )


class FeedbackRequest(RequestModel):
    rating: Rating
    comment: Annotated[CleanText, Field(max_length=MAX_COMMENT_CHARS)] | None = None


class ChatResponse(ResponseModel):
    id: UUID
    project_id: UUID
    title: str = Field(examples=["Net sales of the third quarter"])
    created_at: datetime
    updated_at: datetime = Field(description="When it was renamed or asked last.")


class CitationBox(SheetPlace):
    """A line of the passage: a box in 0..1 of its page, origin at the top left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class CitationResponse(ResponseModel):
    """A snapshot of the passage that `[number]` in the answer points at."""

    number: int = Field(examples=[1])
    chunk_id: UUID | None = Field(description="Null where a page of the web is cited.")
    document_id: UUID | None = Field(description="Null where a page of the web is cited.")
    document_name: str = Field(description="Of a web page, its title.", examples=["report.pdf"])
    page_number: int | None = Field(examples=[4])
    content: str
    score: float = Field(examples=[0.71])
    locations: list[CitationBox] = Field(description="The quoted lines where they are known, else the passage's.")
    url: str | None = Field(description="Of a web page, or of the page that the document was fetched from.")


class GroundedSentenceResponse(ResponseModel):
    sentence: str
    supported: bool = Field(description="Its numbers and names stand in the sources, and its words are close to them.")
    score: float = Field(examples=[0.82])
    citation_numbers: list[int]


class ModelUsageResponse(ResponseModel):
    model: str = Field(examples=["gpt-4o-mini"])
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class UsageResponse(ResponseModel):
    model: str | None = Field(None, examples=["gpt-4o"])
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = Field(None, description="An estimate; null where a model's price is not known.")
    models: list[ModelUsageResponse] = Field(default_factory=list[ModelUsageResponse])
    stage_ms: dict[str, float] = Field(default_factory=dict[str, float], description="Milliseconds by stage.")
    first_token_ms: float | None = None
    total_ms: float | None = None


class FeedbackResponse(ResponseModel):
    rating: Rating
    comment: str | None
    created_at: datetime
    updated_at: datetime


class MessageResponse(ResponseModel):
    id: UUID
    chat_id: UUID
    role: MessageRole
    content: str
    citations: list[CitationResponse]
    grounding: list[GroundedSentenceResponse] = Field(
        description="Each sentence beside what it cites: similarity, not proof."
    )
    suggestions: list[str]
    feedback: FeedbackResponse | None
    status: MessageStatus = Field(
        description="`stopped`: the reader went away, what was written is kept. `refused`: a check failed, the content "
        "says which. `failed`: the content is what was written before, or else says what to do."
    )
    usage: UsageResponse | None = Field(description="None for questions, and for answers that are being written.")
    created_at: datetime


def message_response(view: MessageView) -> MessageResponse:
    message = view.message
    return MessageResponse(
        id=message.id,
        chat_id=message.chat_id,
        role=message.role,
        content=message.content,
        citations=[CitationResponse.model_validate(citation) for citation in message.citations],
        grounding=[GroundedSentenceResponse.model_validate(sentence) for sentence in message.grounding],
        suggestions=message.suggestions,
        feedback=FeedbackResponse.model_validate(view.feedback) if view.feedback else None,
        status=message.status,
        usage=UsageResponse.model_validate(message.usage) if message.usage else None,
        created_at=message.created_at,
    )


class ChatWithMessages(ChatResponse):
    messages: list[MessageResponse] = Field(description="The last ones, oldest first.")
    next_cursor: str | None = Field(description="Leads to the messages before these.")


def chat_with_messages(view: ChatView) -> ChatWithMessages:
    chat = ChatResponse.model_validate(view.chat)
    return ChatWithMessages(
        **chat.model_dump(),
        messages=[message_response(message) for message in view.messages],
        next_cursor=view.next_cursor,
    )


class AnswerResponse(ResponseModel):
    user_message: MessageResponse
    message: MessageResponse


class TraceStage(ResponseModel):
    """A step of the answer; times in milliseconds from the question. Further fields depend on the step."""

    model_config = ConfigDict(extra="allow", from_attributes=True)

    name: str = Field(examples=["search"])
    start_ms: float
    duration_ms: float | None


class WebPageResponse(ResponseModel):
    url: str
    title: str
    score: float


class WebSearchResponse(ResponseModel):
    query: str
    engine: str = Field(examples=["duckduckgo"])
    failed: str | None = Field(description="Why there are no results.")
    results: list[WebPageResponse]


class FlaggedPlaceResponse(ResponseModel):
    kind: str = Field(examples=["override"])
    text: str


class FlaggedPassageResponse(ResponseModel):
    number: int = Field(description="Of the passage in the prompt.")
    chunk_id: UUID | None
    source: str
    url: str | None
    places: list[FlaggedPlaceResponse]


class RefusalResponse(ResponseModel):
    check: Literal["token_count", "toxicity", "prompt_injection", "personal_data"]
    reason: str


class TraceResponse(ResponseModel):
    """How an answer came about. Empty for questions, and for answers that are being written."""

    message_id: UUID
    model: str | None = None
    question: str | None = None
    stages: list[TraceStage] = Field(default_factory=list[TraceStage])
    searches: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]], description="Each with its `query` and the trace of the search."
    )
    web_searches: list[WebSearchResponse] = Field(default_factory=list[WebSearchResponse])
    flagged_passages: list[FlaggedPassageResponse] = Field(
        default_factory=list[FlaggedPassageResponse],
        description="Passages with wording that speaks to a language model. They are data, and not followed.",
    )
    standalone_question: str | None = Field(
        None, description="What was searched for, where the chat gave a part of it."
    )
    refusal: RefusalResponse | None = None
    usage: UsageResponse | None = None
    error: dict[str, Any] | None = None
