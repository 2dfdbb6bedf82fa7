"""How addresses of brokers are translated for Celery."""

from typing import Any

import pytest

from opentrace.adapters.celery import broker_url, worker_app


@pytest.mark.parametrize(
    ("redis_url", "expected"),
    [
        ("redis://:secret@host:6379/2", "redis://:secret@host:6379/2"),
        ("unix:///run/redis.sock?db=1", "redis+socket:///run/redis.sock?virtual_host=1"),
        ("unix://:secret@/run/redis.sock", "redis+socket://:secret@/run/redis.sock"),
        ("rediss://user:secret@host:1/0", "rediss://user:secret@host:1/0?ssl_cert_reqs=required"),
        ("rediss://host:1/0?ssl_cert_reqs=none", "rediss://host:1/0?ssl_cert_reqs=none"),
    ],
)
def test_an_address_means_the_same_to_celery(redis_url: str, expected: str) -> None:
    assert broker_url(redis_url) == expected


def test_no_message_comes_again_while_its_task_may_still_run() -> None:
    app: Any = worker_app(
        "redis://127.0.0.1:1/0", handlers={"ingest_document": lambda _job: None}, longest_task_s=7200.5
    )

    with app.connection_for_read() as connection:
        assert connection.transport_options["visibility_timeout"] > 7200.5
    app.close()
