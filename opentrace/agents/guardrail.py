"""What is checked before any model sees a question."""

from dataclasses import dataclass
from typing import Literal

from opentrace.ports.embedder import Embedder

MAX_QUESTION_TOKENS = 2000

Check = Literal["token_count"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """`message` says to the user which check failed and how to go on."""

    check: Check
    message: str


def check_question(question: str, embedder: Embedder) -> Refusal | None:
    """Count tokens as the embedding model does: it is at hand offline, and no chat model makes many more of a text."""
    tokens = len(embedder.token_offsets(question))
    if tokens <= MAX_QUESTION_TOKENS:
        return None
    return Refusal(
        check="token_count",
        message=f"This question was not answered: it is too long ({tokens:,} tokens; at most {MAX_QUESTION_TOKENS:,}). "
        "Ask a shorter question, or add the long text as a document and ask about it.",
    )
