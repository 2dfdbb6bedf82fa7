from collections.abc import Callable, Mapping, Sequence
from typing import Any

class Settings:
    def update(self, *args: Mapping[str, Any], **kwargs: Any) -> None: ...

class Request:
    headers: Mapping[str, Any] | None

class Task:
    request: Request

class Celery:
    conf: Settings
    def __init__(
        self, main: str | None = None, *, broker: str | None = None, set_as_current: bool = True, **kwargs: Any
    ) -> None: ...
    def task(self, *, name: str, bind: bool = False) -> Callable[[Callable[[Task, str], None]], object]: ...
    def send_task(
        self,
        name: str,
        args: Sequence[str] | None = None,
        *,
        queue: str | None = None,
        ignore_result: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> object: ...
    def finalize(self) -> None: ...
    def close(self) -> None: ...
