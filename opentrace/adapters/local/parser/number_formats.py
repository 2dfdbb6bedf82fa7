"""Number formats of spreadsheets (ECMA-376 part 1, 18.8.31): a value as the program shows it.

Names of days and months are English. A date of digits alone is given as ISO 8601 has it, with the parts that are shown:
in 03/04/24 nobody sees which is the month, and Excel writes the built-in ones by the language of its user.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

# What an id stands for without being declared (18.8.30), where that is not "General".
_BUILT_IN = """
    1 0 | 2 0.00 | 3 #,##0 | 4 #,##0.00 | 9 0% | 10 0.00% | 11 0.00E+00 | 12 # ?/? | 13 # ??/??
    5 $#,##0 | 6 $#,##0 | 7 $#,##0.00 | 8 $#,##0.00 | 37 #,##0;(#,##0) | 38 #,##0;(#,##0) | 39 #,##0.00;(#,##0.00)
    40 #,##0.00;(#,##0.00) | 41 #,##0;(#,##0);"-" | 42 $#,##0;($#,##0);"-" | 43 #,##0.00;(#,##0.00);"-"
    44 $#,##0.00;($#,##0.00);"-" | 14 m/d/yyyy | 15 d-mmm-yy | 16 d-mmm | 17 mmm-yy | 18 h:mm AM/PM | 19 h:mm:ss AM/PM
    20 h:mm | 21 h:mm:ss | 22 m/d/yyyy h:mm | 45 mm:ss | 46 [h]:mm:ss | 47 mm:ss.0 | 48 ##0.0E+0
"""
_ENTRY = re.compile(r"(\d+) (.+?)\s*(?:\||$)", re.MULTILINE)
BUILT_IN = {int(number): code for number, code in _ENTRY.findall(_BUILT_IN)}
_MAX_CODE_CHARS = 255
_MAX_DECIMALS = 30
_MOST = 1e300
_PRECISE = Context(prec=400)
_STEPS = [Decimal(1).scaleb(-places) for places in range(_MAX_DECIMALS + 1)]
_POWER = re.compile(r"E[+-]", re.IGNORECASE)
_WHOLE = re.compile(r"[0#?, \u00a0\u202f']*")
_DECIMALS = re.compile(r"[0#?]*")
_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"?)|\\(?P<escaped>.)|(?P<blank>[_*].)|(?P<bracket>\[[^\]]*\]?)|(?P<general>General)"""
    r"""|(?P<half>AM/PM|A/P)|(?P<part>y+|m+|d+|h+|s+(?:\.0+)?)|(?P<power>E[+-])|(?P<sign>[0#?.,%/@])|(?P<literal>.)""",
    re.IGNORECASE | re.DOTALL,
)
_SECTION_END = re.compile(r'("[^"]*"?|\\.|[_*].|\[[^\]]*\]?)|;', re.DOTALL)
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
}

_Tokens = list[tuple[str, str]]
Temporal = datetime | date | time | timedelta


def shown_number(value: float, code: str) -> str | None:
    """None where the format is the general one, or none that is known here."""
    sections = _sections(code)
    if not sections:
        return None
    section, signed = _section_for(value, sections)
    number = section.number if section is not None else None
    text = number.written(abs(value)) if isinstance(number, _Digits) else number
    return f"-{text}" if text and signed and any(char in "123456789" for char in text) else text


def shown_moment(value: Temporal, code: str) -> str | None:
    """None where the format has no part of a date or a time."""
    sections = _sections(code)
    return _moment(value, sections[0].tokens) if sections else None


@dataclass(frozen=True, slots=True)
class _Section:
    tokens: _Tokens
    condition: tuple[str, float] | None
    number: "_Digits | str | None"

    def takes(self, value: float) -> bool:
        return self.condition is None or _COMPARISONS[self.condition[0]](value, self.condition[1])


@lru_cache(maxsize=1000)
def _sections(code: str) -> list[_Section]:
    if len(code) > _MAX_CODE_CHARS:
        return []
    ends = [match.start() for match in _SECTION_END.finditer(code) if not match.group(1)]
    starts = [0, *(end + 1 for end in ends)]
    return [_section(code[start:end]) for start, end in zip(starts, [*ends, len(code)], strict=True)][:4]


def _section(code: str) -> _Section:
    tokens: _Tokens = []
    condition = None
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match.group()
        if kind == "bracket":
            if currency := _CURRENCY.fullmatch(text):
                tokens.append(("literal", currency.group(1)))
            elif elapsed := _ELAPSED.fullmatch(text):
                tokens.append(("elapsed", elapsed.group(1).lower()))
            elif wanted := _CONDITION.fullmatch(text):
                condition = (wanted.group(1), float(wanted.group(2)))
        elif kind in ("quoted", "escaped"):
            tokens.append(("literal", text.strip('"') if kind == "quoted" else match.group("escaped")))
        elif kind == "blank":
            if text[0] == "_":
                tokens.append(("literal", " "))
        else:
            tokens.append((kind, text.lower() if kind == "part" else text))
    return _Section(_with_minutes(tokens), condition, _number(tokens))


def _section_for(value: float, sections: list[_Section]) -> tuple[_Section | None, bool]:
    """The section of a value, and whether a minus goes before what it shows."""
    if sections[0].condition or sections[-1].condition:
        found = next((section for section in sections if section.takes(value)), None)
        return found, value < 0
    numbers = sections[:3]
    if value < 0 and len(numbers) > 1:
        return numbers[1], False
    if value == 0 and len(numbers) > 2:
        return numbers[2], False
    return numbers[0], value < 0


@dataclass(frozen=True, slots=True)
class _Digits:
    """How a number is written. `optional` decimals go where they are zeros; `exponent` has a sign and a width."""

    before: str
    after: str
    scale: float
    places: int
    optional: int
    least: int
    separator: str
    point: bool
    exponent: tuple[str, int] | None

    def written(self, value: float) -> str | None:
        value *= self.scale
        if not value < _MOST:
            return None
        if self.exponent is not None:
            return f"{self.before}{self._scientific(value, *self.exponent)}{self.after}".strip()
        digits, _, fraction = f"{_rounded(value, self.places):,f}".partition(".")
        if self.separator != ",":
            digits = digits.replace(",", self.separator)
        if digits == "0" and not self.least:
            digits = ""
        elif len(digits) < self.least and not self.separator:
            digits = digits.rjust(self.least, "0")
        if self.optional:
            fixed = self.places - self.optional
            fraction = fraction[:fixed] + fraction[fixed:].rstrip("0")
        point = "." if self.point and fraction else ""
        return f"{self.before}{digits}{point}{fraction}{self.after}".strip()

    def _scientific(self, value: float, sign: str, width: int) -> str:
        digits, _, exponent = f"{value:.{self.places}E}".partition("E")
        sign = "-" if exponent[0] == "-" else sign
        return f"{digits}E{sign}{exponent[1:].lstrip('0').rjust(width, '0')}"


def _rounded(value: float, places: int) -> Decimal:
    """Half away from zero, of the 15 digits that programs count with."""
    return Decimal(f"{value:.15g}").quantize(_STEPS[places], rounding=ROUND_HALF_UP, context=_PRECISE)


def _number(tokens: _Tokens) -> "_Digits | str | None":
    """How a section shows numbers: a text that is the same for all, or None where it is of something else."""
    if any(
        kind in ("part", "elapsed", "general", "half") or (kind == "sign" and text in "/@") for kind, text in tokens
    ):
        return None
    places = [at for at, (kind, text) in enumerate(tokens) if kind == "sign" and text in "0#?"]
    if not places:
        return "".join(text for _, text in tokens).strip()
    first, last = places[0], places[-1]
    if first and tokens[first - 1] == ("sign", "."):
        first -= 1
    pattern = "".join(text for _, text in tokens[first : last + 1])
    scale = 100.0 ** tokens.count(("sign", "%"))
    while tokens[last + 1 : last + 2] == [("sign", ",")]:
        last += 1
        scale /= 1000
    before = "".join(text for _, text in tokens[:first])
    after = "".join(text for _, text in tokens[last + 1 :])
    power = _POWER.search(pattern)
    mantissa = pattern[: power.start()] if power else pattern
    whole, point, decimals = mantissa.partition(".")
    if not _WHOLE.fullmatch(whole) or not _DECIMALS.fullmatch(decimals) or len(decimals) > _MAX_DECIMALS:
        return None
    exponent = ("+" if power.group()[1] == "+" else "", len(pattern) - power.end()) if power else None
    return _Digits(
        before,
        after,
        scale,
        places=len(decimals),
        optional=len(decimals) - len(decimals.rstrip("#?")),
        least=whole.count("0"),
        separator=next((char for char in whole if char not in "0#?"), ""),
        point=bool(point),
        exponent=exponent,
    )


def _moment(value: Temporal, tokens: _Tokens) -> str | None:
    kinds = {kind for kind, _ in tokens}
    if not kinds & {"part", "elapsed", "minutes"}:
        return None
    if isinstance(value, timedelta):
        return _elapsed(value, tokens)
    days = [text for kind, text in tokens if kind == "part" and text[0] in "ymd"]
    named = any(text[0] in "md" and len(text) > 2 for text in days)
    if isinstance(value, time):
        value = datetime.combine(date(1900, 1, 1), value)
        days = []
    elif not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if named:
        return "".join(_part(value, kind, text, half="half" in kinds) for kind, text in tokens).strip()
    day = _iso_day(value, {text[0] for text in days})
    of_time = [
        at for at, (kind, text) in enumerate(tokens) if kind == "minutes" or (kind == "part" and text[0] in "hs")
    ]
    if not of_time:
        return day or None
    end = of_time[-1] + 1
    clock = "".join(_part(value, kind, text, half="half" in kinds) for kind, text in tokens[of_time[0] : end])
    if "half" in kinds:
        clock += f" {value:%p}"
    return f"{day} {clock}".strip()


def _with_minutes(tokens: _Tokens) -> _Tokens:
    """An m behind hours or before seconds is one of minutes."""
    result = list(tokens)
    parts = [at for at, (kind, _) in enumerate(tokens) if kind in ("part", "elapsed")]
    for place, at in enumerate(parts):
        if tokens[at][0] == "part" and tokens[at][1] in ("m", "mm"):
            before = tokens[parts[place - 1]][1][0] if place else ""
            after = tokens[parts[place + 1]][1][0] if place + 1 < len(parts) else ""
            if before == "h" or after == "s":
                result[at] = ("minutes", tokens[at][1])
    return result


def _iso_day(value: datetime, parts: set[str]) -> str:
    if not parts:
        return ""
    if parts == {"y"}:
        return f"{value.year}"
    return f"{value.year}-{value.month:02}" if parts == {"y", "m"} else value.date().isoformat()


def _part(value: datetime, kind: str, text: str, *, half: bool) -> str:
    size = len(text)
    match kind, text[:1]:
        case "minutes", _:
            return f"{value.minute:0{size}}"
        case "half", _:
            return f"{value:%p}"
        case "part", "y":
            return f"{value.year:04}" if size > 2 else f"{value.year % 100:02}"
        case "part", "m":
            return f"{value:%b}" if size == 3 else f"{value:%B}" if size == 4 else f"{value.month:0{min(size, 2)}}"
        case "part", "d":
            return f"{value:%a}" if size == 3 else f"{value:%A}" if size > 3 else f"{value.day:0{size}}"
        case "part", "h":
            return f"{(value.hour + 11) % 12 + 1 if half else value.hour:0{min(size, 2)}}"
        case "part", "s":
            return _seconds(value.second, value.microsecond, text)
        case _:
            return text


def _elapsed(value: timedelta, tokens: _Tokens) -> str:
    """The first part holds all the time there is, the others what is left of it."""
    seconds = abs(value) // timedelta(seconds=1)
    parts: list[str] = []
    for kind, text in tokens:
        whole = kind == "elapsed"
        match text[:1] if kind in ("elapsed", "part", "minutes") else "":
            case "h":
                parts.append(f"{seconds // 3600:0{len(text)}}")
            case "m":
                parts.append(f"{seconds // 60 if whole else seconds // 60 % 60:0{len(text)}}")
            case "s":
                parts.append(_seconds(seconds if whole else seconds % 60, abs(value).microseconds, text))
            case _:
                parts.append(text)
    return ("-" if value < timedelta() else "") + "".join(parts).strip()


def _seconds(seconds: int, microseconds: int, text: str) -> str:
    whole, _, fraction = text.partition(".")
    return f"{seconds:0{len(whole)}}" + (f".{f'{microseconds:06}'[: len(fraction)]}" if fraction else "")
