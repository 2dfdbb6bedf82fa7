"""What is read of a web page: its content, and nothing of what stands around it."""

import pytest

from opentrace.adapters.local.parser.web_page import parse_web_page
from opentrace.ports.document_parser import ParsedDocument, ParseError, WebPage

PAGE = WebPage("https://docs.example/guide/")
PROSE = "Rivers rise in spring, when the snow of the mountains melts. " * 6
FURNITURE = """
<header class="site-header"><a href="/">Example</a> <a href="/blog">Blog</a></header>
<nav><a href="/a">First page</a><a href="/b">Second page</a></nav>
<div class="cookie-consent">We use cookies. <button>Accept</button> <a href="/privacy">Privacy</a></div>
"""
FOOTER = """
<aside class="related"><h3>Related</h3><ul><li><a href="/x">Lakes and seas</a></li></ul></aside>
<div class="newsletter-form">Subscribe to our letters and never miss one.</div>
<footer>© Example <a href="/imprint">Imprint</a></footer>
"""


def parsed(html: str, page: WebPage = PAGE) -> ParsedDocument:
    return parse_web_page(html.encode(), page=page)


def whole(body: str, head: str = "<title>Rivers</title>") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def text_of(document: ParsedDocument) -> str:
    return "\n".join(element.text for element in document.elements)


CONTENT = f"""
<h1>Rivers</h1><p>{PROSE}</p><h2>Lengths</h2>
<table><tr><th>River</th><th>km</th></tr><tr><td>Rhine</td><td>1,233</td></tr></table>
<ul><li>Source in <a href="/alps">the Alps</a></li><li>Mouth in the North Sea</li></ul>
<pre>flow(river)</pre>
"""


@pytest.mark.parametrize(
    "body",
    [
        f"{FURNITURE}<main>{CONTENT}</main>{FOOTER}",
        f"{FURNITURE}<article>{CONTENT}</article>{FOOTER}",
        f"{FURNITURE}<div role=main>{CONTENT}</div>{FOOTER}",
        f"{FURNITURE}<div class=content>{CONTENT}</div>{FOOTER}",
        f"<div id=page><div class=inner>{FURNITURE}{CONTENT}{FOOTER}</div></div>",
    ],
)
def test_the_content_comes_whole_and_without_its_surroundings(body: str) -> None:
    document = parsed(whole(body))

    types = [element.type for element in document.elements if element.type != "Footer"]
    assert types == ["Title", "NarrativeText", "Title", "Table", "ListItem", "ListItem", "CodeSnippet"]
    text = "\n".join(element.text for element in document.elements if element.type != "Footer")
    assert "Source in the Alps" in text
    for furniture in ("cookies", "First page", "Blog", "Lakes and seas", "Subscribe", "Imprint"):
        assert furniture not in text
    (finding,) = document.findings
    assert (finding.code, finding.severity) == ("boilerplate_dropped", "info")


@pytest.mark.parametrize(
    "kept",
    [
        "<aside><p>Note: the figures are from 2020 and were taken at the mouth.</p></aside>",
        "<div class='related-work'><p>Others have measured the same river, with other results.</p></div>",
        "<section class='nav-notes'><p>Ships may go as far as the falls, and small boats further.</p></section>",
        "<ul><li><a href='/a'>The upper course</a></li><li><a href='/b'>The lower course</a></li></ul>",
        "<div class=sidebar><table><tr><th>Length</th><td>1,233 km</td></tr></table></div>",
        "<p class=promo>A paragraph may be called what it likes if it is long: " + PROSE * 2 + "</p>",
    ],
)
@pytest.mark.parametrize("element", ["main", "div"])
def test_what_only_resembles_furniture_stays(kept: str, element: str) -> None:
    document = parsed(whole(f"<{element}><h1>Rivers</h1><p>{PROSE}</p>{kept}</{element}>"))

    words = text_of(parse_plain(kept)).split()
    assert words
    assert all(word in text_of(document) for word in words)


def parse_plain(html: str) -> ParsedDocument:
    from opentrace.adapters.local.parser.html_parser import parse_html

    return parse_html(whole(html).encode())


def test_a_main_element_that_holds_next_to_nothing_is_not_believed() -> None:
    document = parsed(whole(f"<main><p>Loading.</p></main><div><p>{PROSE}</p></div>"))

    assert "Rivers rise" in text_of(document)


def test_several_articles_all_stay() -> None:
    document = parsed(whole(f"<article><p>First. {PROSE}</p></article><article><p>Second. {PROSE}</p></article>"))

    assert "First." in text_of(document)
    assert "Second." in text_of(document)


def test_text_behind_what_is_taken_out_stays() -> None:
    document = parsed(whole(f"<div>{PROSE}<div class=ads>Buy now</div>And so they fall. {PROSE}</div>"))

    assert "And so they fall." in text_of(document)
    assert "Buy now" not in text_of(document)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<div id=root></div><script src=app.js></script>", "page_needs_javascript"),
        (
            "<noscript>You need to enable JavaScript to run this app.</noscript><p>Loading</p><script></script>",
            "page_needs_javascript",
        ),
        ("<form><p>Sign in</p><input name=user><input type=password></form>", "page_needs_login"),
    ],
)
def test_pages_without_their_content_say_why(body: str, code: str) -> None:
    with pytest.raises(ParseError) as caught:
        parsed(whole(body))

    assert caught.value.code == code
    assert "upload" in caught.value.detail


def test_a_page_that_works_without_scripts_is_read() -> None:
    noscript = "<noscript>Turn on JavaScript for maps.</noscript>"
    document = parsed(whole(f"<p>{PROSE}</p>{noscript}<script></script><div id=root></div>"))

    assert "Rivers rise" in text_of(document)


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://docs.example/guide", "https://docs.example/guide"),
        ("/guide?x=1#part", "https://docs.example/guide?x=1"),
        ("https://www.docs.example/guide", "https://www.docs.example/guide"),
        ("https://bank.example/guide", None),
        ("javascript:alert(1)", None),
        ("https://me@docs.example/", None),
        ("https://[docs", None),
    ],
)
def test_the_canonical_address_is_of_the_same_site(href: str, canonical: str | None) -> None:
    document = parsed(whole(f"<p>{PROSE}</p>", head=f'<title>Rivers</title><link rel="canonical" href="{href}">'))

    assert document.canonical_url == canonical


def test_the_title_is_without_the_name_of_the_site() -> None:
    head = '<title>Rivers | Example</title><meta property="og:title" content="Rivers">'

    assert parsed(whole(f"<p>{PROSE}</p>", head=head)).title == "Rivers"


def test_the_charset_of_the_server_goes_before_that_of_the_page() -> None:
    html = whole(f"<p>Größe. {PROSE}</p>", head="<meta charset=iso-8859-5>").encode("cp1252")

    document = parse_web_page(html, page=WebPage(PAGE.url, charset="windows-1252"))

    assert document.elements[0].text.startswith("Größe.")


def test_links_of_the_content_keep_where_they_lead() -> None:
    document = parsed(
        whole(
            f"<main><h2><a href='/rivers'>Rivers</a></h2><p>{PROSE}See <a href='../maps?x=1&amp;y=2'> the  maps </a>, "
            "<a href='#top'>top</a>, <a href='/guide/#end'>end</a>, <a href='javascript:alert(1)'>run</a>, "
            "<a href='mailto:a@b.example'>write</a>, <a href='https://u:p@c.example/'>log in</a> and "
            "<a href='https://d.example/'>https://d.example</a>.</p>"
            "<a href='https://card.example/'><div><img></div><p>A card</p><p>of two lines</p></a>"
            "<table><tr><td>Form</td><td>Size</td></tr>"
            "<tr><td>big</td><td>get <a href='/b.pdf'>B</a> now</td></tr></table></main>"
        )
    )

    found = [(e.type, e.text[link.start : link.end], link.url) for e in document.elements for link in e.links]
    assert found == [
        ("Title", "Rivers", "https://docs.example/rivers"),
        ("NarrativeText", "the maps", "https://docs.example/maps?x=1&y=2"),
        ("NarrativeText", "A card", "https://card.example/"),
        ("Table", "B", "https://docs.example/b.pdf"),
    ]
    assert "https" not in "".join(e.text for e in document.elements).replace("https://d.example", "")


def test_links_start_from_the_base_that_a_page_names() -> None:
    document = parsed(whole(f"<p>{PROSE}<a href='b'>next</a></p>", head="<base href='https://other.example/a/'>"))

    assert [link.url for e in document.elements for link in e.links] == ["https://other.example/a/b"]


def test_an_index_keeps_a_bounded_number_of_links() -> None:
    links = "".join(f"<a href='/{n}'>page {n}</a>, " for n in range(200))
    document = parsed(whole(f"<p>{PROSE}{PROSE}{PROSE}{links}<a href='/{'x' * 600}'>long</a></p>"))

    assert sum(len(e.links) for e in document.elements) == 50
