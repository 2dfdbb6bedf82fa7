"""Every setting of Opentrace: an `OPENTRACE_…` variable of the environment or of a `.env` file.

The field descriptions are the reference: `.env.example` is made from them (`make env-example`).
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "OPENTRACE_"

MIB = 1024 * 1024


class SettingsError(Exception):
    """A setting is unknown or not acceptable; the message names it and says what is."""


class Settings(BaseSettings):
    """Frozen; made once by an entrypoint and handed down. Times end in `_s` (seconds), sizes in `_bytes`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        frozen=True,
        extra="ignore",
        populate_by_name=True,
    )

    # Server
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the server listens on; 0 picks a free one.")
    public_url: str | None = Field(
        None, description="Address under which browsers reach the server, where a proxy stands in front of it."
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Addresses and networks of proxies, with commas between, whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed.",
    )
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("opentrace"),
        description="Folder of everything that the embedded services keep: database, queue, uploads, models.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_format: Literal["text", "json"] = Field("text", description="Lines for people, or JSON for machines.")

    # Services
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL 15+ with pgvector 0.8+ (postgresql://user:password@host:5432/name). "
        "Without one, `opentrace up` runs its own.",
    )
    database_pool_size: int = Field(10, ge=1, le=200, description="Connections that one process keeps at most.")
    redis_url: SecretStr | None = Field(
        None, description="Redis 7 or Valkey (redis://host:6379/0). Without one, `opentrace up` runs its own."
    )

    # Models
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_OPENAI_API_KEY", "OPENAI_API_KEY"),
        description="Key of OpenAI or of a compatible endpoint. Without a key and a base URL, answers are extracted "
        "from the documents word by word, by no model at all.",
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_OPENAI_BASE_URL", "OPENAI_BASE_URL"),
        description="Base URL of an OpenAI-compatible endpoint, such as http://localhost:11434/v1 for Ollama.",
    )
    chat_model: str = Field("gpt-4o", description="Model that answers, where an endpoint is set.")
    small_model: str = Field("gpt-4o-mini", description="Model of small tasks (checks, search queries).")
    model_timeout_s: float = Field(60.0, gt=0, description="Longest wait for the next piece of a model's answer.")
    embedding_model: Literal["all-MiniLM-L6-v2"] = Field(
        "all-MiniLM-L6-v2", description="Model that embeds documents and questions; it runs on this machine."
    )
    embedding_threads: int = Field(0, ge=0, le=256, description="Threads of the embedding model; 0: one per core.")

    # Accounts
    sign_up: Literal["first", "open", "closed"] = Field(
        "first", description="Who may create an account: the first person only, everybody, or nobody."
    )
    session_days: int = Field(30, ge=1, le=365, description="Days until a session that is not used ends.")

    # Documents
    max_upload_bytes: int = Field(200 * MIB, ge=1, description="Largest file that is taken.")
    upload_expires_s: int = Field(3600, ge=1, description="Time to finish an upload; then its document is removed.")
    download_expires_s: int = Field(300, ge=1, description="Time for which the address of a file works.")
    parse_timeout_s: float = Field(300.0, gt=0, description="Longest time that reading one file may take.")
    parse_memory_bytes: int = Field(3 * 1024 * MIB, ge=256 * MIB, description="Most memory that reading one file gets.")
    parse_processes: int = Field(2, ge=1, le=64, description="Files that one worker reads at the same time.")
    max_pages: int = Field(5000, ge=1, description="Most pages of one document.")

    # Worker
    worker_concurrency: int = Field(4, ge=1, le=64, description="Documents that one worker has in hand at a time.")
    job_lease_s: float = Field(30.0, ge=1, description="A document whose worker is silent for this long is taken over.")
    sweep_interval_s: float = Field(10.0, gt=0, description="Time between two looks for documents that stopped moving.")
    job_attempts: int = Field(4, ge=1, description="Workers that may die over a document before it is failed.")

    # Command line
    server_url: str | None = Field(
        None, description="Server that `opentrace add`, `ask` and the like speak to; http://localhost:8000 by default."
    )
    api_key: SecretStr | None = Field(
        None, description="API key of the command line; without one it signs in once and remembers."
    )

    # Limits
    max_request_bytes: int = Field(MIB, ge=1024, description="Largest body of an API request; uploads have their own.")

    @field_validator("public_url", "openai_base_url", "server_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is None or value == "":
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("database_url", "redis_url", "openai_api_key", "api_key", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("database_url")
    @classmethod
    def _postgresql_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("must start with postgresql://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @cached_property
    def chat_endpoint_set(self) -> bool:
        """Whether a chat model is configured; else the extractive one answers."""
        return self.openai_api_key is not None or self.openai_base_url is not None


Overrides = Annotated[dict[str, object], "Values by field name that win over the environment (flags of a command)."]


def variable_of(field_name: str) -> str:
    """The environment variable of a field: `data_dir` -> `OPENTRACE_DATA_DIR`."""
    return PREFIX + field_name.upper()


def load_settings(overrides: Overrides | None = None, *, env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment and `.env`. Raises SettingsError for an unknown or bad variable."""
    known = {variable_of(name) for name in Settings.model_fields}
    for name in sorted(_names_in_use(env_file)):
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name!r} is no setting of Opentrace. See .env.example for those there are.")
    try:
        return Settings(_env_file=env_file, **(overrides or {}))  # pyright: ignore[reportCallIssue, reportArgumentType] -- pydantic-settings takes field values and _env_file here
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        name = field if field.isupper() else variable_of(field)
        raise SettingsError(f"{name} is not acceptable: {first['msg']}.") from error


def _names_in_use(env_file: Path | None) -> set[str]:
    names = {name.upper() for name in os.environ}
    if env_file is not None and env_file.is_file():
        for line in env_file.read_text(encoding="utf-8").splitlines():
            name, separator, _ = line.partition("=")
            if separator and not line.lstrip().startswith("#"):
                names.add(name.removeprefix("export ").strip().upper())
    return names
