"""Which addresses are fetched, in every spelling, before anything is looked up."""

import pytest

from opentrace.adapters.web.address_rules import AddressRules, networks_of
from opentrace.adapters.web.page_url import parse_page_url
from opentrace.ports.page_fetcher import PageError

OWN_ADDRESS_SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "0177.0.0.01",
    "127.0.0.1.",
    "１２７。０。０。１",
    "①②⑦.0.0.①",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[2606:4700::5efe:7f00:1]",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
]
PRIVATE = ["0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.31.255.255", "192.168.0.1", "192.0.0.192"]
RESERVED = ["168.63.129.16", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255"]
NAMES = ["localhost", "foo.localhost.", "router.local", "metadata.google.internal", "db", "kubernetes.default.svc"]


def normal(url: str, rules: AddressRules | None = None) -> str:
    page = parse_page_url(url)
    (rules or AddressRules()).check_url(page)
    return str(page)


@pytest.mark.parametrize("host", [*OWN_ADDRESS_SPELLINGS, *PRIVATE, *RESERVED, *NAMES])
def test_what_is_not_public_is_refused(host: str) -> None:
    with pytest.raises(PageError) as caught:
        normal(f"http://{host}/")

    assert caught.value.code == "url_not_allowed"
    assert "upload" in caught.value.detail


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.com/", "url_not_allowed"),
        ("file:///etc/passwd", "url_not_allowed"),
        ("javascript:alert(1)", "url_not_allowed"),
        ("http://user:secret@example.com/", "url_not_allowed"),
        ("http://example.com@10.0.0.1/", "url_not_allowed"),
        ("http://10.0.0.1\\@example.com/", "url_invalid"),
        ("http://exam\tple.com/", "url_invalid"),
        ("http://127.0.0.1%00.example.com/", "url_invalid"),
        ("http://%31%32%37.0.0.1/", "url_invalid"),
        ("http://256.1.1.1/", "url_invalid"),
        ("http://1.2.3.4.5/", "url_invalid"),
        ("http://09.0.0.1/", "url_invalid"),
        ("http://[fe80::1%25eth0]/", "url_invalid"),
        ("http://[::1/", "url_invalid"),
        ("http://example.com:port/", "url_invalid"),
        ("http://example.com:99999/", "url_invalid"),
        ("http://example.com:22/", "url_not_allowed"),
        ("http://${HOST}/", "url_invalid"),
        ("http:///path", "url_invalid"),
        ("", "url_invalid"),
        ("https://example.com/" + "a" * 3000, "url_invalid"),
        ("https://example.com/" + "ä" * 1000, "url_invalid"),
    ],
)
def test_what_browsers_would_repair_is_refused(url: str, code: str) -> None:
    with pytest.raises(PageError) as caught:
        normal(url)

    assert caught.value.code == code
    assert caught.value.detail.endswith(".")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", "https://example.com/"),
        (" HTTPS://Example.COM:443/A%20b?q=ä#part ", "https://example.com/A%20b?q=%C3%A4"),
        ("example.com/a b", "https://example.com/a%20b"),
        ("http://example.com.:8080/", "http://example.com:8080/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ", "https://example.com/"),
        ("http://0x08080808/", "http://8.8.8.8/"),
        ("https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"),
        ("https://[64:ff9b::8.8.8.8]/", "https://[64:ff9b::808:808]/"),
    ],
)
def test_public_addresses_have_one_normal_form(url: str, expected: str) -> None:
    assert normal(url) == expected


def test_networks_of_the_installation_are_fetched_on_any_port() -> None:
    rules = AddressRules(networks_of("10.0.0.0/8, fd00::/8"))

    assert normal("http://10.1.2.3:9000/wiki", rules) == "http://10.1.2.3:9000/wiki"
    assert normal("http://wiki.internal/", rules) == "http://wiki.internal/"
    with pytest.raises(PageError):
        normal("http://127.0.0.1/", rules)


@pytest.mark.parametrize(
    "location", ["//10.0.0.1/", "http://[::1]/", "\\\\10.0.0.1\\", "file:///etc/passwd", "0://evil", "http://a b"]
)
def test_references_are_read_as_strictly(location: str) -> None:
    page = parse_page_url("https://example.com/a/")

    with pytest.raises(PageError):
        AddressRules().check_url(page.joined(location))


def test_references_are_relative_to_their_page() -> None:
    assert str(parse_page_url("https://example.com/a/b").joined("../c?d#e")) == "https://example.com/c?d"
