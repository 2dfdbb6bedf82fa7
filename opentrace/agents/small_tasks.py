"""Small questions to the small model while an answer is made. None of them is worth failing the answer for."""

from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from opentrace.agents.trace import Trace
from opentrace.ports.chat_model import ChatModels, ModelError
from opentrace.ports.structured_answer import structured_answer

Form = TypeVar("Form", bound=BaseModel)


@dataclass(slots=True)
class SmallTasks:
    """One for each question. After a failure the model is not asked again: a person is waiting."""

    models: ChatModels
    trace: Trace
    _failed: bool = field(default=False, init=False)

    @property
    def name(self) -> str | None:
        return self.models.small_name

    async def ask(self, purpose: str, form: type[Form], *, task: str, text: str) -> Form | None:
        """None where there is no small model, or it failed; the trace says which."""
        model = self.models.small
        if model is None or self._failed:
            return None
        with self.trace.stage("small_model_call", purpose=purpose, model=self.name) as stage:
            try:
                answer = await structured_answer(model, form, task=task, text=text)
            except ModelError as error:
                self._failed = error.model_code != "model_answer_unreadable"
                stage["failed"] = error.model_code
                stage["detail"] = error.detail
                return None
        if answer.input_tokens is not None and answer.output_tokens is not None:
            self.trace.add_tokens(self.name, input_tokens=answer.input_tokens, output_tokens=answer.output_tokens)
        return answer.value
