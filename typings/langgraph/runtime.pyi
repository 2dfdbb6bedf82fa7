from collections.abc import Callable
from typing import Any, Generic, TypeVar

ContextT = TypeVar("ContextT")

class Runtime(Generic[ContextT]):
    context: ContextT
    stream_writer: Callable[[Any], None]
