"""A web page: its main content without what surrounds it on every page of the site, its title and its address.

What is taken out must look like furniture *and* be called so (by its element, role or class), for lost content is worse
than kept furniture; and where next to nothing would be left, the whole page is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from opentrace.adapters.local.parser.cleaning import one_line
from opentrace.adapters.local.parser.html_parser import HtmlWalk, base_address, html_text, html_tree, is_skipped
from opentrace.adapters.local.parser.xml_element import XmlElement
from opentrace.ports.document_parser import Finding, ParsedDocument, ParseError, WebPage

_MAIN_SHARE = 0.3
"""A main element must hold at least this much of the page's text, or it is not what it says."""
_LEAST_KEPT_CHARS, _LEAST_KEPT_SHARE = 200, 0.1
_LITTLE_TEXT_CHARS = 250
_SIGN_IN_TEXT_CHARS = 800
_SHORT_BLOCK_CHARS = 600
_LINKED_SHARE = 0.6
_MAX_URL_CHARS = 2048

_BLOCKS = frozenset({"div", "section", "aside", "ul", "ol", "form", "header", "footer", "p", "details"})
_FURNITURE_ROLES = frozenset({"banner", "contentinfo", "search", "alert", "dialog"})
# Words of which the classes and ids of furniture are made: what is never content, and what is none if it is all links.
_NOISE = re.compile(
    r"(?:^|[\s_-])(?:cookies?|consent|gdpr|newsletter|subscribe|advert|advertisement|ads?|sponsored|promo|popup|modal"
    r"|overlay|toast|skip-?(?:link|nav|to-content)|back-to-top|no-?print|sr-only|screen-reader-text)(?:$|[\s_-])",
    re.IGNORECASE,
)
_LINKS = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?|crumbs|shar(?:e|ing)|social|follow|related|recommended|recommendations|more|next|sidebar"
    r"|side-?bar|pagination|pager|toolbar|menu|nav|navbar|navigation|header|footer|masthead|top-?bar|bottom-?bar|toc"
    r"|tags|categories|popular|trending)(?:$|[\s_-])",
    re.IGNORECASE,
)
_MOUNT_POINT = re.compile(
    r"^(?:root|app|__next|__nuxt|main-app|react-root|svelte|app-root|ember\d+|gatsby-focus-wrapper)$"
)
_WANTS_SCRIPTS = re.compile(r"javascript|enable js|java script", re.IGNORECASE)


def parse_web_page(data: bytes, *, page: WebPage) -> ParsedDocument:
    """Raises ParseError for a page that is made by scripts or shown after a sign-in."""
    root = html_tree(html_text(data, charset=page.charset))
    if root is None:
        return ParsedDocument((), facts={"format": "html"})
    whole = _Amounts.of(root)
    _check_for_scripts(root, whole)
    _check_for_sign_in(root, whole)
    title, canonical_url = _title(root), _canonical_url(root, page.url)
    content, dropped = _main_content(root, whole)
    elements = tuple(HtmlWalk(content, address=page.url).elements())
    heading = next((element.text for element in elements if element.type == "Title"), None)
    return ParsedDocument(
        elements,
        title=title or heading,
        facts={"format": "html"},
        findings=(_left_out(dropped),) if dropped.blocks else (),
        canonical_url=canonical_url,
    )


@dataclass(slots=True)
class _Amounts:
    """How much text is seen in a part of the page, and how much of it in links."""

    chars: int = 0
    linked: int = 0

    @classmethod
    def of(cls, node: XmlElement) -> "_Amounts":
        amounts = cls()
        links = 0
        walk = etree.iterwalk(node, events=("start", "end"))
        for event, inner in walk:
            if event == "start":
                if inner is not node and is_skipped(inner):
                    walk.skip_subtree()
                    links += inner.tag == "a"
                    continue
                links += inner.tag == "a"
                amounts.add(inner.text, linked=links > 0)
            else:
                links -= inner.tag == "a"
                if inner is not node:
                    amounts.add(inner.tail, linked=links > 0)
        return amounts

    def add(self, text: str | None, *, linked: bool) -> None:
        chars = len("".join(text.split())) if text else 0
        self.chars += chars
        self.linked += chars if linked else 0

    @property
    def linked_share(self) -> float:
        return self.linked / self.chars if self.chars else 0.0


@dataclass(slots=True)
class _Dropped:
    blocks: int = 0
    chars: int = 0


def _main_content(root: XmlElement, whole: _Amounts) -> tuple[XmlElement, _Dropped]:
    """The part of the page that is its content; furniture is taken out of the tree."""
    body = next(root.iter("body"), root)
    main = _main_element(body, whole)
    content = body if main is None else main
    furniture = list(_furniture(content, is_whole=content is body))
    dropped = _Dropped(len(furniture), sum(_Amounts.of(node).chars for node in furniture))
    if content is not body:
        outside = whole.chars - _Amounts.of(content).chars
        dropped.blocks += outside > 0
        dropped.chars += outside
    left = whole.chars - dropped.chars
    if left < whole.chars * (0.5 if left < _LEAST_KEPT_CHARS else _LEAST_KEPT_SHARE):
        return body, _Dropped()
    for node in furniture:
        _take_out(node)
    for navigation in body.iter("nav"):
        dropped.blocks += 1
        dropped.chars += _Amounts.of(navigation).chars
    return content, dropped


def _main_element(body: XmlElement, whole: _Amounts) -> XmlElement | None:
    """The one element that says it is the main content and holds enough of the text to be it."""
    for found in (
        [node for node in body.iter("main", "div", "section") if node.tag == "main" or node.get("role") == "main"],
        [node for node in body.iter("article") if not any(above.tag == "article" for above in node.iterancestors())],
    ):
        outermost = [node for node in found if not is_skipped(node) and not _within(node, found)]
        if len(outermost) == 1 and _Amounts.of(outermost[0]).chars >= max(whole.chars * _MAIN_SHARE, 1):
            return outermost[0]
    return None


def _within(node: XmlElement, others: list[XmlElement]) -> bool:
    return any(above in others for above in node.iterancestors())


def _furniture(content: XmlElement, *, is_whole: bool) -> Iterator[XmlElement]:
    walk = etree.iterwalk(content, events=("start",))
    for _, node in walk:
        if node is content:
            continue
        if is_skipped(node):
            walk.skip_subtree()
        elif _is_furniture(node, is_whole=is_whole):
            walk.skip_subtree()
            yield node


def _is_furniture(node: XmlElement, *, is_whole: bool) -> bool:
    if node.tag not in _BLOCKS:
        return False
    names, role = _names(node), node.get("role")
    # Outside of a main element, the header and the footer of the page are furniture by their elements.
    is_edge = is_whole and node.tag in ("header", "footer") and not _in_article(node)
    is_noise = is_edge or role in _FURNITURE_ROLES or _NOISE.search(names) is not None
    is_links = node.tag == "aside" or role == "complementary" or _LINKS.search(names) is not None
    if not (is_noise or is_links) or next(node.iter("h1", "article", "main", "table", "pre"), None) is not None:
        return False
    amounts = _Amounts.of(node)
    return (is_noise and 0 < amounts.chars < _SHORT_BLOCK_CHARS) or amounts.linked_share >= _LINKED_SHARE


def _in_article(node: XmlElement) -> bool:
    return any(above.tag in ("article", "main", "section", "blockquote") for above in node.iterancestors())


def _names(node: XmlElement) -> str:
    return " ".join(filter(None, (node.get("id"), node.get("class"), node.get("data-testid"), node.get("aria-label"))))


def _take_out(node: XmlElement) -> None:
    """Remove a node but not the text behind it."""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)


def _left_out(dropped: _Dropped) -> Finding:
    return Finding(
        code="boilerplate_dropped",
        severity="info",
        message=f"{dropped.chars:,} characters of navigation, banners and the like around the content were left out.",
        action="If something is missing, save the page in a browser and upload the file: it is then read whole.",
        count=dropped.blocks,
        details={"chars": dropped.chars},
    )


def _check_for_scripts(root: XmlElement, whole: _Amounts) -> None:
    """A page with hardly any text that says, or is built so, that scripts make the rest."""
    if whole.chars >= _LITTLE_TEXT_CHARS or next(root.iter("script"), None) is None:
        return
    asks = any(_WANTS_SCRIPTS.search("".join(map(str, node.itertext()))) for node in root.iter("noscript"))
    is_empty = any(
        _MOUNT_POINT.match(node.get("id") or "") and not _Amounts.of(node).chars for node in root.iter("div")
    )
    if asks or is_empty or whole.chars == 0:
        raise ParseError(
            "page_needs_javascript",
            "The page is made in the browser by JavaScript, so there is hardly any text in what its server sends. Open "
            "it in a browser, save it there (as a complete page or as PDF), and upload the file.",
        )


def _check_for_sign_in(root: XmlElement, whole: _Amounts) -> None:
    asks = any(node.get("type", "").lower() == "password" for node in root.iter("input"))
    if asks and whole.chars < _SIGN_IN_TEXT_CHARS:
        raise ParseError(
            "page_needs_login",
            "What the server shows is a form to sign in, not the page. Open it in a browser, save it there, and upload "
            "the file.",
        )


def _title(root: XmlElement) -> str | None:
    """The `<title>`, without the site's name where the page also gives the shorter one, for sharing."""
    title = one_line(next((node.text or "" for node in root.iter("title")), ""))
    shared = next((node.get("content") or "" for node in root.iter("meta") if node.get("property") == "og:title"), "")
    shared = one_line(shared)
    return (shared if len(shared) > 3 and shared in title else title)[:300] or None


def _canonical_url(root: XmlElement, url: str) -> str | None:
    """What the page says its address is, if that is an address of the same site: pages may not speak for others."""
    found = next((node for node in root.iter("link") if "canonical" in (node.get("rel") or "").lower().split()), None)
    reference = (found.get("href") or "").strip() if found is not None else ""
    if not reference or any(ord(char) < 33 for char in reference):
        return None
    try:
        canonical = urlsplit(urljoin(base_address(root, url) or url, reference))._replace(fragment="")
        same_site = _site(canonical.hostname) == _site(urlsplit(url).hostname)
    except ValueError:
        return None
    if canonical.scheme not in ("http", "https") or "@" in canonical.netloc or not same_site:
        return None
    return canonical.geturl() if len(canonical.geturl()) <= _MAX_URL_CHARS else None


def _site(host: str | None) -> str:
    """The host without the prefix of its mobile or plain twin."""
    return re.sub(r"^(?:www|m|mobile|amp)\.", "", (host or "").lower())
