"""Posts signed forms to the application, later and again: it may not be up yet."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from urllib.parse import urldefrag

import requests
from twilio.request_validator import RequestValidator

#: Between one try and the next; after the last it is given up.
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_MOST = 20_000

Letter = Callable[[], "tuple[str, dict[str, str]] | None"]


class Postman:
    """One thread with a list of what is to be posted when."""

    def __init__(self, auth_token: str) -> None:
        self._sign = RequestValidator(auth_token).compute_signature
        self._due: list[tuple[float, int, int, Letter]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def post(self, letter: Letter, *, after: float = 0.0) -> None:
        """Post what `letter()` gives then: an address and a form, or nothing."""
        self._put(letter, after, 0)

    def close(self) -> None:
        """Post nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=20)

    def _put(self, letter: Letter, after: float, tries: int) -> None:
        with self._changed:
            if self._closed or len(self._due) >= _MOST:
                return
            heapq.heappush(self._due, (time.monotonic() + after, next(self._order), tries, letter))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="postman")
                self._thread.start()
            self._changed.notify()

    def _work(self) -> None:
        with requests.Session() as http:
            http.trust_env = False
            while (taken := self._next()) is not None:
                tries, letter = taken
                if not self._delivered(http, letter) and tries < len(_PAUSES):
                    self._put(letter, _PAUSES[tries], tries + 1)

    def _next(self) -> tuple[int, Letter] | None:
        with self._changed:
            while not self._closed:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    _, _, tries, letter = heapq.heappop(self._due)
                    return tries, letter
                self._changed.wait(wait)
        return None

    def _delivered(self, http: requests.Session, letter: Letter) -> bool:
        written = letter()
        if written is None:
            return True
        address, form = urldefrag(written[0]).url, written[1]
        signed = {"X-Twilio-Signature": self._sign(address, form)}
        try:
            answer = http.post(
                address, data=form, headers=signed, timeout=15, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return answer.status_code < 400
