"""How near a reading comes to the truth."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

_TOKEN = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")
_SIGN = re.compile(r"([$€£(])\s+(?=\d)|(?<=\d)\s+(?=[%)])")


def words_and_order(found: str, wanted: str) -> tuple[float, float]:
    """The share of the wanted words that are found, and of the wanted pairs of neighbours that are neighbours."""
    have, want = _tokens(found), _tokens(wanted)
    return round(_share(Counter(have), Counter(want)), 4), round(
        _share(Counter(pairwise(have)), Counter(pairwise(want))), 4
    )


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).lower())


def _share(have: Counter[Any], want: Counter[Any]) -> float:
    return (have & want).total() / want.total() if want else 1.0


def tables(found: Sequence[Sequence[Sequence[str]]], wanted: Sequence[Sequence[Sequence[str]]]) -> dict[str, Any]:
    """Rows whose cells are exactly the wanted ones, the F1 of the cells, and how many tables there are.

    Empty cells do not count; a cell counts once for each time it stands in the truth.
    """
    have, want = _rows(found), _rows(wanted)
    exact = (have & want).total()
    cells_have = Counter(cell for row, count in have.items() for cell in row for _ in range(count))
    cells_want = Counter(cell for row, count in want.items() for cell in row for _ in range(count))
    hits = (cells_have & cells_want).total()
    f1 = 2 * hits / (cells_have.total() + cells_want.total()) if cells_have else 0.0
    return {"exact": exact, "rows": want.total(), "f1": round(f1, 4), "found": len(found), "tables": len(wanted)}


def _rows(tables: Sequence[Sequence[Sequence[str]]]) -> Counter[tuple[str, ...]]:
    rows = (tuple(cell for cell in map(_cell, row) if cell) for table in tables for row in table)
    return Counter(row for row in rows if row)


def _cell(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("—", "-").replace("–", "-")
    return _SIGN.sub(lambda found: found.group(1) or "", _SPACE.sub(" ", text)).strip()
