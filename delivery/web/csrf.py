"""Forms only from our own pages: a token bound to a cookie, and the browser's word for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

COOKIE = "perille_csrf"
FIELD = "csrf"


def new_cookie() -> str:
    return secrets.token_urlsafe(24)


def token_for(secret: str, cookie: str) -> str:
    """What a form must carry when its browser carries `cookie`."""
    signed = hmac.new(secret.encode(), f"csrf\0{cookie}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed.digest()).decode().rstrip("=")


def is_ours(
    headers: Mapping[str, str], cookie: str, token: str, *, secret: str, public_url: str
) -> bool:
    """Whether a post comes from a form of ours, filled in by the browser that asked for it."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    if not _origin_is_ours(headers, public_url):
        return False
    # As bytes: a string with anything but ASCII cannot be compared in constant time.
    expected = token_for(secret, cookie).encode()
    return bool(cookie) and hmac.compare_digest(expected, token.encode("utf-8", "replace"))


def _origin_is_ours(headers: Mapping[str, str], public_url: str) -> bool:
    # A page that asks for no referrer posts with Origin: null; then the token decides alone.
    origin = headers.get("origin", "null")
    if origin == "null":
        return True
    return urlsplit(origin).netloc in (headers.get("host"), urlsplit(public_url).netloc)
