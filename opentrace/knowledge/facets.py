"""What a document is about as a whole, and what a question says about the document it wants.

Four reports of one company say nearly the same in nearly the same words; only their names and dates tell them apart.
So a document has facets, a question has the same ones, and search prefers the documents that share them
(`opentrace/retrieval/preference.py`).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

NAMES_OF_TEXT = 24
BEGINNING_CHARS = 2000
"""Of a document: where its date stands, if its name has none."""

_LEAST_MENTIONS = 3
_MOST_TITLE_WORDS = 12
_ALWAYS = 0.9
"""Share of a word's mentions with a capital that makes it a name: a word of a heading is also said in a sentence."""

_FILE_ENDING = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,4}$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PLAIN_WORD = re.compile(r"(?<![.@/\w-])[^\W_]+(?:['’][^\W_]+)?")
"""Not a part of an address or of a joined word."""
_POSSESSIVE = re.compile(r"['’]s?$")
_CODE = re.compile(r"[^\W_]+(?:[-.][^\W_]+)+")
_YEAR = re.compile(r"(?:(?<!\d)|(?<=Q[1-4]))((?:19|20)\d\d)(?!\d)", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"(?:\bFY|(?<![^\W_])(?:Q[1-4]|[1-4]Q))\s?['’]?(\d\d)(?!\d)", re.IGNORECASE)
_QUARTER = re.compile(
    r"(?<![^\W\d_])(?:Q([1-4])(?=(?:\d\d)?(?:\d\d)?(?![^\W_]))|(?<!\d)([1-4])Q(?![^\W\d_]))"
    r"|\b([1-4])(?:st|nd|rd|th)\s+(?:fiscal\s+)?quarter\b",
    re.IGNORECASE,
)
_PERIOD_WORD = re.compile(r"(?:fy|q[1-4]|[1-4]q|\d{2,4}q[1-4])\d{0,4}")
_SPELT_QUARTER = re.compile(r"\b(first|second|third|fourth)[\s-]+(?:fiscal\s+)?quarter\b", re.IGNORECASE)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH = "(" + "|".join(f"{name}|{name[:3]}\\.?" for name in _MONTHS) + "|sept\\.?)"
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH},?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+(?:of\s+)?((?:19|20)\d\d)\b", re.IGNORECASE)
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_./](0[1-9]|1[0-2])(?:[-_./](0[1-9]|[12]\d|3[01]))?(?!\d)")
_DOTTED = re.compile(r"(?<!\d)(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.((?:19|20)\d\d)(?!\d)")
_OVER_TIME = re.compile(r"\b(?:previous|prior|earlier|preceding|trends?|over\s+time|compared?\s+to)\b", re.IGNORECASE)
"""With one of these, a question about the newest wants those before it, too."""

_LATEST = re.compile(
    r"\b(?:latest|most\s+recent|newest|last\s+(?:quarter|report|filing|version|edition|statement|meeting|minutes))\b",
    re.IGNORECASE,
)
_TYPES: dict[str, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "spreadsheet": ("spreadsheet", "excel", "workbook", "xlsx", "csv"),
    "presentation": ("presentation", "slides", "powerpoint", "pptx"),
    "word": ("docx",),
    "page": ("webpage", "website"),
    "mail": ("email",),
}
_MEDIA_TYPES = {
    "application/pdf": "pdf",
    "text/csv": "spreadsheet",
    "message/rfc822": "mail",
    "text/html": "page",
}
_STOP_WORDS_TEXT = """
a about above after again all also an and any are as at be because been before being below between both but by can could
did do does doing down during each few for from further had has have having he her here hers him his how i if in into is
it its just me more most my no nor not now of off on once only or other our out over own same she should so some such
than that the their them then there these they this those through to too under until up very was we were what when where
which while who whom why will with would you your
"""
STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())


@dataclass(frozen=True, slots=True)
class Facets:
    """`values` are `kind:value`. `period_end` is the last day of what it speaks of, if it says so."""

    values: tuple[str, ...]
    period_end: date | None = None
    latest: bool = False


def document_facets(*, file_name: str, title: str | None, media_type: str, contents: Sequence[str]) -> Facets:
    """Of a document's names, of the dates in them or at its beginning, and of the proper names in its text."""
    stem = _FILE_ENDING.sub("", file_name).replace("_", " ")
    names = [name for name in (stem, title or "") if name]
    values: list[str] = []
    for name in names:
        words = _title_words(name)
        values.extend(f"word:{word}" for word in words[:_MOST_TITLE_WORDS])
        values.extend(f"name:{code}" for code in _codes(name))
    beginning = "\n".join(contents[:2])[:BEGINNING_CHARS]
    values.extend(f"name:{code}" for code in _codes(beginning))
    values.extend(f"name:{word}" for word in _proper_names(contents, names))
    period, period_end = _period(names)
    if not period:
        period, period_end = _period_of_dates(beginning)
    values.extend(period)
    kind = _MEDIA_TYPES.get(media_type) or _office_kind(media_type)
    if kind:
        values.append(f"type:{kind}")
    return Facets(tuple(dict.fromkeys(values)), period_end)


def question_facets(question: str) -> Facets:
    """What a question may say of a document; whether it does is known once documents are found that share it."""
    words = _title_words(question)
    written_small = question[1:].islower()
    names = [match.group() for match in _WORD.finditer(question) if written_small or not match.group().islower()]
    values = [f"name:{word}" for word in _title_words(" ".join(names))]
    values.extend(f"word:{word}" for word in words)
    values.extend(f"name:{code}" for code in _codes(question))
    period, period_end = _period([question])
    values.extend(period)
    values.extend(f"type:{kind}" for kind, said in _TYPES.items() if any(word in said for word in words))
    latest = _LATEST.search(question) is not None and _OVER_TIME.search(question) is None
    return Facets(tuple(dict.fromkeys(values)), period_end, latest=latest)


def folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _title_words(text: str) -> list[str]:
    """Words in order, folded, without possessives, stop words, single letters and numbers."""
    words = (folded(_POSSESSIVE.sub("", match.group())) for match in _WORD.finditer(text))
    return [
        word
        for word in dict.fromkeys(words)
        if len(word) > 1 and not word.isdigit() and word not in STOP_WORDS and not _PERIOD_WORD.fullmatch(word)
    ]


def _codes(text: str) -> list[str]:
    return [folded(match.group()) for match in _CODE.finditer(text) if any(sign.isdigit() for sign in match.group())]


def _proper_names(contents: Sequence[str], names: Iterable[str]) -> list[str]:
    """Words that the text nearly always writes with a capital, the most frequent first, after those of its names."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for content in contents:
        for match in _PLAIN_WORD.finditer(content):
            word = _POSSESSIVE.sub("", match.group())
            if len(word) < 3 or not word[0].isalpha():
                continue
            (capital if word[0].isupper() else small)[folded(word)] += 1
    proper = [
        word
        for word, count in capital.most_common()
        if count >= _LEAST_MENTIONS
        and count >= _ALWAYS * (count + small[word])
        and word not in STOP_WORDS
        and word not in _MONTHS
    ]
    of_names = [word for name in names for word in _title_words(name) if capital[word] > small[word]]
    return list(dict.fromkeys([*of_names, *proper[:NAMES_OF_TEXT]]))


def _period(texts: Sequence[str]) -> tuple[list[str], date | None]:
    """Years, quarters, months and days, as facets, and the last day of the latest of them."""
    values: list[str] = []
    years: list[int] = []
    quarters: list[int] = []
    for text in texts:
        years.extend(int(match.group(1)) for match in _YEAR.finditer(text))
        years.extend(2000 + int(match.group(1)) for match in _SHORT_YEAR.finditer(text))
        quarters.extend(int(next(filter(None, match.groups()))) for match in _QUARTER.finditer(text))
        quarters.extend(_ORDINALS[match.group(1).casefold()] for match in _SPELT_QUARTER.finditer(text))
    dates, months = _dates("\n".join(texts))
    values.extend(f"year:{year}" for year in dict.fromkeys(years))
    values.extend(f"quarter:{quarter}" for quarter in dict.fromkeys(quarters))
    values.extend(f"month:{year}-{month:02}" for year, month in dict.fromkeys(months))
    values.extend(f"date:{day.isoformat()}" for day in dict.fromkeys(dates))
    ends = [*dates, *(_month_end(year, month) for year, month in months)]
    if years and not ends:
        ends.append(_month_end(max(years), 3 * max(quarters) if quarters else 12))
    return values, max(ends, default=None)


def _period_of_dates(text: str) -> tuple[list[str], date | None]:
    """Of a document that has no period in its name: the dates at its beginning, and what they lie in."""
    dates, months = _dates(text)
    if not dates and not months:
        return [], None
    months = list(dict.fromkeys([*months, *((day.year, day.month) for day in dates)]))
    values = [f"date:{day.isoformat()}" for day in dict.fromkeys(dates)]
    values.extend(f"month:{year}-{month:02}" for year, month in months)
    values.extend(f"year:{year}" for year in dict.fromkeys(year for year, _ in months))
    values.extend(f"quarter:{(month + 2) // 3}" for _, month in months)
    return list(dict.fromkeys(values)), max([*dates, *(_month_end(year, month) for year, month in months if not dates)])


def _dates(text: str) -> tuple[list[date], list[tuple[int, int]]]:
    """Days, and months that no day is given of."""
    found = [(match.group(3), _month_number(match.group(1)), match.group(2)) for match in _MONTH_DAY.finditer(text)]
    found += [(match.group(3), _month_number(match.group(2)), match.group(1)) for match in _DAY_MONTH.finditer(text)]
    found += [(match.group(3), int(match.group(2)), match.group(1)) for match in _DOTTED.finditer(text)]
    months: list[tuple[int, int]] = []
    for match in _ISO.finditer(text):
        if match.group(3):
            found.append((match.group(1), int(match.group(2)), match.group(3)))
        else:
            months.append((int(match.group(1)), int(match.group(2))))
    numbers = [(int(year), month, int(day)) for year, month, day in found]
    days = [date(year, month, day) for year, month, day in numbers if 1 <= day <= _month_end(year, month).day]
    months.extend((int(match.group(2)), _month_number(match.group(1))) for match in _MONTH_YEAR.finditer(text))
    return days, months


def _month_number(name: str) -> int:
    return next(place for place, month in enumerate(_MONTHS, 1) if month.startswith(name.casefold()[:3]))


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _office_kind(media_type: str) -> str | None:
    for sign, kind in (("spreadsheet", "spreadsheet"), ("presentation", "presentation"), ("wordprocessing", "word")):
        if sign in media_type:
            return kind
    return None
