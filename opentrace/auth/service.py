"""Accounts: who may have one, who signs in, and whom a token stands for."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from opentrace.auth import throttle
from opentrace.auth.models import ApiKey, User
from opentrace.auth.passwords import PasswordHashing, needs_rehash
from opentrace.auth.repository import AccountRepository, OwnAccountRepository
from opentrace.auth.tokens import SHOWN_CHARS, hash_of, is_api_key, new_api_key, new_session_token
from opentrace.db.engine import Database, SystemWork, UnitOfWork
from opentrace.db.paging import Page, PageRequest
from opentrace.errors import Conflict, Forbidden, NotFound, Unauthorized
from opentrace.ports.authenticator import (
    AccountChange,
    Authenticator,
    AuthenticatorUnavailable,
    Identity,
    OutsideAccounts,
    Principal,
)
from opentrace.settings import Settings

MAX_API_KEYS = 100


class WrongCredentials(Unauthorized):
    """Says not which of the two is wrong."""

    code = "invalid_credentials"
    title = "The e-mail address or the password is wrong"


class SignUpClosed(Forbidden):
    code = "sign_up_closed"
    title = "Sign-up is closed"


@dataclass(frozen=True, slots=True)
class SignUpState:
    """`first_run`: nobody has an account yet, and whoever signs up first owns the installation."""

    first_run: bool
    open: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str
    expires_at: datetime
    user: User


class AccountService:
    """Sign-up, sign-in, and tokens. One a process.

    Works on the database itself, not in one unit of work: a failed attempt is counted although the request fails,
    and no connection is held while a password is hashed.
    """

    def __init__(
        self, database: Database, *, settings: Settings, authenticator: Authenticator, hashing: PasswordHashing
    ) -> None:
        self._database = database
        self._settings = settings
        self._authenticator = authenticator
        self._hashing = hashing

    async def sign_up_state(self) -> SignUpState:
        async with self._database.system_transaction() as work:
            first_run = not await AccountRepository(work).any_user()
        if self._authenticator.provider != "local":
            return SignUpState(first_run=False, open=False)
        return SignUpState(first_run=first_run, open=self._is_open(first_run=first_run))

    async def sign_up(self, *, email: str, password: str, client_address: str) -> SignedIn:
        """Raises SignUpClosed, Conflict `email_taken`, TooManyRequests."""
        self._require_local_accounts()
        if not (await self.sign_up_state()).open:
            raise self._closed()
        counters = throttle.sign_up_counters(client_address=client_address)
        async with self._database.system_transaction() as work:
            await throttle.begin_attempt(work, counters)
        password_hash = await self._hashing.hash(_normalised(password))
        async with self._database.system_transaction() as work:
            accounts = AccountRepository(work)
            await accounts.lock_sign_up()
            first_run = not await accounts.any_user()
            if not self._is_open(first_run=first_run):
                raise self._closed()
            user = await accounts.add_local(uuid4(), email=email, password_hash=password_hash, is_owner=first_run)
            if user is None:
                raise Conflict("There is an account for this e-mail address already. Sign in.", code="email_taken")
            await throttle.attempt_succeeded(work, counters)
            return await self._start_session(work, user)

    async def sign_in(self, *, email: str, password: str, client_address: str) -> SignedIn:
        """Raises WrongCredentials, TooManyRequests. Takes as long for an unknown address as for a known one."""
        self._require_local_accounts()
        counters = throttle.sign_in_counters(email=email, client_address=client_address)
        async with self._database.system_transaction() as work:
            await throttle.begin_attempt(work, counters)
            user = await AccountRepository(work).find_by_email(email)
        password = _normalised(password)
        known_hash = user.password_hash if user is not None else None
        matches = await self._hashing.verify(known_hash, password)
        if user is None or known_hash is None or not matches:
            raise WrongCredentials
        new_hash = await self._hashing.hash(password) if needs_rehash(known_hash) else None
        async with self._database.system_transaction() as work:
            if new_hash is not None:
                await AccountRepository(work).set_password_hash(user.id, new_hash)
            await throttle.attempt_succeeded(work, counters)
            return await self._start_session(work, user)

    async def sign_out(self, token: str) -> None:
        """End the session of this token, if there is one. Raises Forbidden for an API key."""
        if is_api_key(token):
            raise Forbidden("An API key has no session to end. Delete the key instead.", code="session_required")
        async with self._database.system_transaction() as work:
            await AccountRepository(work).remove_session(hash_of(token))

    async def resolve_principal(self, token: str) -> Principal | None:
        """Whom a token stands for: the holder of an API key, or whoever the identity provider says."""
        if is_api_key(token):
            async with self._database.system_transaction() as work:
                holder = await AccountRepository(work).use_api_key(hash_of(token))
            return Principal(*holder, via="api_key") if holder is not None else None
        identity = await self._authenticator.authenticate(token)
        if identity is None:
            return None
        user_id = identity.user_id or await self._user_of(identity)
        return Principal(user_id, identity.email, via="session") if user_id is not None else None

    async def apply_change(self, change: AccountChange) -> None:
        """Follow what an outside provider says of an account; one that is removed goes with all it has."""
        async with self._database.system_transaction() as work:
            await AccountRepository(work).apply_change(change)

    async def forget_expired(self) -> None:
        """Remove sessions that have ended and failures that no longer count."""
        async with self._database.system_transaction() as work:
            await AccountRepository(work).remove_expired_sessions()
            await throttle.forget_old_failures(work)

    async def _user_of(self, identity: Identity) -> UUID | None:
        """The account of somebody from outside, made at their first visit; None where it has been removed."""
        async with self._database.system_transaction() as work:
            known = await AccountRepository(work).find_external(identity.external_id)
        if known is not None:
            return known
        email = identity.email or await self._outside_email(identity.external_id)
        async with self._database.system_transaction() as work:
            return await AccountRepository(work).add_external(identity.external_id, email=email)

    async def _outside_email(self, external_id: str) -> str | None:
        """Nobody is kept out because their address is not known yet: a webhook brings it."""
        if not isinstance(self._authenticator, OutsideAccounts):
            return None
        try:
            return await self._authenticator.email_of(external_id)
        except AuthenticatorUnavailable:
            return None

    async def _start_session(self, work: SystemWork, user: User) -> SignedIn:
        token = new_session_token()
        session = await AccountRepository(work).add_session(
            user.id, token_hash=hash_of(token), lifetime=timedelta(days=self._settings.session_days)
        )
        return SignedIn(token, session.expires_at, user)

    def _require_local_accounts(self) -> None:
        if self._authenticator.provider != "local":
            raise Forbidden(
                "Accounts of this installation are kept elsewhere. Sign in on its web page.", code="accounts_elsewhere"
            )

    def _is_open(self, *, first_run: bool) -> bool:
        match self._settings.sign_up:
            case "open":
                return True
            case "first":
                return first_run
            case "closed":
                return False

    def _closed(self) -> SignUpClosed:
        return SignUpClosed(
            "This installation takes no new accounts. Its operator can open sign-up with OPENTRACE_SIGN_UP=open."
        )


class OwnAccountService:
    """What callers do with their own account."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._account = OwnAccountRepository(work)

    async def user(self) -> User:
        """Raises Unauthorized where the account is gone."""
        user = await self._account.user()
        if user is None:
            raise Unauthorized
        return user

    async def sign_out_everywhere(self) -> None:
        self._require_session("end sessions")
        await self._account.remove_sessions()

    async def list_api_keys(self, page: PageRequest) -> Page[ApiKey]:
        self._require_session("list API keys")
        return await self._account.api_keys(page)

    async def create_api_key(self, *, name: str) -> tuple[ApiKey, str]:
        """The stored key and its secret, which is not kept. Raises Conflict `too_many_api_keys`."""
        self._require_session("create API keys")
        if await self._account.count_api_keys() >= MAX_API_KEYS:
            raise Conflict(
                f"There are {MAX_API_KEYS} API keys already. Delete one that is not used.", code="too_many_api_keys"
            )
        secret = new_api_key()
        key = await self._account.add_api_key(name=name, prefix=secret[:SHOWN_CHARS], token_hash=hash_of(secret))
        return key, secret

    async def delete_api_key(self, api_key_id: UUID) -> None:
        """Raises NotFound."""
        self._require_session("delete API keys")
        if not await self._account.remove_api_key(api_key_id):
            raise NotFound("api key")

    def _require_session(self, what: str) -> None:
        """A key that leaks must not be able to make itself permanent, or to lock its owner out."""
        if self._work.principal.via != "session":
            raise Forbidden(f"An API key cannot {what}. Sign in to do this.", code="session_required")


def _normalised(password: str) -> str:
    """Keyboards differ in how they compose characters; NIST SP 800-63B asks for NFKC."""
    return unicodedata.normalize("NFKC", password)
