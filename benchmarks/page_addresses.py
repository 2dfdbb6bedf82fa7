"""Which addresses of a list are fetched: directly, behind a redirect, and by names that change their address.

    python -m benchmarks.page_addresses --data FOLDER/hostile_inputs/ssrf_urls.jsonl

The list has a line of JSON an address: `url`, `expected` (block, allow, block-after-dns, …) and `resolves_to`. Names
are looked up in a stub: as what the list says they stand for, else as a public address.
"""

import argparse
import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.machine import machine, save
from opentrace.adapters.web.direct_page_fetcher import DirectPageFetcher
from opentrace.ports.page_fetcher import PageError
from tests.internet import Internet, Page, Site

REDIRECTOR = "redirector.example"


@dataclass(frozen=True, slots=True)
class Row:
    url: str
    expected: str
    resolves_to: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with arguments.data.open(encoding="utf-8") as lines:
        rows = [Row(item["url"], item["expected"], item["resolves_to"]) for item in map(json.loads, lines)]
    figures = asyncio.run(measure(rows))
    print("| expected | how | addresses | refused | fetched or let through |")
    print("|---|---|---|---|---|")
    for (expected, how), verdicts in sorted(figures.items()):
        print(f"| {expected} | {how} | {verdicts.total()} | {verdicts['refused']} | {verdicts['let through']} |")
    listed = [{"expected": key[0], "how": key[1], **verdicts} for key, verdicts in figures.items()]
    save({"machine": machine(), "addresses": listed}, arguments.json)


async def measure(rows: Sequence[Row]) -> dict[tuple[str, str], Counter[str]]:
    figures: dict[tuple[str, str], Counter[str]] = {}
    async with Internet.running() as internet:
        redirector = await internet.site(REDIRECTOR)
        fetcher = internet.fetcher(timeout_s=10.0)
        for row in rows:
            _name(internet, row)
            figures.setdefault((row.expected, "directly"), Counter())[await verdict(fetcher, row.url)] += 1
            behind = await _behind_redirect(fetcher, redirector, row.url)
            if behind is not None:
                figures.setdefault((row.expected, "behind a redirect"), Counter())[behind] += 1
            rebound = await _rebound(internet, fetcher, redirector, row)
            if rebound is not None:
                figures.setdefault((row.expected, "by a name that changes"), Counter())[rebound] += 1
    return figures


async def verdict(fetcher: DirectPageFetcher, url: str) -> str:
    """Whatever is not refused for its address counts as let through, though nobody may answer there."""
    try:
        await fetcher.fetch(url)
    except PageError as error:
        return "refused" if error.code in ("url_invalid", "url_not_allowed") else "let through"
    return "let through"


def _name(internet: Internet, row: Row) -> None:
    """Let the name of the address stand for what the list says."""
    try:
        host = urlsplit(row.url).hostname or ""
    except ValueError:
        return
    stands_for = _address(row.resolves_to)
    if stands_for is not None and row.expected == "block-after-dns":
        internet.names[host] = [[stands_for]]
    else:
        internet.names.setdefault(host, [["93.184.217.1"]])


async def _behind_redirect(fetcher: DirectPageFetcher, redirector: Site, url: str) -> str | None:
    if any(ord(char) < 33 or ord(char) > 126 for char in url):
        return None
    redirector.pages["/to"] = Page(status=302, headers={"Location": url})
    return await verdict(fetcher, f"http://{REDIRECTOR}/to")


async def _rebound(internet: Internet, fetcher: DirectPageFetcher, redirector: Site, row: Row) -> str | None:
    """The name has a public address at first, and the row's when it is asked for again."""
    stands_for = _address(row.resolves_to)
    if stands_for is None or not row.expected.startswith("block"):
        return None
    (public,) = internet.names[REDIRECTOR]
    internet.names[REDIRECTOR] = [public, public, [stands_for]]
    redirector.pages["/to"] = Page(status=302, headers={"Location": "/again"})
    redirector.pages["/again"] = Page("Here it is.")
    found = await verdict(fetcher, f"http://{REDIRECTOR}/to")
    internet.names[REDIRECTOR] = [public]
    return found


def _address(text: str) -> str | None:
    found = re.match(r"[0-9a-fA-F:.]+", text)
    try:
        return str(ip_address(found.group())) if found else None
    except ValueError:
        return None


if __name__ == "__main__":
    main()
