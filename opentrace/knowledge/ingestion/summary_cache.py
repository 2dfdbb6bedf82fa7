"""Descriptions of tables and pictures by what was described, so that a model is paid once for each in a project."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from opentrace.db.engine import Database
from opentrace.ports.authenticator import Principal

KEEP_DAYS = 90

_FIND = text("""
    UPDATE summary_cache SET used_at = clock_timestamp()
    WHERE project_id = :project_id AND model = :model AND content_hash = ANY(:hashes)
    RETURNING content_hash, summary
""")
_KEEP = text("""
    INSERT INTO summary_cache (project_id, model, content_hash, summary)
    SELECT :project_id, :model, :hash, :summary WHERE EXISTS (SELECT FROM projects WHERE id = :project_id)
    ON CONFLICT DO NOTHING
""")
_FORGET = text("DELETE FROM summary_cache WHERE used_at < clock_timestamp() - make_interval(days => :days)")


class SummaryCache:
    """The descriptions of one project by one model."""

    def __init__(self, database: Database, principal: Principal, *, project_id: UUID, model: str) -> None:
        self._database = database
        self._principal = principal
        self._scope = {"project_id": project_id, "model": model}

    async def find(self, hashes: Sequence[bytes]) -> dict[bytes, str]:
        async with self._database.transaction(self._principal) as work:
            found = await work.session.execute(_FIND, {**self._scope, "hashes": list(hashes)})
            return {bytes(key): summary for key, summary in found.all()}

    async def keep(self, content_hash: bytes, summary: str) -> None:
        async with self._database.transaction(self._principal) as work:
            await work.session.execute(_KEEP, {**self._scope, "hash": content_hash, "summary": summary})


async def forget_old_summaries(database: Database) -> None:
    """Remove what has not been used for KEEP_DAYS."""
    async with database.system_transaction() as work:
        await work.session.execute(_FORGET, {"days": KEEP_DAYS})
