"""One small question to a chat model whose answer has a given form.

The form is asked for as `response_format`; a server that knows none of it is asked in words alone. What comes is
checked against the schema either way, so a caller gets a value or a `ModelError`, and can do without.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from opentrace.ports.chat_model import ModelError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

Form = TypeVar("Form", bound=BaseModel)

_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class StructuredAnswer(Generic[Form]):
    """Tokens are None where the model reported none."""

    value: Form
    input_tokens: int | None
    output_tokens: int | None


async def structured_answer(model: BaseChatModel, form: type[Form], *, task: str, text: str) -> StructuredAnswer[Form]:
    """`task` says what to do, `text` is what to do it with. Raises ModelError, also for an answer of another form."""
    from langchain_core.messages import HumanMessage, SystemMessage

    response_format = _response_format(form)
    schema = json.dumps(response_format["json_schema"]["schema"])
    messages = [
        SystemMessage(f"{task}\n\nAnswer with one JSON object of this schema and nothing else:\n{schema}"),
        HumanMessage(text),
    ]
    try:
        message = await model.bind(response_format=response_format).ainvoke(messages)
    except ModelError as error:
        if error.model_code != "model_rejected_request":
            raise
        message = await model.ainvoke(messages)
    return StructuredAnswer(_parse(message, form), *_tokens(message))


@cache
def _response_format(form: type[BaseModel]) -> dict[str, Any]:
    schema = form.model_json_schema() | {"additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": form.__name__, "schema": schema, "strict": True}}


def _parse(message: AIMessage, form: type[Form]) -> Form:
    found = _OBJECT.search(message.text)
    try:
        return form.model_validate_json(found.group() if found else "")
    except ValidationError as error:
        raise ModelError("model_answer_unreadable", "The model did not answer in the form it was asked for.") from error


def _tokens(message: AIMessage) -> tuple[int | None, int | None]:
    usage: Any = message.usage_metadata
    return (usage["input_tokens"], usage["output_tokens"]) if usage else (None, None)
