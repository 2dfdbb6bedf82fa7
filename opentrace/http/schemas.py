"""Shapes that all endpoints share."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Item = TypeVar("Item")


class ResponseModel(BaseModel):
    """A response is read from a row or a frozen value by attribute."""

    model_config = ConfigDict(from_attributes=True)


class RequestModel(BaseModel):
    """An unknown field is an error: a misspelt one would otherwise be ignored in silence."""

    model_config = ConfigDict(extra="forbid")


class PageOf(ResponseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None
