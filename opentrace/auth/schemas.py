"""Requests and responses about accounts, and about the installation as a stranger sees it."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, model_validator

from opentrace.http.schemas import CleanText, Name, RequestModel, ResponseModel, encodable

MAX_EMAIL_CHARS = 254
MIN_PASSWORD_CHARS = 8
MAX_PASSWORD_CHARS = 200

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")


def _normalised_email(value: str) -> str:
    """Only mail itself can prove an address; this catches what was typed into the wrong field."""
    email = value.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise ValueError("This is no e-mail address; one looks like name@example.org")
    return email


def _encodable(value: SecretStr) -> SecretStr:
    encodable(value.get_secret_value())
    return value


Password = Annotated[SecretStr, AfterValidator(_encodable)]

EmailAddress = Annotated[CleanText, Field(max_length=MAX_EMAIL_CHARS), AfterValidator(_normalised_email)]


class SignInRequest(RequestModel):
    email: EmailAddress = Field(examples=["ada@example.org"])
    password: Password = Field(max_length=MAX_PASSWORD_CHARS, examples=["correct horse battery staple"])


class SignUpRequest(SignInRequest):
    password: Password = Field(
        min_length=MIN_PASSWORD_CHARS,
        max_length=MAX_PASSWORD_CHARS,
        description="Length counts; there are no rules about kinds of characters.",
        examples=["correct horse battery staple"],
    )

    @model_validator(mode="after")
    def _password_is_not_the_address(self) -> "SignUpRequest":
        if self.password.get_secret_value().strip().lower() == self.email:
            raise ValueError("The password must not be the e-mail address")
        return self


class UserResponse(ResponseModel):
    id: UUID
    email: str | None = Field(examples=["ada@example.org"])
    is_owner: bool = Field(description="The first account owns the installation.")
    created_at: datetime


class SignedInResponse(ResponseModel):
    token: str = Field(description="Send it as `Authorization: Bearer …`.", examples=["ots_3vXk…"])
    expires_at: datetime = Field(description="The session ends then unless it is used before, which prolongs it.")
    user: UserResponse


class ApiKeyRequest(RequestModel):
    name: Name = Field(examples=["Laptop"])


class ApiKeyResponse(ResponseModel):
    id: UUID
    name: str
    prefix: str = Field(description="How the key begins.", examples=["ot_f4Zq"])
    created_at: datetime
    last_used_at: datetime | None


class ApiKeyCreatedResponse(ApiKeyResponse):
    key: str = Field(description="The key itself. It is shown this once.", examples=["ot_f4Zq…"])


class AuthConfig(ResponseModel):
    provider: Literal["local", "clerk"]
    publishable_key: str | None = Field(description="Of the identity provider, where it has one.")
    sign_up_open: bool
    first_run: bool = Field(description="Nobody has an account yet; the first one owns the installation.")


class UploadConfig(ResponseModel):
    max_bytes: int
    media_types: list[str] = Field(examples=[["application/pdf", "text/markdown"]])
    extensions: list[str] = Field(examples=[[".pdf", ".md"]])


class ChatModelConfig(ResponseModel):
    name: str
    extractive: bool = Field(description="No language model: answers are sentences of the documents.")


class ModelConfig(ResponseModel):
    chat: ChatModelConfig
    embedding: str = Field(description="What new projects are embedded with.", examples=["all-MiniLM-L6-v2"])
    embeddings: list[str] = Field(description="All that a project can be embedded with.")


class InstallationConfig(ResponseModel):
    auth: AuthConfig
    uploads: UploadConfig
    models: ModelConfig
    version: str
