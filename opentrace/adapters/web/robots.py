"""What a site asks of programs that read it (robots.txt, RFC 9309)."""

from protego import Protego

ROBOTS_NAME = "Opentrace"
MAX_ROBOTS_BYTES = 512 * 1024
"""The least that RFC 9309 asks a reader to take is 500 KiB."""


def allows(robots_txt: bytes, url: str) -> bool:
    """Whether the rules for Opentrace, or those for everybody, let this address be read."""
    return bool(
        Protego.parse(robots_txt[:MAX_ROBOTS_BYTES].decode("utf-8", errors="replace")).can_fetch(url, ROBOTS_NAME)
    )
