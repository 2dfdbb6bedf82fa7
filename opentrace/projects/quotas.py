"""How much one user may have, where the installation sets a limit."""

from sqlalchemy import BigInteger, Uuid, column, func, select, table, text

from opentrace.db.engine import UnitOfWork
from opentrace.errors import Forbidden
from opentrace.projects.models import Project
from opentrace.projects.repository import projects_of
from opentrace.settings import Settings

# The knowledge domain above owns this table; what is counted here is only how many there are and how large.
_documents = table("documents", column("project_id", Uuid()), column("size_bytes", BigInteger()))
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('opentrace quota ' || :user_id, 0))")


class QuotaExceeded(Forbidden):
    """The caller has as much as this installation gives one user; the message says of what."""

    code = "quota_exceeded"
    title = "Quota exceeded"


class Quotas:
    """Checks before something is added. Requests of one user that add at the same time take turns until they commit."""

    def __init__(self, work: UnitOfWork, settings: Settings) -> None:
        self._work = work
        self._settings = settings

    async def check_project(self) -> None:
        """Raises QuotaExceeded."""
        most = self._settings.quota_projects
        if most is None:
            return
        await self._take_turn()
        own = projects_of(self._work).with_only_columns(func.count())
        if (await self._work.session.scalar(own) or 0) >= most:
            raise QuotaExceeded(f"You may have {most} projects here, and you have them. Delete one to make another.")

    async def check_document(self, *, size_bytes: int) -> None:
        """`size_bytes` is 0 where it is not known yet. Raises QuotaExceeded."""
        most, most_bytes = self._settings.quota_documents, self._settings.quota_bytes
        if most is None and most_bytes is None:
            return
        await self._take_turn()
        own = projects_of(self._work).with_only_columns(Project.id)
        counted = select(func.count(), func.coalesce(func.sum(_documents.c.size_bytes), 0)).where(
            _documents.c.project_id.in_(own)
        )
        count, used_bytes = (await self._work.session.execute(counted)).one()
        if most is not None and count >= most:
            raise QuotaExceeded(f"You may have {most} documents here, and you have them. Delete some to add others.")
        if most_bytes is not None and used_bytes + size_bytes > most_bytes:
            left = max(0, most_bytes - int(used_bytes))
            raise QuotaExceeded(
                f"Your documents may have {most_bytes} bytes together; {left} are left, and this one has {size_bytes}. "
                "Delete some to add others."
            )

    async def _take_turn(self) -> None:
        await self._work.session.execute(_TAKE_TURN, {"user_id": str(self._work.user_id)})
