"""Names for new things, unguessable: 96 random bits behind a prefix people can read."""

from __future__ import annotations

import hashlib
import secrets


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def digest(content: bytes) -> str:
    """SHA-256 in hex: for telling the same request from another, and for storing secrets."""
    return hashlib.sha256(content).hexdigest()
