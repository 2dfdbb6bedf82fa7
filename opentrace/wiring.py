"""The composition root: settings in, one frozen Services value out. Only entrypoints and test fixtures call it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache

from opentrace.db.engine import Database
from opentrace.ports.authenticator import Authenticator
from opentrace.ports.blob_store import BlobStore
from opentrace.ports.chat_model import ChatModels
from opentrace.ports.document_parser import DocumentParser
from opentrace.ports.embedder import Embedder
from opentrace.ports.job_queue import JobQueue
from opentrace.services import Services
from opentrace.settings import Settings, SettingsError


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncGenerator[Services]:
    """Everything a process needs; leaving the context closes it. Raises SettingsError for what is missing."""
    if settings.database_url is None:
        raise SettingsError("OPENTRACE_DATABASE_URL is not set. Set it, or let `opentrace up` run a database.")
    if settings.redis_url is None:
        raise SettingsError("OPENTRACE_REDIS_URL is not set. Set it, or let `opentrace up` run a queue.")
    database = Database.connect(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
    parser = _parser(settings)
    jobs = _jobs(settings.redis_url.get_secret_value())
    embedder = _embedder(settings)
    chat_models = cache(lambda: _chat_models(settings, embedder))
    try:
        yield Services(
            settings=settings,
            database=database,
            blob_store=_blob_store(settings),
            embedder=embedder,
            parser=parser,
            jobs=jobs,
            authenticator=_authenticator(database),
            chat_models=chat_models,
        )
    finally:
        if chat_models.cache_info().currsize:
            await chat_models().close()
        await parser.close()
        await jobs.close()
        await database.close()


def _blob_store(settings: Settings) -> BlobStore:
    from opentrace.adapters.local.blob_store import LocalBlobStore

    return LocalBlobStore(settings.data_dir / "objects", secret_file=settings.data_dir / "signing.key")


def _embedder(settings: Settings) -> Embedder:
    match settings.embedding_model:
        case "all-MiniLM-L6-v2":
            from opentrace.adapters.local.minilm import MiniLmEmbedder

            return MiniLmEmbedder(settings.data_dir / "models", threads=settings.embedding_threads)


def _parser(settings: Settings) -> DocumentParser:
    from opentrace.adapters.local.parser import LocalDocumentParser

    return LocalDocumentParser(processes=settings.parse_processes)


def _jobs(redis_url: str) -> JobQueue:
    from opentrace.adapters.celery import CeleryJobQueue

    return CeleryJobQueue(redis_url)


def _authenticator(database: Database) -> Authenticator:
    from opentrace.adapters.local.authenticator import LocalAuthenticator

    return LocalAuthenticator(database)


def _chat_models(settings: Settings, embedder: Embedder) -> ChatModels:
    if settings.chat_endpoint_set:
        from opentrace.adapters.openai import openai_chat_models

        return openai_chat_models(settings)
    from opentrace.adapters.local.extractive_chat_model import ExtractiveChatModel

    return ChatModels(main=ExtractiveChatModel(embedder=embedder), name="extractive", extractive=True)
