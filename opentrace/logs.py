"""Log lines of every process: one event a line, for people or for machines.

No line holds what a user wrote: failures are named by their type and place, never by their message.
"""

import logging
import sys
import traceback
from typing import Literal

import structlog


def configure_logging(*, level: Literal["debug", "info", "warning", "error"], style: Literal["text", "json"]) -> None:
    """One line an event on standard error, from structlog and the standard library alike."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("httpx", "httpcore"):
        # They write whole addresses, which may carry signatures.
        logging.getLogger(name).setLevel(logging.WARNING)


def failure_places(error: BaseException) -> list[str]:
    """`module.Type at file:line in function < …` for the error and each of its causes, innermost frame first."""
    lines: list[str] = []
    current: BaseException | None = error
    while current is not None and len(lines) < 8:
        frames = reversed(traceback.extract_tb(current.__traceback__)[-12:])
        places = " < ".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        lines.append(f"{type(current).__module__}.{type(current).__qualname__} at {places}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return lines
