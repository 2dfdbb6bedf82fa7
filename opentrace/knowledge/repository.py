"""Rows of the caller's documents and their chunks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from opentrace.db.engine import UnitOfWork
from opentrace.db.paging import Page, PageRequest, decode_cursor, encode_cursor, newest_first, to_page
from opentrace.errors import Invalid
from opentrace.knowledge.models import ChunkLexemes, Document, DocumentChunk, DocumentStatus
from opentrace.projects.models import Project
from opentrace.projects.repository import projects_of


class DocumentRepository:
    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._session = work.session

    async def has_project(self, project_id: UUID) -> bool:
        return await self._session.scalar(projects_of(self._work).where(Project.id == project_id)) is not None

    async def add(self, document: Document) -> Document:
        self._session.add(document)
        await self._session.flush()
        await self._session.refresh(document)
        return document

    async def find(self, document_id: UUID, *, for_update: bool = False) -> Document | None:
        statement = self._own().where(Document.id == document_id)
        return await self._session.scalar(statement.with_for_update() if for_update else statement)

    async def find_same(self, project_id: UUID, *, sha256: bytes) -> Sequence[Document]:
        """Searchable documents of these bytes, the newest first."""
        return await self._searchable(Document.project_id == project_id, Document.sha256 == sha256)

    async def find_named(self, project_id: UUID, file_name: str) -> Sequence[Document]:
        """Searchable files of this name, the newest first."""
        return await self._searchable(
            Document.project_id == project_id, Document.source == "file", Document.file_name == file_name
        )

    async def _searchable(self, *conditions: ColumnElement[bool]) -> Sequence[Document]:
        statement = self._own().where(Document.status == "completed", *conditions)
        return (await self._session.scalars(statement.order_by(Document.created_at.desc()).limit(3))).all()

    async def find_page(self, project_id: UUID, url: str) -> Document | None:
        """The document of a web page, locked. `url` is in its normal form."""
        statement = self._own().where(Document.project_id == project_id, Document.source == "url", Document.url == url)
        return await self._session.scalar(statement.with_for_update())

    async def add_page(self, document: Document) -> bool:
        """False where the page has just been added to the project by another request."""
        try:
            async with self._session.begin_nested():
                await self.add(document)
        except IntegrityError:
            return False
        return True

    async def change(self, document_id: UUID, **values: Any) -> Document:
        """`values` by column name. The caller has found the document before."""
        statement = (
            update(Document)
            .where(Document.id == document_id, Document.project_id.in_(self._own_projects()))
            .values(**values, updated_at=func.clock_timestamp())
            .returning(Document)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).one()

    async def remove(self, document_id: UUID) -> bool:
        """False where there is none. The database notes the stored object for removal."""
        statement = delete(Document).where(Document.id == document_id, Document.project_id.in_(self._own_projects()))
        return await self._session.scalar(statement.returning(Document.id)) is not None

    async def list(
        self, project_id: UUID, page: PageRequest, *, statuses: Sequence[DocumentStatus], name_contains: str | None
    ) -> Page[Document]:
        statement = self._own().where(Document.project_id == project_id)
        if statuses:
            statement = statement.where(Document.status.in_(statuses))
        if name_contains:
            statement = statement.where(Document.file_name.icontains(name_contains, autoescape=True))
        statement = newest_first(statement, created_at=Document.created_at, id_=Document.id, page=page)
        return to_page((await self._session.scalars(statement)).all(), page)

    async def chunks(self, document_id: UUID, page: PageRequest, *, containing: str | None) -> Page[DocumentChunk]:
        """In the order of the document. `containing` is looked for as it stands, and as words in any of their forms."""
        of_the_document = and_(
            DocumentChunk.project_id == Document.project_id, DocumentChunk.document_id == Document.id
        )
        statement = (
            select(DocumentChunk)
            .join(Document, of_the_document)
            .where(Document.id == document_id, Document.project_id.in_(self._own_projects()))
        )
        if containing:
            words = ChunkLexemes.lexemes.op("@@")(func.words_query(DocumentChunk.project_id, containing))
            its_words = and_(
                ChunkLexemes.project_id == DocumentChunk.project_id, ChunkLexemes.chunk_id == DocumentChunk.id
            )
            statement = statement.join(ChunkLexemes, its_words).where(
                or_(DocumentChunk.content.icontains(containing, autoescape=True), words)
            )
        if page.cursor is not None:
            statement = statement.where(DocumentChunk.chunk_index > _chunk_index(page.cursor))
        rows = (await self._session.scalars(statement.order_by(DocumentChunk.chunk_index).limit(page.limit + 1))).all()
        items = rows[: page.limit]
        return Page(items, encode_cursor(items[-1].chunk_index) if len(rows) > page.limit else None)

    def _own(self) -> Select[Document]:
        return select(Document).where(Document.project_id.in_(self._own_projects()))

    def _own_projects(self) -> Select[UUID]:
        return projects_of(self._work).with_only_columns(Project.id)


def _chunk_index(cursor: str) -> int:
    (index,) = decode_cursor(cursor, parts=1)
    if not index.isdecimal() or int(index) >= 1 << 31:
        raise Invalid(f"{cursor!r} is not a cursor of this list; leave it out to start from the beginning.")
    return int(index)
