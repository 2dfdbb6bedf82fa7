"""Findings as JSON values, and back."""

import math
from typing import Any, cast, get_args

from opentrace.adapters.local.parser.wire_values import MalformedMessage, is_count, is_text
from opentrace.ports.document_parser import Finding, FindingCode, FindingSeverity

MAX_FINDINGS = 100
MAX_SENTENCE_CHARS = 500
MAX_PAGES = 5000
MAX_DETAILS = 20

_CODES: frozenset[str] = frozenset(get_args(FindingCode))
_SEVERITIES: frozenset[str] = frozenset(get_args(FindingSeverity))


def finding_values(finding: Finding) -> list[Any]:
    return [
        finding.code,
        finding.severity,
        finding.message,
        finding.action,
        None if finding.pages is None else list(finding.pages[:MAX_PAGES]),
        finding.count,
        finding.confidence,
        finding.details,
    ]


def decode_findings(values: object) -> tuple[Finding, ...]:
    """Raises MalformedMessage for anything that is not a list of findings."""
    if not isinstance(values, list):
        raise MalformedMessage("findings are not a list")
    findings = cast("list[object]", values)
    if len(findings) > MAX_FINDINGS:
        raise MalformedMessage("more findings than any document has")
    return tuple(_decode(finding) for finding in findings)


def _decode(values: object) -> Finding:
    if not isinstance(values, list) or len(cast("list[object]", values)) != 8:
        raise MalformedMessage("a finding is not a list of eight")
    code, severity, message, action, pages, count, confidence, details = cast("list[object]", values)
    if code not in _CODES or severity not in _SEVERITIES:
        raise MalformedMessage("a finding's code or severity")
    if not (_is_sentence(message) and _is_sentence(action)):
        raise MalformedMessage("a finding's sentences")
    if not is_count(count, optional=True) or not (confidence is None or _is_share(confidence)):
        raise MalformedMessage("a finding's figures")
    return Finding(
        code=cast("FindingCode", code),
        severity=cast("FindingSeverity", severity),
        message=cast("str", message),
        action=cast("str", action),
        pages=None if pages is None else _pages(pages),
        count=cast("int | None", count),
        confidence=cast("float | None", confidence),
        details=_details(details),
    )


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_SENTENCE_CHARS and is_text(value)


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _pages(values: object) -> tuple[int, ...]:
    if not isinstance(values, list):
        raise MalformedMessage("a finding's pages are not a list")
    pages = cast("list[object]", values)
    if len(pages) > MAX_PAGES or not all(is_count(page) for page in pages):
        raise MalformedMessage("a finding's pages")
    return tuple(cast("list[int]", pages))


def _details(values: object) -> dict[str, int | float | str]:
    if not isinstance(values, dict):
        raise MalformedMessage("a finding's details are no object")
    details = cast("dict[str, object]", values)
    if len(details) > MAX_DETAILS:
        raise MalformedMessage("more details than any finding has")
    for name, value in details.items():
        is_figure = isinstance(value, int | float) and math.isfinite(value)
        if not _is_sentence(name) or not (is_figure or _is_sentence(value)):
            raise MalformedMessage("a finding's details")
    return cast("dict[str, int | float | str]", details)
