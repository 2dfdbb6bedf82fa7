"""Sessions of local accounts, looked up in the database."""

from hashlib import sha256
from typing import Literal

from sqlalchemy import text

from opentrace.db.engine import Database
from opentrace.ports.authenticator import Identity

# A session lives on after each use for as long as it was given at sign-in. It is written to once an hour at most,
# so that reading does not become writing.
_FIND_AND_TOUCH = text("""
    WITH live AS (
        SELECT sessions.id, sessions.last_used_at, users.id AS user_id, users.external_id, users.email
        FROM sessions JOIN users ON users.id = sessions.user_id
        WHERE sessions.token_hash = :token_hash AND sessions.expires_at > clock_timestamp()
    ), touched AS (
        UPDATE sessions
        SET last_used_at = clock_timestamp(),
            expires_at = clock_timestamp() + (sessions.expires_at - sessions.last_used_at)
        FROM live
        WHERE sessions.id = live.id AND live.last_used_at < clock_timestamp() - interval '1 hour'
    )
    SELECT user_id, external_id, email FROM live
""")


class LocalAuthenticator:
    """Implements opentrace.ports.authenticator.Authenticator.

    Its provider is the database: where that is away, the database's own errors say so.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def provider(self) -> Literal["local"]:
        return "local"

    async def authenticate(self, token: str) -> Identity | None:
        token_hash = sha256(token.encode()).digest()
        async with self._database.system_transaction() as work:
            row = (await work.session.execute(_FIND_AND_TOUCH, {"token_hash": token_hash})).one_or_none()
        return Identity(row.external_id, row.email, user_id=row.user_id) if row is not None else None

    async def close(self) -> None:
        """The database is not its own."""
