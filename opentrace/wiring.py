"""The composition root: settings in, one frozen Services value out. Only entrypoints and test fixtures call it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache

from pydantic import SecretStr

from opentrace.adapters.model_providers import check_providers
from opentrace.adapters.query_memory import QueryMemory
from opentrace.db.engine import Database
from opentrace.ports.authenticator import Authenticator
from opentrace.ports.blob_store import BlobStore
from opentrace.ports.chat_model import ChatModels, ModelCalls
from opentrace.ports.document_parser import DocumentParser
from opentrace.ports.embedder import Embedder, Embedders
from opentrace.ports.job_queue import JobQueue
from opentrace.ports.page_fetcher import PageFetcher
from opentrace.ports.rate_limiter import RateLimiter
from opentrace.ports.reranker import Reranker
from opentrace.ports.web_search import WebSearch
from opentrace.services import Services
from opentrace.settings import LOCAL_EMBEDDING_MODEL, Settings, SettingsError


@asynccontextmanager
async def open_services(settings: Settings, *, model_calls: ModelCalls | None = None) -> AsyncGenerator[Services]:
    """Everything a process needs; leaving the context closes it. Raises SettingsError for what is missing.

    `model_calls` is told of the calls of outside models.
    """
    if settings.database_url is None:
        raise SettingsError("OPENTRACE_DATABASE_URL is not set. Set it, or let `opentrace up` run a database.")
    if settings.redis_url is None:
        raise SettingsError("OPENTRACE_REDIS_URL is not set. Set it, or let `opentrace up` run a queue.")
    check_providers(settings)
    blob_store = _blob_store(settings)
    database = Database.connect(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        direct_url=_secret(settings.database_direct_url),
    )
    parser = _parser(settings)
    page_fetcher = _page_fetcher(settings)
    jobs = _jobs(settings.redis_url.get_secret_value())
    rate_limiter = _rate_limiter(settings.redis_url.get_secret_value())
    embedders = _embedders(settings, model_calls)
    web_search = _web_search(settings)
    authenticator = _authenticator(settings, database)
    reranker = _reranker(settings, embedders.default)
    chat_models = cache(lambda: _chat_models(settings, embedders.default, model_calls))
    try:
        yield Services(
            settings=settings,
            database=database,
            blob_store=blob_store,
            embedders=embedders,
            parser=parser,
            page_fetcher=page_fetcher,
            jobs=jobs,
            rate_limiter=rate_limiter,
            authenticator=authenticator,
            web_search=web_search,
            reranker=reranker,
            chat_models=chat_models,
        )
    finally:
        if chat_models.cache_info().currsize:
            await chat_models().close()
        await authenticator.close()
        await page_fetcher.close()
        await reranker.close()
        await embedders.close()
        await parser.close()
        await rate_limiter.close()
        await jobs.close()
        await database.close()


def _blob_store(settings: Settings) -> BlobStore:
    match settings.storage:
        case "local":
            from opentrace.adapters.local.blob_store import LocalBlobStore

            return LocalBlobStore(settings.data_dir / "objects", secret_file=settings.data_dir / "signing.key")
        case "s3":
            from opentrace.adapters.s3 import S3BlobStore, S3Bucket

            if settings.s3_bucket is None:
                raise SettingsError("OPENTRACE_S3_BUCKET is not set. Name the bucket, or set OPENTRACE_STORAGE=local.")
            if settings.s3_access_key_id is not None and settings.s3_secret_access_key is None:
                raise SettingsError("OPENTRACE_S3_SECRET_ACCESS_KEY is not set. Set it beside the key's id.")
            return S3BlobStore(
                S3Bucket(
                    name=settings.s3_bucket,
                    prefix=settings.s3_prefix,
                    region=settings.s3_region,
                    endpoint_url=settings.s3_endpoint_url,
                    public_endpoint_url=settings.s3_public_endpoint_url,
                    access_key_id=settings.s3_access_key_id,
                    secret_access_key=_secret(settings.s3_secret_access_key),
                    session_token=_secret(settings.s3_session_token),
                    addressing=settings.s3_addressing,
                    encryption=settings.s3_encryption,
                    kms_key_id=settings.s3_kms_key_id,
                )
            )


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


def _embedders(settings: Settings, calls: ModelCalls | None) -> Embedders:
    """The chosen model, those beside it at its endpoint, and the one that comes with Opentrace."""
    by_name = {settings.embedding_model: _embedder(settings, calls)}
    if not settings.embeds_locally:
        beside = [name.strip() for name in settings.more_embedding_models.split(",")]
        by_name |= {
            name: _endpoint_embedder(settings, name, calls=calls) for name in beside if name and name not in by_name
        }
    if LOCAL_EMBEDDING_MODEL not in by_name:
        by_name[LOCAL_EMBEDDING_MODEL] = _local_embedder(settings)
    return Embedders(settings.embedding_model, {name: QueryMemory(embedder) for name, embedder in by_name.items()})


def _embedder(settings: Settings, calls: ModelCalls | None) -> Embedder:
    if settings.embeds_locally:
        return _local_embedder(settings)
    if settings.embedding_base_url is None and not settings.common_endpoint_set:
        raise SettingsError(
            f"OPENTRACE_EMBEDDING_MODEL names {settings.embedding_model!r}, and no endpoint is set. Set "
            f"OPENTRACE_OPENAI_API_KEY or OPENTRACE_EMBEDDING_BASE_URL, or leave the model at {LOCAL_EMBEDDING_MODEL}."
        )
    return _endpoint_embedder(settings, settings.embedding_model, dimensions=settings.embedding_dimensions, calls=calls)


def _local_embedder(settings: Settings) -> Embedder:
    from opentrace.adapters.local.minilm import MiniLmEmbedder

    return MiniLmEmbedder(settings.data_dir / "models", threads=settings.embedding_threads)


def _endpoint_embedder(
    settings: Settings, model: str, *, dimensions: int | None = None, calls: ModelCalls | None
) -> Embedder:
    from opentrace.adapters.model_endpoint import model_endpoint
    from opentrace.adapters.openai_embedder import OpenAiEmbedder

    return OpenAiEmbedder(
        model_endpoint(settings, "embedding"),
        model=model,
        dimensions=dimensions,
        max_tokens=settings.embedding_max_tokens,
        timeout_s=settings.model_timeout_s,
        calls=calls,
    )


def _reranker(settings: Settings, embedder: Embedder) -> Reranker:
    if settings.rerank_url is not None:
        from opentrace.adapters.rerank_api import RerankApi

        return RerankApi(settings.rerank_url, model=settings.rerank_model, api_key=settings.rerank_api_key)
    from opentrace.adapters.local.window_reranker import WindowReranker

    return WindowReranker(embedder)


def _parser(settings: Settings) -> DocumentParser:
    from opentrace.adapters.local.parser import LocalDocumentParser
    from opentrace.adapters.local.parser.ocr.tesseract import OcrLanguageError, Tesseract

    tesseract: Tesseract | None = None
    if settings.ocr_languages != "off":
        try:
            tesseract = Tesseract(
                languages=settings.ocr_languages,
                data_dir=settings.ocr_data_dir,
                processes=settings.ocr_processes,
            )
        except OcrLanguageError as error:
            raise SettingsError(f"OPENTRACE_OCR_LANGUAGES is not acceptable: {error}.") from error
    return LocalDocumentParser(processes=settings.parse_processes, tesseract=tesseract)


def _page_fetcher(settings: Settings) -> PageFetcher:
    from opentrace.adapters.web.address_rules import AddressRules, networks_of

    rules = AddressRules(networks_of(settings.page_networks))
    match settings.page_fetcher:
        case "direct":
            from opentrace.adapters.web.direct_page_fetcher import DirectPageFetcher

            return DirectPageFetcher(rules, timeout_s=settings.page_timeout_s, max_bytes=settings.max_page_bytes)
        case "scrapingbee":
            from opentrace.adapters.web.scrapingbee import ScrapingBeePageFetcher

            api_key = _secret(settings.scrapingbee_api_key)
            if api_key is None:
                raise SettingsError(
                    "OPENTRACE_SCRAPINGBEE_API_KEY is not set. Set it, or set OPENTRACE_PAGE_FETCHER=direct."
                )
            return ScrapingBeePageFetcher(
                rules,
                api_key=api_key,
                render=settings.scrapingbee_render,
                timeout_s=max(settings.page_timeout_s, 60.0),  # a browser takes its time
                max_bytes=settings.max_page_bytes,
            )


def _jobs(redis_url: str) -> JobQueue:
    from opentrace.adapters.celery import CeleryJobQueue

    return CeleryJobQueue(redis_url)


def _rate_limiter(redis_url: str) -> RateLimiter:
    from opentrace.adapters.redis_rate_limiter import RedisRateLimiter

    return RedisRateLimiter(redis_url)


def _authenticator(settings: Settings, database: Database) -> Authenticator:
    match settings.auth:
        case "local":
            from opentrace.adapters.local.authenticator import LocalAuthenticator

            return LocalAuthenticator(database)
        case "clerk":
            return _clerk(settings)


def _clerk(settings: Settings) -> Authenticator:
    from opentrace.adapters.clerk import ClerkAuthenticator, ClerkInstance, frontend_host
    from opentrace.adapters.svix_signature import secret_bytes

    key, webhook_secret = settings.clerk_publishable_key, _secret(settings.clerk_webhook_secret)
    if key is None:
        raise SettingsError(
            "OPENTRACE_CLERK_PUBLISHABLE_KEY is not set. Copy it from Clerk, or set OPENTRACE_AUTH=local."
        )
    try:
        frontend_host(key)
    except ValueError as error:
        raise SettingsError(f"OPENTRACE_CLERK_PUBLISHABLE_KEY is not acceptable: {error}.") from error
    try:
        secret_bytes(webhook_secret or "")
    except ValueError as error:
        raise SettingsError(f"OPENTRACE_CLERK_WEBHOOK_SECRET is not acceptable: {error}.") from error
    named = [party.strip().rstrip("/") for party in settings.clerk_authorized_parties.split(",") if party.strip()]
    return ClerkAuthenticator(
        ClerkInstance(
            publishable_key=key,
            authorized_parties=named or settings.page_origins,
            secret_key=_secret(settings.clerk_secret_key),
            webhook_secret=webhook_secret,
            issuer=settings.clerk_issuer,
            jwks_url=settings.clerk_jwks_url,
            api_url=settings.clerk_api_url,
        )
    )


def _web_search(settings: Settings) -> WebSearch | None:
    match settings.web_search:
        case "off":
            return None
        case "duckduckgo":
            from opentrace.adapters.duckduckgo import DuckDuckGoSearch

            return DuckDuckGoSearch()
        case "tavily":
            from opentrace.adapters.tavily import TavilySearch

            if settings.tavily_api_key is None:
                raise SettingsError("OPENTRACE_TAVILY_API_KEY is not set. Set it, or OPENTRACE_WEB_SEARCH=duckduckgo.")
            return TavilySearch(settings.tavily_api_key)


def _chat_models(settings: Settings, embedder: Embedder, calls: ModelCalls | None) -> ChatModels:
    if settings.chat_endpoint_set:
        from opentrace.adapters.provider_chat_model import configured_chat_models

        return configured_chat_models(settings, calls)
    from opentrace.adapters.local.extractive_chat_model import ExtractiveChatModel

    return ChatModels(main=ExtractiveChatModel(embedder=embedder), name="extractive", extractive=True)
