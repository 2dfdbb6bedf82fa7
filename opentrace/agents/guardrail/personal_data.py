"""Numbers that identify a person or an account, told from other numbers by their check digits.

Names, e-mail addresses and telephone numbers are no such thing: questions about documents are full of them.
"""

import re
from typing import Literal

Identifier = Literal["payment card", "bank account (IBAN)", "US social security number", "national identity number"]

_CARD = re.compile(r"(?<![\d.,-])(?:3[47]\d{2}|[2456]\d{3})(?:[ -]?\d){9,15}(?![\d.,]*\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\d-])")
_SPANISH_ID = re.compile(r"\b(\d{8})-?([A-HJ-NP-TV-Z])\b")
_BRAZILIAN_ID = re.compile(r"(?<!\d)(\d{3})\.(\d{3})\.(\d{3})-(\d{2})(?!\d)")
_SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def find_identifier(text: str) -> Identifier | None:
    """The first kind of identifier that the text holds."""
    if any(_luhn(match.group()) for match in _CARD.finditer(text)):
        return "payment card"
    if any(_mod_97(match.group()) for match in _IBAN.finditer(text)):
        return "bank account (IBAN)"
    if _SSN.search(text):
        return "US social security number"
    if any(_SPANISH_LETTERS[int(number) % 23] == letter for number, letter in _SPANISH_ID.findall(text)):
        return "national identity number"
    if any(_brazilian("".join(groups)) for groups in _BRAZILIAN_ID.findall(text)):
        return "national identity number"
    return None


def _luhn(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mod_97(text: str) -> bool:
    compact = text.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def _brazilian(digits: str) -> bool:
    numbers = [int(digit) for digit in digits]
    if len(set(numbers)) == 1:
        return False
    return all(
        sum(number * weight for number, weight in zip(numbers, range(place + 1, 1, -1), strict=False)) * 10 % 11 % 10
        == numbers[place]
        for place in (9, 10)
    )
