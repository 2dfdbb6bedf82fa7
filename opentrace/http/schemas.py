"""Shapes that all endpoints share."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator

Item = TypeVar("Item")

MAX_NAME_CHARS = 200


def encodable(value: str) -> str:
    """Raises ValueError for half a character: JSON can spell a lone surrogate, UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError("Text cannot hold half a character (a lone surrogate); remove it") from error
    return value


def storable(value: str) -> str:
    """Raises ValueError for what PostgreSQL cannot store: half a character, and U+0000."""
    if "\x00" in value:
        raise ValueError("Text cannot hold the character U+0000; remove it")
    return encodable(value)


CleanText = Annotated[str, AfterValidator(storable)]
"""Text that the database can hold. Every text that a client sends is of this type, with a length of its own:
`Annotated[CleanText, Field(max_length=2000)]`."""

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARS),
    AfterValidator(storable),
]
"""A name or title: white space around it is dropped, and something must remain."""


def _is_none(value: object) -> bool:
    return value is None


class ResponseModel(BaseModel):
    """A response is read from a row or a frozen value by attribute."""

    model_config = ConfigDict(from_attributes=True)


class SheetPlace(ResponseModel):
    """What a place in a spreadsheet has besides; absent in other documents."""

    sheet: str | None = Field(None, exclude_if=_is_none, description="The name of the sheet.", examples=["Sales"])
    row: int | None = Field(None, exclude_if=_is_none, description="The row, from 1.", examples=[14])


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
