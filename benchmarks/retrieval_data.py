"""The rows that the retrieval benchmark searches: a BEIR-form corpus, and projects grown from its vectors."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector.psycopg import register_vector

from opentrace.db.engine import APP_ROLE
from opentrace.knowledge.ingestion.chunk import Chunk

DOCUMENT_CHUNKS = 50
"""Chunks of one document of a grown project."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    relevance: dict[str, int]
    """By the corpus's document ids."""


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    beir_id: str
    title: str
    text: str


def read_corpus(folder: Path) -> list[CorpusDocument]:
    with (folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        return [
            CorpusDocument(row["_id"], row.get("title", ""), row["text"])
            for row in (json.loads(line) for line in lines)
        ]


def read_questions(folder: Path) -> list[Question]:
    """Those with at least one relevant document."""
    relevance: dict[str, dict[str, int]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            relevance.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    with (folder / "queries.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Question(row["text"], relevance[row["_id"]]) for row in rows if row["_id"] in relevance]


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk with the vectors of its windows, in order, and their character ranges."""

    chunk: Chunk
    context: str
    ranges: Sequence[tuple[int, int]]
    vectors: Array


class ProjectWriter:
    """Writes users, projects and their rows over one connection, as the owner of the tables."""

    def __init__(self, database_url: str, *, model: str) -> None:
        self.connection = psycopg.connect(database_url, autocommit=True, prepare_threshold=None)
        register_vector(self.connection)
        self._model = model

    def add_project(self, settings: dict[str, object]) -> tuple[UUID, UUID]:
        """A new user's project: (user_id, project_id)."""
        user_id, project_id = uuid4(), uuid4()
        self.connection.execute("INSERT INTO users (id, external_id) VALUES (%s, %s)", (user_id, f"bench:{user_id}"))
        self.connection.execute(
            "INSERT INTO projects (id, user_id, name) VALUES (%s, %s, 'Benchmark')", (project_id, user_id)
        )
        columns = ", ".join(settings)
        places = ", ".join(["%s"] * len(settings))
        self.connection.execute(
            f"INSERT INTO project_settings (project_id, {columns}) VALUES (%s, {places})".encode(),
            (project_id, *settings.values()),
        )
        return user_id, project_id

    def add_document(
        self, project_id: UUID, chunks: Sequence[StoredChunk], *, file_name: str
    ) -> tuple[UUID, list[UUID]]:
        """The ids of the document and of its chunks."""
        document_id = uuid4()
        chunk_ids = [uuid4() for _ in chunks]
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO documents (id, project_id, source, file_name, content_type, size_bytes, storage_key, "
                "status) VALUES (%s, %s, 'file', %s, 'text/plain', 1, %s, 'completed')",
                (document_id, project_id, file_name, f"bench/{document_id}"),
            )
            with cursor.copy(
                "COPY document_chunks (id, document_id, project_id, chunk_index, content, context, original_content, "
                "types, heading_path, page_number, locations, char_count) FROM STDIN"
            ) as copy:
                for index, (chunk_id, stored) in enumerate(zip(chunk_ids, chunks, strict=True)):
                    copy.write_row(
                        (
                            chunk_id,
                            document_id,
                            project_id,
                            index,
                            stored.chunk.content,
                            stored.context,
                            '{"tables": []}',
                            list(stored.chunk.types),
                            list(stored.chunk.heading_path),
                            None,
                            "[]",
                            len(stored.chunk.content),
                        )
                    )
            with cursor.copy(
                "COPY chunk_embeddings (project_id, model, chunk_id, window_index, char_start, char_end, embedding) "
                "FROM STDIN WITH (FORMAT BINARY)"
            ) as copy:
                copy.set_types(["uuid", "text", "uuid", "int4", "int4", "int4", "vector"])
                for chunk_id, stored in zip(chunk_ids, chunks, strict=True):
                    for index, ((start, end), vector) in enumerate(zip(stored.ranges, stored.vectors, strict=True)):
                        copy.write_row((project_id, self._model, chunk_id, index, start, end, vector))
        return document_id, chunk_ids

    def settle(self) -> None:
        """What autovacuum would do by and by."""
        self.connection.execute("VACUUM ANALYZE chunk_embeddings")
        self.connection.execute("VACUUM ANALYZE document_chunks")
        self.connection.execute("VACUUM ANALYZE chunk_lexemes")
        self.connection.execute("SELECT refresh_keyword_statistics(project_id) FROM keyword_statistics")

    def become(self, user_id: UUID) -> None:
        """Search as the application does, for this user; `close` or `become_owner` ends it."""
        self.connection.execute(f"SET ROLE {APP_ROLE}".encode())
        self.connection.execute("SELECT set_config('opentrace.user_id', %s, false)", (str(user_id),))

    def become_owner(self) -> None:
        self.connection.execute("RESET ROLE")

    def close(self) -> None:
        self.connection.close()


@dataclass(slots=True)
class GrownProject:
    """A project whose vectors are kept, so that the exact answer is known without the database."""

    user_id: UUID
    project_id: UUID
    chunk_ids: list[UUID]
    window_chunks: list[int]
    """Of each window, the place of its chunk in `chunk_ids`."""
    vectors: list[Array]


class Growth:
    """Makes as many chunks as asked for out of the windows of real text.

    The first ones are the corpus's own. Each further one is a copy of one of them, all windows moved by the difference
    of two windows of some other document, at length 1 again: as far from its origin as two windows of one document
    are from each other, in a direction that real text takes. The number of windows of a chunk stays real, too.
    """

    def __init__(self, chunks: Sequence[Array], *, seed: int) -> None:
        self._chunks = chunks
        self._long = [vectors for vectors in chunks if len(vectors) > 1]
        self._random = np.random.default_rng(seed)

    def chunks(self, count: int) -> Iterator[Array]:
        order: list[int] = self._random.permutation(len(self._chunks)).tolist()
        for index in range(count):
            vectors = self._chunks[order[index % len(order)]]
            yield vectors if index < len(order) else self._moved(vectors)

    def _moved(self, vectors: Array) -> Array:
        other = self._long[self._random.integers(len(self._long))]
        one, two = self._random.choice(len(other), 2, replace=False)
        moved = vectors + (other[one] - other[two])
        return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


def grow_projects(
    writer: ProjectWriter, growth: Growth, sizes: Sequence[int], *, settings: dict[str, object]
) -> list[GrownProject]:
    """Projects of so many chunks each, written in turns a document at a time, as their users would."""
    projects = [GrownProject(*writer.add_project(settings), [], [], []) for _ in sizes]
    sources = [growth.chunks(size) for size in sizes]
    left = dict(enumerate(sizes))
    while left:
        for index in list(left):
            count = min(DOCUMENT_CHUNKS, left[index])
            _add_grown_document(writer, projects[index], [next(sources[index]) for _ in range(count)])
            left[index] -= count
            if left[index] == 0:
                del left[index]
    return projects


def _add_grown_document(writer: ProjectWriter, project: GrownProject, vectors: Sequence[Array]) -> None:
    stored = [
        StoredChunk(Chunk("A passage.", "A passage."), "", [(0, 10)] * len(windows), windows) for windows in vectors
    ]
    first = len(project.chunk_ids)
    _, chunk_ids = writer.add_document(project.project_id, stored, file_name="grown.txt")
    project.chunk_ids.extend(chunk_ids)
    project.vectors.extend(vectors)
    for offset, windows in enumerate(vectors):
        project.window_chunks.extend([first + offset] * len(windows))
