"""Links that open one delivery: an HMAC over its reference and link version."""

from __future__ import annotations

import base64
import hashlib
import hmac

#: 132 bits in 22 characters, so that an SMS stays short (ASVS 5.0, 11.5.1 asks for 128).
TOKEN_LENGTH = 22


def link_token(secret: str, reference: str, version: int) -> str:
    """The token of a delivery's link. Another version makes another token: that revokes."""
    signed = hmac.new(secret.encode(), f"my\0{reference}\0{version}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed.digest()).decode()[:TOKEN_LENGTH]


def link_hash(token: str) -> str:
    """What is stored of a token: enough to find its delivery, not enough to open it."""
    return hashlib.sha256(token.encode()).hexdigest()


def opens(secret: str, reference: str, version: int, token: str) -> bool:
    return hmac.compare_digest(link_token(secret, reference, version), token)


def unsubscribe_token(secret: str, number: int) -> str:
    """The token under which the reader of e-mail `number` says: no more of these.

    It names the message, not the reader: an address has no place in a link.
    """
    signed = hmac.new(secret.encode(), f"unsubscribe\0{number}".encode(), hashlib.sha256)
    return f"{number}-{base64.urlsafe_b64encode(signed.digest()).decode()[:TOKEN_LENGTH]}"


def unsubscribes(secret: str, token: str) -> int | None:
    """The number of the e-mail this token stands for; None for one we did not make."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) < 16 and token.isascii()):
        return None
    right = hmac.compare_digest(unsubscribe_token(secret, int(number)), token)
    return int(number) if right else None
