"""Shapes that all endpoints share."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationInfo, field_validator

Item = TypeVar("Item")

MAX_NAME_CHARS = 200


def _without_nul(value: str) -> str:
    """PostgreSQL stores every character but this one; pydantic refuses lone surrogates by itself."""
    if "\x00" in value:
        raise ValueError("Text cannot hold the character U+0000; remove it")
    return value


CleanText = Annotated[str, AfterValidator(_without_nul)]
"""Text that the database can hold. Every text that a client sends is of this type, with a length of its own:
`Annotated[CleanText, Field(max_length=2000)]`."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARS),
    AfterValidator(_without_nul),
]
"""A name or title: white space around it is dropped, and something must remain."""


class ResponseModel(BaseModel):
    """A response is read from a row or a frozen value by attribute."""

    model_config = ConfigDict(from_attributes=True)


class RequestModel(BaseModel):
    """An unknown field is an error: a misspelt one would otherwise be ignored in silence."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PatchModel(RequestModel):
    """Fields that are left out stay as they are; `changes()` has those that were sent. Null is a value of none."""

    @field_validator("*", mode="before")
    @classmethod
    def _not_null(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None:
            raise ValueError(f"null is no value of {info.field_name!r}; leave it out to keep what is there")
        return value

    def changes(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class PageOf(ResponseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None
