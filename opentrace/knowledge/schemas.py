"""Requests and responses about documents."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, field_serializer

from opentrace.http.schemas import CleanText, RequestModel, ResponseModel, SheetPlace
from opentrace.knowledge.file_names import display_name
from opentrace.knowledge.models import DocumentSource, DocumentStatus

MAX_QUERY_CHARS = 200
MAX_URL_CHARS = 2048


def _display_name(value: Any) -> Any:
    return display_name(value) if isinstance(value, str) else value


class DocumentRequest(RequestModel):
    file_name: Annotated[str, BeforeValidator(_display_name)] = Field(
        description="Shown to people, never used as a path. Characters that cannot be shown are dropped.",
        examples=["Quarterly report.pdf"],
    )
    content_type: Annotated[CleanText, Field(max_length=255)] = Field(
        "application/octet-stream",
        description="The media type, if it is known; else the end of the name decides.",
        examples=["application/pdf"],
    )
    size_bytes: int = Field(ge=0, lt=1 << 63, examples=[266240])
    sha256: Annotated[CleanText, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = Field(
        None,
        description="Of the bytes, in hexadecimal, if known: the answer then names a document that has them.",
    )


class Confirmation(RequestModel):
    replaces_document_id: UUID | None = Field(
        None, description="A document of the same project that is deleted once this one is searchable."
    )


class PageToAdd(RequestModel):
    url: Annotated[CleanText, Field(min_length=1, max_length=MAX_URL_CHARS)] = Field(
        description="Of a page on the public internet. Without a scheme, https is meant.",
        examples=["https://docs.example/guide"],
    )


class DocumentResponse(ResponseModel):
    id: UUID
    project_id: UUID
    source: DocumentSource
    file_name: str = Field(examples=["Quarterly report.pdf"])
    title: str | None = Field(description="What the document calls itself.")
    content_type: str = Field(examples=["application/pdf"])
    size_bytes: int = Field(examples=[266240])
    sha256: bytes | None = Field(description="Of the bytes of the file, in hexadecimal, once they have been read.")
    url: str | None = Field(description="Of a web page, in its normal form.")
    status: DocumentStatus
    status_message: str | None = Field(
        description="A sentence for people: what is being done, or what to do.", examples=["Reading page 3 of 46."]
    )
    stage_details: dict[str, dict[str, Any]] = Field(
        description="What each stage found, by its name; `seconds` in each.",
        examples=[{"partitioning": {"pages_done": 3, "pages": 46}}],
    )
    error_code: str | None = Field(
        description="Why it failed. Of a page that is completed: why it could not be fetched again.",
        examples=["document_encrypted"],
    )
    page_count: int | None = Field(examples=[46])
    created_at: datetime
    updated_at: datetime

    @field_serializer("sha256")
    def _hexadecimal(self, value: bytes | None) -> str | None:
        return value.hex() if value is not None else None


class UploadTarget(ResponseModel):
    """Send the bytes of the file by `method` to `url` with these `headers`, once, then confirm the document."""

    method: Literal["PUT"]
    url: str
    headers: dict[str, str] = Field(examples=[{"Content-Type": "application/pdf"}])
    expires_at: datetime


class DocumentCreatedResponse(ResponseModel):
    document: DocumentResponse
    upload: UploadTarget
    same_content: DocumentResponse | None = Field(
        description="A searchable document of the project with the same bytes, where `sha256` was sent. To keep to "
        "that one, delete `document`."
    )
    same_name: DocumentResponse | None = Field(
        description="A searchable file of the project with the same name. To put this one in its place, name it when "
        "you confirm."
    )


class OriginalContent(ResponseModel):
    """What is shown and cited. `tables` are HTML of `table`, `tr`, `th` and `td` only."""

    text: str
    tables: list[str]
    images: list[str]


class ChunkLocation(SheetPlace):
    """A box in 0..1 of its page, origin at the top left, and the characters of `content` that it holds."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    start: int
    end: int


class ChunkResponse(ResponseModel):
    id: UUID
    document_id: UUID
    chunk_index: int
    content: str = Field(description="What is searched.")
    context: str = Field(description="What is searched with it: the document's name and the headings above.")
    original_content: OriginalContent
    types: list[str] = Field(examples=[["Title", "NarrativeText"]])
    heading_path: list[str]
    page_number: int | None
    locations: list[ChunkLocation]
    char_count: int
    flags: list[str] = Field(
        description="What is wrong with the text: `instruction_like`, `hidden_characters`, `low_information`."
    )
