"""Says who a bearer token stands for."""

from dataclasses import dataclass
from typing import Literal, Protocol
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
        """The holder of a session token, or None where it is not valid. Raises AuthenticatorUnavailable."""
        ...
