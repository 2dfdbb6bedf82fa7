"""Checks of single values that a child sends."""

from opentrace.adapters.local.parser.cleaning import FORBIDDEN


class MalformedMessage(Exception):
    """A child said what no child says."""


def is_text(value: object) -> bool:
    return isinstance(value, str) and FORBIDDEN.search(value) is None


def is_count(value: object, *, optional: bool = False) -> bool:
    if value is None:
        return optional
    return isinstance(value, int) and value >= 0
