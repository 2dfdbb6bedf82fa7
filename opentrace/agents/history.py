"""What was said in a chat before a question."""

from dataclasses import dataclass
from typing import Literal

HISTORY_MESSAGES = 10
"""How many of them go along to the model."""


@dataclass(frozen=True, slots=True)
class PastMessage:
    role: Literal["user", "assistant"]
    content: str
