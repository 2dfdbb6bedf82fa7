"""What `opentrace doctor` says of one thing that it looked at."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """`detail` says what was found; of a problem, also what to do. `idle`: there is nothing to look at just now."""

    subject: str
    state: Literal["ok", "problem", "idle"]
    detail: str
