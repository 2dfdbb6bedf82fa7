"""Says who a bearer token stands for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an identity provider says somebody is. `external_id` is the provider's own, stable name for them.

    `user_id` is set where the provider keeps Opentrace's own accounts, which spares a look-up.
    """

    external_id: str
    email: str | None
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller. Every query is scoped to `user_id`."""

    user_id: UUID
    email: str | None
    via: Literal["session", "api_key", "job"]


class AuthenticatorUnavailable(Exception):
    """The provider (its keys, its sessions) cannot be asked now; nobody is let in and nobody is signed out."""


class Authenticator(Protocol):
    @property
    def provider(self) -> Literal["local", "clerk"]: ...

    async def authenticate(self, token: str) -> Identity | None:
        """The holder of a session token, or None where it is not valid.

        Raises AuthenticatorUnavailable, or the database's own errors where sessions are kept there.
        """
        ...

    async def close(self) -> None:
        """End connections."""
        ...


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What a provider says has become of an account. `at_ms` orders the changes of one account."""

    external_id: str
    email: str | None
    deleted: bool
    at_ms: int


class WebhookRejected(Exception):
    """A webhook is not from the provider: unsigned, forged, or sent again long after."""


class WebhookMalformed(Exception):
    """A webhook is from the provider and cannot be understood."""


class WebhooksNotSetUp(Exception):
    """Webhooks cannot be verified; the message says what is missing."""


@runtime_checkable
class OutsideAccounts(Protocol):
    """A provider that keeps the accounts itself: people sign in at its own forms."""

    @property
    def publishable_key(self) -> str:
        """What its scripts in the browser need."""
        ...

    @property
    def page_sources(self) -> Mapping[str, Sequence[str]]:
        """What its scripts need of the content security policy, by directive."""
        ...

    async def email_of(self, external_id: str) -> str | None:
        """The address of an account of which no webhook has told yet. Raises AuthenticatorUnavailable."""
        ...

    def account_change(self, headers: Mapping[str, str], body: bytes) -> AccountChange | None:
        """What a webhook tells; None where it is about something else.

        Header names are in lower case. Raises WebhookRejected, WebhookMalformed, WebhooksNotSetUp.
        """
        ...
