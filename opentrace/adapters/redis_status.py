"""What a Redis or Valkey server says about itself, for whoever looks after it."""

from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError, ResponseError


class RedisStatusError(Exception):
    """The server does not answer; the message is its reason."""


@dataclass(frozen=True, slots=True)
class RedisStatus:
    """`eviction_policy` is None where the server does not tell (hosted ones often forbid CONFIG)."""

    program: str
    version: str
    appends_to_file: bool
    saves_snapshots: bool
    eviction_policy: str | None


def read_redis_status(redis_url: str, *, timeout_s: float = 5.0) -> RedisStatus:
    """Blocking. Raises RedisStatusError."""
    client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] -- redis does not type its options
        redis_url, socket_connect_timeout=timeout_s, socket_timeout=timeout_s, decode_responses=True
    )
    try:
        info = client.info("everything")  # pyright: ignore[reportUnknownMemberType] -- redis does not type its options
        try:
            config = client.config_get("save", "maxmemory-policy")  # pyright: ignore[reportUnknownMemberType] -- likewise
        except ResponseError:
            config = {}
    except (RedisError, OSError, ValueError) as error:
        raise RedisStatusError(str(error)) from error
    finally:
        client.close()
    return RedisStatus(
        program="Valkey" if "valkey_version" in info else "Redis",
        version=str(info.get("valkey_version") or info.get("redis_version", "?")),
        appends_to_file=info.get("aof_enabled") == 1,
        saves_snapshots=bool(config.get("save")),
        eviction_policy=str(info.get("maxmemory_policy") or config.get("maxmemory-policy") or "") or None,
    )
