"""Opaque secrets of sessions and API keys: 256 random bits, of which only the SHA-256 is stored."""

import secrets
from hashlib import sha256

API_KEY_PREFIX = "ot_"
SESSION_PREFIX = "ots_"
"""No API key begins so, and no session like a key: the prefix alone says which table knows a token."""

SHOWN_CHARS = 7
"""How much of an API key its owner is shown later: enough to tell keys apart, too little to guess with."""


def new_session_token() -> str:
    return SESSION_PREFIX + secrets.token_urlsafe(32)


def new_api_key() -> str:
    return API_KEY_PREFIX + secrets.token_urlsafe(32)


def is_api_key(token: str) -> bool:
    return token.startswith(API_KEY_PREFIX)


def hash_of(token: str) -> bytes:
    """Plain SHA-256 is enough: nobody can try 2^256 tokens."""
    return sha256(token.encode()).digest()
