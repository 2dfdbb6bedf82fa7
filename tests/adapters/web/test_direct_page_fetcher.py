"""Pages fetched over real connections: what comes, what is refused, and what is never connected to."""

import gzip
import ssl
import zlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from opentrace.ports.page_fetcher import FetchedPage, PageError, PageErrorCode, PageVersion
from tests.internet import Internet, Page, Site

HELLO = "<h1>Hello</h1>"


@pytest.fixture
async def internet() -> AsyncGenerator[Internet]:
    async with Internet.running() as internet:
        yield internet


@pytest.fixture
async def site(internet: Internet) -> Site:
    site = await internet.site("pages.example")
    site.pages["/"] = Page(HELLO, headers={"ETag": '"1"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"})
    return site


async def fetched(internet: Internet, url: str = "http://pages.example/") -> FetchedPage:
    page = await internet.fetcher().fetch(url)
    assert page is not None
    return page


async def refusal(internet: Internet, url: str = "http://pages.example/", **options: float) -> PageError:
    with pytest.raises(PageError) as caught:
        await internet.fetcher(**options).fetch(url)
    assert caught.value.detail.endswith(".")
    return caught.value


class TestPages:
    async def test_a_page_comes_with_what_its_server_says(self, internet: Internet, site: Site) -> None:
        page = await fetched(internet)

        assert page.data == HELLO.encode()
        assert (page.media_type, page.charset) == ("text/html", "utf-8")
        assert page.version == PageVersion("http://pages.example/", '"1"', "Mon, 02 Nov 2026 10:00:00 GMT")
        path, headers = site.requests[0]
        assert (path, headers["host"]) == ("/", "pages.example")
        assert "Opentrace" in headers["user-agent"]
        assert "cookie" not in headers

    async def test_the_address_is_where_the_redirects_end(self, internet: Internet, site: Site) -> None:
        other = await internet.site("other.example")
        other.pages["/new?x=1"] = Page(HELLO)
        site.pages["/"] = Page(status=301, headers={"Location": "/older"})
        site.pages["/older"] = Page(status=307, headers={"Location": "//other.example/new?x=1#part"})

        page = await fetched(internet)

        assert page.version.url == "http://other.example/new?x=1"

    async def test_an_unchanged_page_is_not_sent_again(self, internet: Internet, site: Site) -> None:
        known = (await fetched(internet)).version
        site.pages["/"] = Page(status=304)

        assert await internet.fetcher().fetch("http://pages.example/", known=known) is None

        headers = site.requests[-1][1]
        assert (headers["if-none-match"], headers["if-modified-since"]) == (known.etag, known.last_modified)

    @pytest.mark.parametrize(
        ("encoding", "packed"),
        [
            ("gzip", gzip.compress(HELLO.encode())),
            ("gzip", gzip.compress(HELLO[:5].encode()) + gzip.compress(HELLO[5:].encode())),
            ("deflate", zlib.compress(HELLO.encode())),
            ("deflate", zlib.compress(HELLO.encode())[2:-4]),
        ],
    )
    async def test_compressed_pages_are_unpacked(
        self, internet: Internet, site: Site, encoding: str, packed: bytes
    ) -> None:
        site.pages["/"] = Page(packed, headers={"Content-Encoding": encoding})

        assert (await fetched(internet)).data == HELLO.encode()


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "headers", "code"),
        [
            (401, {}, "page_unauthorized"),
            (403, {}, "page_forbidden"),
            (404, {}, "page_not_found"),
            (410, {}, "page_gone"),
            (429, {"Retry-After": "30"}, "page_rate_limited"),
            (500, {}, "page_server_failed"),
            (503, {}, "page_server_failed"),
            (503, {"Retry-After": "30"}, "page_rate_limited"),
            (204, {}, "page_empty"),
            (304, {}, "page_failed"),
            (400, {}, "page_failed"),
        ],
    )
    async def test_statuses_have_their_codes(
        self, internet: Internet, site: Site, status: int, headers: dict[str, str], code: PageErrorCode
    ) -> None:
        site.pages["/"] = Page("" if status in (204, 304) else "Sorry.", status=status, headers=headers)

        refused = await refusal(internet)

        assert refused.code == code
        assert ("30 seconds" in refused.detail) == (code == "page_rate_limited")

    async def test_nothing_answers(self, internet: Internet) -> None:
        internet.names["away.example"] = [["93.184.216.200"]]

        assert (await refusal(internet, "http://away.example/")).code == "page_unreachable"
        assert (await refusal(internet, "http://unknown.example/")).code == "page_unreachable"

    async def test_a_server_that_says_nothing_is_given_up(self, internet: Internet, site: Site) -> None:
        site.pages["/"] = Page(silent=True)

        assert (await refusal(internet, timeout_s=0.3)).code == "page_timeout"

    async def test_a_page_that_breaks_off_is_no_page(self, internet: Internet, site: Site) -> None:
        site.pages["/"] = Page(HELLO * 100, cut=True)
        assert (await refusal(internet)).code == "page_failed"

        packed = gzip.compress(HELLO.encode() * 100)[:-12]
        site.pages["/"] = Page(packed, headers={"Content-Encoding": "gzip"})
        assert (await refusal(internet)).code == "page_failed"

    async def test_large_pages_are_refused_however_they_are_packed(self, internet: Internet, site: Site) -> None:
        bomb = gzip.compress(bytes(64 * 1024 * 1024))
        site.pages["/bomb"] = Page(bomb, headers={"Content-Encoding": "gzip"})
        site.pages["/large"] = Page(bytes(5000))
        site.pages["/announced"] = Page(b"x", headers={"Content-Length": "999999999"})

        for path in ("/bomb", "/large", "/announced"):
            refused = await refusal(internet, f"http://pages.example{path}", max_bytes=4000)
            assert refused.code == "page_too_large"

    async def test_a_circle_of_redirects_ends(self, internet: Internet, site: Site) -> None:
        site.pages["/"] = Page(status=302, headers={"Location": "/"})

        assert (await refusal(internet)).code == "page_too_many_redirects"
        assert len(site.requests) == 6

    async def test_a_redirect_to_a_sign_in_is_named(self, internet: Internet, site: Site) -> None:
        site.pages["/"] = Page(status=302, headers={"Location": "/users/sign_in?next=%2F"})

        assert (await refusal(internet)).code == "page_needs_login"

    async def test_robots_txt_is_kept_to(self, internet: Internet, site: Site) -> None:
        site.pages["/robots.txt"] = Page("User-agent: *\nDisallow: /private\nAllow: /private/open")
        site.pages["/private/open"] = Page(HELLO)
        site.pages["/private"] = Page(HELLO)

        assert (await fetched(internet, "http://pages.example/private/open")).data == HELLO.encode()
        assert (await refusal(internet, "http://pages.example/private")).code == "page_refused_by_robots"
        assert [path for path, _ in site.requests] == ["/private/open"]


class TestPrivateNetworks:
    @pytest.mark.parametrize(
        "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1"]
    )
    async def test_a_name_that_leads_there_is_refused(self, internet: Internet, address: str) -> None:
        internet.names["inside.example"] = [[address]]

        assert (await refusal(internet, "http://inside.example/")).code == "url_not_allowed"
        assert internet.dialled == []

    async def test_one_private_address_among_public_ones_is_enough(self, internet: Internet, site: Site) -> None:
        internet.names["pages.example"][0].append("192.168.1.1")

        assert (await refusal(internet)).code == "url_not_allowed"
        assert internet.dialled == []

    @pytest.mark.parametrize(
        "location",
        [
            "http://127.0.0.1/",
            "http://0x7f.1/",
            "http://[::1]/",
            "//inside.example/",
            "file:///etc/passwd",
            "http://a@b/",
        ],
    )
    async def test_a_redirect_does_not_lead_there(self, internet: Internet, site: Site, location: str) -> None:
        internet.names["inside.example"] = [["127.0.0.1"]]
        site.pages["/"] = Page(status=302, headers={"Location": location})

        assert (await refusal(internet)).code in ("url_not_allowed", "url_invalid")
        assert {address for address, _ in internet.dialled} == {internet.names["pages.example"][0][0]}

    async def test_nor_does_a_redirect_of_robots_txt(self, internet: Internet, site: Site) -> None:
        site.pages["/robots.txt"] = Page(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"})

        await fetched(internet)

        assert {address for address, _ in internet.dialled} == {internet.names["pages.example"][0][0]}

    async def test_nor_does_a_name_that_changes_its_address(self, internet: Internet, site: Site) -> None:
        """The server closes every connection, so each request looks the name up and connects anew."""
        (public,) = internet.names["pages.example"]
        internet.names["pages.example"] = [public, public, ["127.0.0.1"]]
        site.pages["/"] = Page(status=302, headers={"Location": "/again"})

        assert (await refusal(internet)).code == "url_not_allowed"
        assert [address for address, _ in internet.dialled] == public * 2

    async def test_the_machine_itself_is_not_fetched_by_its_public_address(
        self, internet: Internet, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from ipaddress import ip_address

        own = ip_address(internet.names["pages.example"][0][0])
        monkeypatch.setattr("opentrace.adapters.web.address_rules._own_addresses", lambda: {own})

        assert (await refusal(internet)).code == "url_not_allowed"


class TestTls:
    @pytest.fixture
    def certificate(self) -> ssl.SSLContext:
        """For secure.example, signed by itself."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        return context

    async def test_the_certificate_is_that_of_the_name_not_of_the_address(
        self, internet: Internet, certificate: ssl.SSLContext
    ) -> None:
        asked_for: list[str | None] = []
        certificate.sni_callback = lambda _connection, name, _context: asked_for.append(name)
        site = await internet.site("secure.example", port=443, certificate=certificate)
        site.pages["/"] = Page(HELLO)
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))

        page = await internet.fetcher(ssl_context=trusting).fetch("https://secure.example/")

        assert page is not None
        assert page.data == HELLO.encode()
        assert set(asked_for) == {"secure.example"}

    async def test_a_certificate_that_nobody_vouches_for_is_refused(
        self, internet: Internet, certificate: ssl.SSLContext
    ) -> None:
        site = await internet.site("secure.example", port=443, certificate=certificate)

        assert (await refusal(internet, "https://secure.example/")).code == "page_tls_failed"
        assert site.requests == []


CERTIFICATE = Path(__file__).parent / "secure.example.pem"
