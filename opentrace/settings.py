"""Every setting of Opentrace: an `OPENTRACE_…` variable of the environment or of a `.env` file.

The field descriptions are the reference: `.env.example` is made from them (`make env-example`).
"""

import os
from difflib import get_close_matches
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from opentrace.ports.chat_model import model_provider
from opentrace.ports.rate_limiter import RATE_PATTERN

PREFIX = "OPENTRACE_"

MIB = 1024 * 1024

LOCAL_EMBEDDING_MODEL = "all-MiniLM-L6-v2"


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
    database_direct_url: SecretStr | None = Field(
        None,
        description="The same database past a pooler (pgbouncer, Supabase's port 6543), for migrations and for "
        "building indexes and copies (backup, export), which need a session; the URL above where there is no pooler.",
    )
    database_pool_size: int = Field(10, ge=1, le=200, description="Connections that one process keeps at most.")
    redis_url: SecretStr | None = Field(
        None, description="Redis 7 or Valkey (redis://host:6379/0). Without one, `opentrace up` runs its own."
    )

    # Files
    storage: Literal["local", "s3"] = Field(
        "local", description="Where uploaded files are kept: in the data folder, or in an S3 bucket."
    )
    s3_bucket: str | None = Field(None, description="Bucket of the files, where the storage is s3.")
    s3_prefix: str = Field("", description="What the names of all objects start with, such as opentrace/.")
    s3_region: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"),
        description="Region of the bucket; us-east-1 where nothing names another.",
    )
    s3_endpoint_url: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
        description="Address of an S3-compatible server (MinIO, SeaweedFS, R2, Supabase Storage); AWS by default.",
    )
    s3_public_endpoint_url: str | None = Field(
        None, description="Address of the same server for browsers, where they reach it under another one."
    )
    s3_access_key_id: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_S3_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
        description="Key of the storage. Without one, AWS's usual places are asked: profile, container, machine role.",
    )
    s3_secret_access_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_S3_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"),
        description="Secret of that key.",
    )
    s3_session_token: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_S3_SESSION_TOKEN", "AWS_SESSION_TOKEN"),
        description="Token that belongs to a temporary key.",
    )
    s3_addressing: Literal["auto", "path", "virtual"] = Field(
        "auto",
        description="Bucket in the path or in the host name of an address; auto: in the path of endpoints that are "
        "named, in the host name at AWS.",
    )
    s3_encryption: Literal["bucket", "AES256", "aws:kms"] = Field(
        "bucket", description="Encryption that is asked for with each object; bucket: what the bucket does by itself."
    )
    s3_kms_key_id: str | None = Field(None, description="Key of AWS KMS, where the encryption is aws:kms.")

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
    openai_organization: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_OPENAI_ORGANIZATION", "OPENAI_ORG_ID", "OPENAI_ORGANIZATION"),
        description="Organisation at OpenAI that requests are counted for.",
    )
    openai_proxy: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_OPENAI_PROXY", "OPENAI_PROXY"),
        description="Proxy for requests to models; without one, HTTPS_PROXY and its like hold.",
    )
    chat_model: str = Field(
        "gpt-4o",
        description="Model that answers, where an endpoint is set. anthropic:…, google_genai:…, mistralai:… and "
        "ollama:… name a model of that provider, with opentrace[anthropic], [google], [mistral] or [ollama] installed. "
        "Its key comes from ANTHROPIC_API_KEY, GOOGLE_API_KEY or MISTRAL_API_KEY in the environment, not from .env. "
        "The two models below may be named so too.",
    )
    chat_base_url: str | None = Field(
        None, description="Base URL of the endpoint for answers, where it is another than the common one above."
    )
    chat_api_key: SecretStr | None = Field(
        None, description="Key of that endpoint. Without one, the common key is used where the host is the same."
    )
    small_model: str | None = Field(
        None,
        description="Model of small tasks (checks, search queries, titles). Without one: gpt-4o-mini at OpenAI, "
        "and at another endpoint the model that answers.",
    )
    small_base_url: str | None = Field(
        None, description="Base URL of the endpoint for small tasks, where it is another than that for answers."
    )
    small_api_key: SecretStr | None = Field(
        None, description="Key of that endpoint. Without one, that for answers is used where the host is the same."
    )
    vision_model: str | None = Field(
        None, description="Model that describes tables and pictures of documents; the model that answers by default."
    )
    vision_base_url: str | None = Field(
        None, description="Base URL of the endpoint for descriptions, where it is another than that for answers."
    )
    vision_api_key: SecretStr | None = Field(
        None, description="Key of that endpoint. Without one, that for answers is used where the host is the same."
    )
    model_prices: dict[str, tuple[float, float]] = Field(
        default_factory=dict[str, tuple[float, float]],
        description="US dollars for a million input and output tokens, as JSON by model, such as "
        '{"llama3.1": [0, 0]}; the prices of some models of OpenAI are known.',
    )
    model_timeout_s: float = Field(60.0, gt=0, description="Longest wait for the next piece of a model's answer.")
    rerank_url: str | None = Field(
        None,
        description="Base URL of a rerank API in the form of Cohere and Jina, such as https://api.jina.ai/v1 or that "
        "of a local server. Without one, projects that rerank compare passages sentence by sentence on this machine.",
    )
    rerank_model: str = Field("rerank-v3.5", description="Model of the rerank API.")
    rerank_api_key: SecretStr | None = Field(None, description="Key of the rerank API, if it wants one.")
    embedding_model: str = Field(
        LOCAL_EMBEDDING_MODEL,
        min_length=1,
        max_length=200,
        description=f"Model that embeds documents and questions. {LOCAL_EMBEDDING_MODEL} runs on this machine; any "
        "other name, such as text-embedding-3-large, is asked for at the endpoint.",
    )
    more_embedding_models: str = Field(
        "",
        description="Further models of the same endpoint that a project may be embedded with, by commas: the model of "
        "before, say, so that its vectors serve until those of the new one are there.",
    )
    embedding_base_url: str | None = Field(
        None, description="Base URL of the endpoint for embeddings, where it is another than the common one."
    )
    embedding_api_key: SecretStr | None = Field(
        None, description="Key of that endpoint. Without one, the shared key is used where the host is the same."
    )
    embedding_dimensions: int | None = Field(
        None,
        ge=1,
        le=16_000,
        description="Dimensions that the endpoint is asked for; 1536 by default for the models text-embedding-3-…, "
        "and for others what they give.",
    )
    embedding_max_tokens: int | None = Field(
        None,
        ge=32,
        description="Tokens of a text that the endpoint's model reads; 7000 by default for the models of OpenAI, and "
        "512 for others.",
    )
    embedding_threads: int = Field(
        0, ge=0, le=256, description="Threads of the local embedding model; 0: one per core."
    )

    # Accounts
    auth: Literal["local", "clerk"] = Field("local", description="Who keeps accounts: Opentrace itself, or Clerk.")
    clerk_publishable_key: str | None = Field(
        None,
        validation_alias=AliasChoices(
            "OPENTRACE_CLERK_PUBLISHABLE_KEY", "CLERK_PUBLISHABLE_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"
        ),
        description="Publishable key of the instance at Clerk (pk_…).",
    )
    clerk_secret_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_CLERK_SECRET_KEY", "CLERK_SECRET_KEY"),
        description="Secret key (sk_…), by which Clerk is asked for an address before its webhook has come.",
    )
    clerk_webhook_secret: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices(
            "OPENTRACE_CLERK_WEBHOOK_SECRET", "CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_WEBHOOK_SECRET"
        ),
        description="Signing secret (whsec_…) of the endpoint /api/webhooks/clerk, with the events user.created, "
        "user.updated and user.deleted.",
    )
    clerk_authorized_parties: str = Field(
        "",
        description="Origins of pages whose tokens are taken, with commas between; this installation's own if empty.",
    )
    clerk_issuer: str | None = Field(
        None, description="Issuer of tokens; by default it follows from the publishable key."
    )
    clerk_jwks_url: str | None = Field(None, description="Address of Clerk's public keys; by default below the issuer.")
    clerk_api_url: str = Field(
        "https://api.clerk.com",
        validation_alias=AliasChoices("OPENTRACE_CLERK_API_URL", "CLERK_API_URL"),
        description="Address of Clerk's API.",
    )
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
    ocr_languages: str = Field(
        "eng",
        description="Languages of scans and images, by Tesseract's codes with a plus between them (eng+deu), the most "
        "frequent first; off recognises no text. English and German are there.",
    )
    ocr_data_dir: Path | None = Field(
        None,
        description="Folder with Tesseract's data (eng.traineddata and so on) of all languages, where others are "
        "wanted than those that are there.",
    )
    ocr_processes: int = Field(
        0, ge=0, le=256, description="Pages whose text one worker recognises at the same time; 0: one per core."
    )

    summary_max_chunks: int = Field(
        100,
        ge=0,
        description="Most passages with tables or pictures of one document that the chat model describes, where one is "
        "configured; 0: none.",
    )
    summary_concurrency: int = Field(4, ge=1, le=64, description="Descriptions that one document asks for at a time.")

    # Web pages
    web_search: Literal["duckduckgo", "tavily", "off"] = Field(
        "duckduckgo",
        description="What searches the web for projects whose agent is the agentic one; the others never do.",
    )
    tavily_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_TAVILY_API_KEY", "TAVILY_API_KEY"),
        description="Key of Tavily, where it searches the web.",
    )
    page_fetcher: Literal["direct", "scrapingbee"] = Field(
        "direct", description="What fetches web pages: this machine itself, or ScrapingBee."
    )
    scrapingbee_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENTRACE_SCRAPINGBEE_API_KEY", "SCRAPINGBEE_API_KEY"),
        description="Key of ScrapingBee.",
    )
    scrapingbee_render: bool = Field(
        True, description="Whether ScrapingBee runs the scripts of pages (five credits a page instead of one)."
    )
    page_networks: str = Field(
        "",
        description="Networks of your own (10.0.0.0/8, fd00::/8), with commas between, whose pages may be fetched too; "
        "else only the public internet is reached.",
    )
    page_timeout_s: float = Field(15.0, gt=0, le=120, description="Longest time that fetching one page may take.")
    max_page_bytes: int = Field(20 * MIB, ge=1, description="Largest page that is fetched, after unpacking.")

    # Worker
    worker_concurrency: int = Field(4, ge=1, le=64, description="Documents that one worker has in hand at a time.")
    job_lease_s: float = Field(30.0, ge=1, description="A document whose worker is silent for this long is taken over.")
    job_timeout_s: float = Field(
        7200.0,
        ge=1,
        description="Longest time that one document may take from its bytes to its vectors; then it fails. No broker "
        "hands a document to another worker before.",
    )
    worker_metrics_port: int = Field(
        0, ge=0, le=65535, description="Port on which a worker tells Prometheus its counts (at /metrics); 0: none."
    )
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
    rate_limit_sign_in: str = Field(
        "60/minute", pattern=RATE_PATTERN, description="Sign-ins and sign-ups from one network; empty: no limit."
    )
    rate_limit_upload: str = Field(
        "600/minute", pattern=RATE_PATTERN, description="Documents that one user may add; empty: no limit."
    )
    rate_limit_search: str = Field(
        "600/minute", pattern=RATE_PATTERN, description="Searches of one user; empty: no limit."
    )
    rate_limit_chat: str = Field(
        "120/minute", pattern=RATE_PATTERN, description="Questions of one user; empty: no limit."
    )
    quota_projects: int | None = Field(None, ge=0, description="Projects that one user may have; unset: no limit.")
    quota_documents: int | None = Field(None, ge=0, description="Documents that one user may have; unset: no limit.")
    quota_bytes: int | None = Field(
        None, ge=0, description="Bytes that the documents of one user may have together; unset: no limit."
    )
    quota_messages_per_day: int | None = Field(
        None, ge=1, description="Questions that one user may ask within 24 hours; unset: no limit."
    )

    @field_validator(
        "public_url",
        "openai_base_url",
        "chat_base_url",
        "small_base_url",
        "vision_base_url",
        "server_url",
        "s3_endpoint_url",
        "s3_public_endpoint_url",
        "embedding_base_url",
        "clerk_issuer",
        "clerk_jwks_url",
        "clerk_api_url",
        "rerank_url",
    )
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is None or value == "":
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object, info: ValidationInfo) -> object:
        """An empty variable leaves what may be left out as it is."""
        optional = info.field_name is not None and cls.model_fields[info.field_name].default is None
        return None if value == "" and optional else value

    @field_validator("database_url", "database_direct_url")
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

    @field_validator("job_timeout_s")
    @classmethod
    def _longer_than_reading(cls, value: float, info: ValidationInfo) -> float:
        if value < info.data.get("parse_timeout_s", 0.0):
            raise ValueError("must not be less than OPENTRACE_PARSE_TIMEOUT_S, as reading is a part of it")
        return value

    @field_validator("page_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in value.split(","):
            if part.strip():
                ip_network(part.strip())
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @cached_property
    def small_model_name(self) -> str:
        """The model of small tasks, where an endpoint is set."""
        at_openai = self.openai_base_url is self.chat_base_url is self.small_base_url is None
        at_openai = at_openai and model_provider(self.chat_model) is None
        return self.small_model or ("gpt-4o-mini" if at_openai else self.chat_model)

    @cached_property
    def vision_model_name(self) -> str:
        """The model of descriptions, where an endpoint is set."""
        return self.vision_model or self.chat_model

    @cached_property
    def common_endpoint_set(self) -> bool:
        """Whether there is an endpoint for the roles that have none of their own."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @cached_property
    def chat_endpoint_set(self) -> bool:
        """Whether a chat model is configured; else the extractive one answers."""
        own = self.chat_base_url is not None or self.chat_api_key is not None
        return own or self.common_endpoint_set or model_provider(self.chat_model) is not None

    @cached_property
    def page_origins(self) -> tuple[str, ...]:
        """Where the pages of this installation come from, as browsers name it."""
        if self.public_url is None:
            return f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}"
        parts = urlsplit(self.public_url)
        return (f"{parts.scheme}://{parts.netloc}".lower(),)

    @cached_property
    def embeds_locally(self) -> bool:
        """Whether the embedding model runs on this machine; else an endpoint is asked."""
        return self.embedding_model == LOCAL_EMBEDDING_MODEL and self.embedding_base_url is None


Overrides = Annotated[dict[str, object], "Values by field name that win over the environment (flags of a command)."]


def variable_of(field_name: str) -> str:
    """The environment variable of a field: `data_dir` -> `OPENTRACE_DATA_DIR`."""
    return PREFIX + field_name.upper()


def load_settings(overrides: Overrides | None = None, *, env_file: Path | None = Path(".env")) -> Settings:
    """Read the environment and `.env`. Raises SettingsError for an unknown or bad variable."""
    known = {variable_of(name) for name in Settings.model_fields}
    for name in sorted(_names_in_use(env_file)):
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name!r} is no setting of Opentrace. {_meant(name, known)}")
    try:
        return Settings(_env_file=env_file, **(overrides or {}))  # pyright: ignore[reportCallIssue, reportArgumentType] -- pydantic-settings takes field values and _env_file here
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        name = field if field.isupper() else variable_of(field)
        raise SettingsError(f"{name} is not acceptable: {first['msg']}.") from error


def _meant(name: str, known: set[str]) -> str:
    """What to do about a name that nobody knows."""
    alike = get_close_matches(name.removeprefix(PREFIX), [other.removeprefix(PREFIX) for other in known], n=1)
    if not alike:
        return "See .env.example for those there are."
    return f"Did you mean {PREFIX}{alike[0]}? See .env.example for those there are."


def _names_in_use(env_file: Path | None) -> set[str]:
    names = {name.upper() for name in os.environ}
    if env_file is not None and env_file.is_file():
        for line in env_file.read_text(encoding="utf-8").splitlines():
            name, separator, _ = line.partition("=")
            if separator and not line.lstrip().startswith("#"):
                names.add(name.removeprefix("export ").strip().upper())
    return names
