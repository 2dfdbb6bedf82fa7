"""Addresses of pages in one normal form, so that what is checked is what is connected to.

A stricter reading of the WHATWG URL standard: what browsers repair by guessing (backslashes, tabs, credentials,
percent-encoded hosts) is refused, since guesses differ between programs and attacks live in the difference.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal, cast
from urllib.parse import quote, urljoin, urlsplit

import idna

from opentrace.ports.page_fetcher import PageError

MAX_URL_CHARS = 2048

Address = IPv4Address | IPv6Address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_REFUSED = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::(\d*))?")
_NAMED = re.compile(r"([^:\[\]]+)(?::(\d*))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# What may stand in a path or query as it is; the rest is percent-encoded. `%` stands for what is encoded already.
_KEPT = "/%:@!$&'()*+,;=~-._?|[]"


@dataclass(frozen=True, slots=True)
class PageUrl:
    """`host` is in ASCII; `address` is what it is where it is one, in whatever spelling it came.

    `target` is path and query.
    """

    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str
    address: Address | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"

    def joined(self, reference: str) -> "PageUrl":
        """Where a reference on this page leads. Raises PageError."""
        if _REFUSED.search(reference):
            raise _invalid("It leads to an address with characters that no address has.")
        if ":" in re.split("[/?#]", reference, maxsplit=1)[0] and not _SCHEME.match(reference):
            # RFC 3986 4.2: a colon in the first part of a path would be taken for the end of a scheme.
            raise _invalid("It leads to an address that is none.")
        try:
            return parse_page_url(urljoin(str(self), reference))
        except ValueError as error:
            raise _invalid("It leads to an address that is none.") from error


def parse_page_url(text: str) -> PageUrl:
    """Raises PageError for what is no address of a web page. Without a scheme, https is meant."""
    text = text.strip()
    if not text or len(text) > MAX_URL_CHARS:
        raise _invalid(f"An address has between 1 and {MAX_URL_CHARS} characters.")
    if _REFUSED.search(text):
        raise _invalid("It holds a backslash or a control character. Copy it anew from the browser.")
    if not _SCHEME.match(text):
        text = "https://" + text.removeprefix("//")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise _invalid("Copy it anew from the browser.") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise PageError("url_not_allowed", "Only addresses that begin with http:// or https:// are fetched.")
    if "@" in parts.netloc:
        raise PageError(
            "url_not_allowed",
            "The address holds a user name or password, which would be stored with it. Take it out; if the page needs "
            "it, save the page in a browser and upload the file.",
        )
    host, port = _host_and_port(parts.netloc)
    name, address = _host(host)
    path = quote(parts.path, safe=_KEPT) or "/"
    query = f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    scheme = cast("Literal['http', 'https']", parts.scheme)
    url = PageUrl(scheme, name, _DEFAULT_PORTS[scheme] if port is None else port, path + query, address)
    if len(str(url)) > MAX_URL_CHARS:
        raise _invalid(f"An address has between 1 and {MAX_URL_CHARS} characters.")
    return url


def _host_and_port(netloc: str) -> tuple[str, int | None]:
    match = _BRACKETED.fullmatch(netloc) or _NAMED.fullmatch(netloc)
    if match is None:
        raise _invalid("It names no server, or its port is no number.")
    host = f"[{match.group(1)}]" if netloc.startswith("[") else match.group(1)
    port = int(match.group(2)[:6]) if match.group(2) else None
    if port is not None and not 1 <= port <= 65535:
        raise _invalid("Ports are numbers from 1 to 65535.")
    return host, port


def _host(host: str) -> tuple[str, Address | None]:
    """The host in ASCII, and its address where it is one."""
    if host.startswith("["):
        try:
            # A zone (`%eth0`) names an interface of this machine.
            address = IPv6Address(host[1:-1] if "%" not in host else "")
        except AddressValueError as error:
            raise _invalid("What stands in brackets is no IPv6 address.") from error
        return address.compressed, address
    name = _ascii(host).removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _invalid("It names no server. Copy it anew from the browser.")
    if _NUMBER.fullmatch(labels[-1]):
        address = _ipv4(labels)
        return str(address), address
    return name, None


def _ascii(host: str) -> str:
    """The host as it is asked for in the name system: full-width and circled characters become plain ones."""
    if host.isascii():
        return host.lower()
    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
        return mapped.lower() if mapped.isascii() else idna.encode(mapped).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise _invalid("Its server's name has characters that no name has.") from error


def _ipv4(labels: list[str]) -> IPv4Address:
    """By the IPv4 parser of the URL standard: one to four numbers, decimal, octal (`0…`) or hexadecimal (`0x…`)."""
    numbers: list[int] = []
    for label in labels:
        try:
            if label.startswith("0x"):
                numbers.append(int(label[2:] or "0", 16))
            elif label.startswith("0") and len(label) > 1:
                numbers.append(int(label, 8))
            else:
                numbers.append(int(label, 10))
        except ValueError as error:
            raise _invalid("What looks like an IP address is none.") from error
    *first, last = numbers
    if len(numbers) > 4 or any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        raise _invalid("What looks like an IP address is none.")
    value = last + sum(number << (8 * (3 - place)) for place, number in enumerate(first))
    return IPv4Address(value)


def _invalid(detail: str) -> PageError:
    return PageError("url_invalid", f"This is no address of a web page. {detail}")
