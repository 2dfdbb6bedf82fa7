"""What the command line remembers between calls: the server and an API key, readable by their owner only."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from platformdirs import user_config_path


@dataclass(frozen=True, slots=True)
class Credentials:
    server_url: str
    api_key: str
    email: str


def credentials_file() -> Path:
    return user_config_path("opentrace") / "credentials.json"


def load_credentials() -> Credentials | None:
    """None where nothing is remembered, or what is there is not ours."""
    try:
        return Credentials(**json.loads(credentials_file().read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def save_credentials(credentials: Credentials) -> Path:
    """Replaces the file as a whole; it is never readable by others, not even for a moment."""
    target = credentials_file()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = target.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(credentials), file)
    fresh.replace(target)
    return target


def forget_credentials() -> bool:
    """Whether there was something to forget."""
    try:
        credentials_file().unlink()
    except FileNotFoundError:
        return False
    return True
