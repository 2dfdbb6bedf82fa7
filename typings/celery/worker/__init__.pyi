from celery import Celery

class WorkController:
    def __init__(
        self,
        app: Celery,
        hostname: str | None = None,
        *,
        pool_cls: str,
        concurrency: int,
        loglevel: str | int,
        task_events: bool,
        without_gossip: bool,
        without_mingle: bool,
        without_heartbeat: bool,
    ) -> None: ...
    exitcode: int | None
    def start(self) -> None: ...
