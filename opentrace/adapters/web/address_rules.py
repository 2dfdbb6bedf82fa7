"""Which addresses may be fetched: what the whole internet can reach, and networks that the installation names."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network

import psutil

from opentrace.adapters.web.page_url import Address, PageUrl
from opentrace.ports.page_fetcher import PageError

Network = IPv4Network | IPv6Network

WEB_PORTS = frozenset({80, 443, 8000, 8008, 8080, 8081, 8443, 8888})
"""Where web servers listen. Others belong to services that an HTTP request may upset."""

# IANA IPv4 Special-Purpose Address Registry and multicast; 168.63.129.16 is Azure's host agent, which a virtual machine
# there reaches although the address is a public one.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
    )
)  # fmt: skip
# Of IPv6 only 2000::/3 is routed on the internet, and of that not: protocol assignments (Teredo among them),
# documentation, and 6to4, which wraps IPv4 addresses.
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
# RFC 6052: an IPv4 address in the last 32 bits, which a network without IPv4 connects to by its gateway.
_NAT64 = IPv6Network("64:ff9b::/96")
# ISATAP (RFC 5214) wraps an IPv4 address in the interface's part.
_ISATAP = (0x00005EFE, 0x02005EFE)

# Names that are of this machine or of a private network (RFC 6761, 6762, 8375, ICANN's .internal, clusters).
_PRIVATE_ENDINGS = (
    "localhost", "localdomain", "local", "internal", "intranet", "private", "lan", "home", "corp", "home.arpa", "svc",
    "cluster.local", "onion", "test", "invalid",
)  # fmt: skip


class AddressRules:
    """`networks` are those of the installation's own, which may be fetched although they are not public."""

    def __init__(self, networks: Sequence[Network] = ()) -> None:
        self._networks = tuple(networks)

    def check_url(self, url: PageUrl) -> None:
        """What can be said without a look-up. Raises PageError."""
        if url.address is not None:
            self.check_address(url.address, port=url.port)
        elif not self._networks:
            if "." not in url.host or any(url.host.endswith("." + ending) for ending in _PRIVATE_ENDINGS):
                raise _not_allowed("The name belongs to this machine or to a private network.")
            _check_port(url.port)

    def check_address(self, address: Address, *, port: int) -> None:
        """Raises PageError where a connection to it is not allowed."""
        if any(address in network for network in self._networks):
            return
        _check_port(port)
        if not is_public(address):
            raise _not_allowed("The address belongs to this machine, to a private network or to none at all.")
        if address in _own_addresses():
            raise _not_allowed("The address belongs to the machine that Opentrace runs on.")


def networks_of(text: str) -> list[Network]:
    """Networks with commas between. Raises ValueError."""
    return [ip_network(part.strip()) for part in text.split(",") if part.strip()]


def is_public(address: Address) -> bool:
    """Whether the address is one that anybody on the internet reaches."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    embedded = address.ipv4_mapped
    if address in _NAT64:
        embedded = IPv4Address(int(address) & 0xFFFFFFFF)
    if embedded is not None:
        return is_public(embedded)
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return False
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def _check_port(port: int) -> None:
    if port not in WEB_PORTS:
        ports = ", ".join(map(str, sorted(WEB_PORTS)))
        raise _not_allowed(f"Web servers listen on the ports {ports}; port {port} is not among them.")


def _own_addresses() -> set[Address]:
    families = (socket.AF_INET, socket.AF_INET6)
    return {
        ip_address(known.address.partition("%")[0])
        for interface in psutil.net_if_addrs().values()
        for known in interface
        if known.family in families
    }


def _not_allowed(reason: str) -> PageError:
    return PageError(
        "url_not_allowed",
        f"{reason} Only pages of the public internet are fetched: save the page in a browser, and upload the file; or "
        "name your network in OPENTRACE_PAGE_NETWORKS.",
    )
