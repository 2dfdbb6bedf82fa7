"""Connections to addresses that were looked up and checked here, and to no others.

The check is part of connecting: a name that has one address when it is checked and another when it is connected to
(DNS rebinding) has nothing to gain, for it is looked up once, and the connection goes to what was found.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import cast

import httpcore

from opentrace.adapters.web.address_rules import AddressRules
from opentrace.adapters.web.page_url import Address
from opentrace.ports.page_fetcher import PageError

MAX_TRIED_ADDRESSES = 4
CONNECT_S = 5.0

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses that a name and a port stand for. Raises OSError where there are none."""


async def resolve_by_system(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """TLS and HTTP above it go on with the name of the URL, so certificate, SNI and Host are those of the name."""

    def __init__(
        self, rules: AddressRules, *, resolve: Resolve, network: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._rules = rules
        self._resolve = resolve
        self._network = network or cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- as httpcore has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises PageError where the address is not allowed."""
        failure: Exception = httpcore.ConnectError("no address")
        for address in (await self._checked(host, port))[:MAX_TRIED_ADDRESSES]:
            try:
                return await self._network.connect_tcp(
                    str(address),
                    port,
                    timeout=min(timeout or CONNECT_S, CONNECT_S),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _checked(self, host: str, port: int) -> list[Address]:
        """Every address of the host, in the order found. One that is not allowed is reason enough to refuse all."""
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise PageError(
                "page_unreachable", "There is no server of this name. Correct the address, or try again later."
            ) from error
        addresses: list[Address] = []
        for text in found:
            address = ip_address(text)
            if isinstance(address, IPv6Address) and address.scope_id is not None:
                raise PageError("url_not_allowed", "The name leads to an interface of this machine.")
            self._rules.check_address(address, port=port)
            addresses.append(address)
        return list(dict.fromkeys(addresses))
