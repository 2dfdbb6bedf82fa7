"""Vectors by the text that was embedded, so that the same text is not embedded twice in a project.

A run writes them as it goes: what it had embedded when it was cut off is there for the next one.
"""

import hashlib
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from opentrace.db.engine import Database
from opentrace.knowledge.ingestion.float_arrays import Floats, take_floats
from opentrace.ports.authenticator import Principal

KEEP_DAYS = 30
MAX_VECTORS_A_PROJECT = 200_000

_FIND = text("""
    SELECT text_hash, embedding::text FROM embedding_cache
    WHERE project_id = :project_id AND model = :model AND text_hash = ANY(:hashes)
""")
_TOUCH = text("""
    UPDATE embedding_cache SET used_at = clock_timestamp()
    WHERE project_id = :project_id AND model = :model AND text_hash = ANY(:hashes)
        AND used_at < clock_timestamp() - interval '1 day'
""")
# In the order of their keys, so that two runs that keep the same texts do not wait for each other in a circle.
_KEEP = text("""
    INSERT INTO embedding_cache (project_id, model, text_hash, embedding)
    SELECT :project_id, :model, text_hash, CAST(floats[1 + (place - 1) * :dimensions : place * :dimensions] AS vector)
    FROM unnest(CAST(:hashes AS bytea[])) WITH ORDINALITY AS texts (text_hash, place),
        (SELECT CAST(:floats AS real[]) AS floats) AS vectors
    WHERE EXISTS (SELECT FROM projects WHERE id = :project_id)
    ORDER BY text_hash
    ON CONFLICT DO NOTHING
""")
_FORGET = text("""
    DELETE FROM embedding_cache WHERE used_at < clock_timestamp() - make_interval(days => :days)
        OR ctid IN (
            SELECT row FROM (
                SELECT ctid AS row, row_number() OVER (PARTITION BY project_id ORDER BY used_at DESC) AS place
                FROM embedding_cache
            ) ranked
            WHERE place > :most
        )
""")


class EmbeddingCache:
    """The vectors of one project by one model."""

    def __init__(self, database: Database, principal: Principal, *, project_id: UUID, model: str) -> None:
        self._database = database
        self._principal = principal
        self._scope = {"project_id": project_id, "model": model}

    async def find(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors that are known, by their text."""
        by_hash = {_hash(text): text for text in texts}
        values = {**self._scope, "hashes": list(by_hash)}
        async with self._database.transaction(self._principal) as work:
            found = (await work.session.execute(_FIND, values)).all()
            if found:
                await work.session.execute(_TOUCH, values)
        return {by_hash[bytes(key)]: np.fromstring(vector[1:-1], dtype=np.float32, sep=",") for key, vector in found}

    async def keep(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        values = {
            **self._scope,
            "hashes": [_hash(text) for text in texts],
            "dimensions": vectors.shape[1],
            "floats": Floats(vectors.ravel()),
        }
        async with self._database.transaction(self._principal) as work:
            await take_floats(work.session)
            await work.session.execute(_KEEP, values)


async def forget_old_vectors(database: Database) -> None:
    """Remove what has not been used for KEEP_DAYS, and of each project what exceeds MAX_VECTORS_A_PROJECT."""
    async with database.system_transaction() as work:
        await work.session.execute(_FORGET, {"days": KEEP_DAYS, "most": MAX_VECTORS_A_PROJECT})


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).digest()
