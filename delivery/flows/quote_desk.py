"""Where quotes are made: one thread that answers all who wait together.

Those who ask while it works wait for the next turn, and share one look at what is free and one
commit. Alone or in a crowd, each is answered only when its quote is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from queue import SimpleQueue
from typing import NamedTuple

from delivery.flows import looking, quoting
from delivery.flows.finding import Search
from delivery.house import House
from delivery.rules.asks import QuoteAsk
from delivery.store import quotes
from delivery.store.hot import HotConnection
from delivery.store.quotes import Quote

#: More would make the first of them wait too long for the last.
MOST_AT_ONCE = 32

Told = Callable[["bytes | BaseException"], object]


class _Asked(NamedTuple):
    ask: QuoteAsk
    now: datetime
    told: Told


class QuoteDesk:
    """Answers quotes of a house in a thread of its own, started with the first."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting: SimpleQueue[_Asked | None] = SimpleQueue()
        self._hot = HotConnection(house.database)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def ask(self, ask: QuoteAsk, now: datetime, told: Told) -> None:
        """Have a quote made and kept. `told` is called once, from the desk's thread, with the
        answer or with the error: what `quoting.quote_options` raises."""
        if self._thread is None:
            self._start()
        self._waiting.put(_Asked(ask, now, told))

    def close(self) -> None:
        """Answer those who wait, and end."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="quotes", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        try:
            while (first := self._waiting.get()) is not None:
                self._answer([first, *self._others()])
        finally:
            self._hot.close()

    def _others(self) -> list[_Asked]:
        found = []
        # Nobody else takes from it, so what is there stays there until we take it.
        for _ in range(min(self._waiting.qsize(), MOST_AT_ONCE - 1)):
            asked = self._waiting.get()
            if asked is None:
                self._waiting.put(None)
                break
            found.append(asked)
        return found

    def _answer(self, asked: list[_Asked]) -> None:
        begun: list[tuple[_Asked, Search]] = []
        for each in asked:
            with _telling(each):
                begun.append((each, quoting.begin(self._house, each.ask, now=each.now)))
        if not begun:
            return
        try:
            made = self._made(begun)
            self._hot.write(quotes.ADD, [vars(quote) for _each, quote in made])
        except Exception as error:
            for each, _found in begun:
                each.told(error)
            return
        for each, quote in made:
            each.told(quote.answer)

    def _made(self, begun: list[tuple[_Asked, Search]]) -> list[tuple[_Asked, Quote]]:
        newest = self._house.layouts.newest(begun[-1][0].now)
        searches = [found for _each, found in begun]
        facts = looking.look_for_all(self._hot, self._house.database.name, searches, newest)
        made = []
        for (each, found), known in zip(begun, facts, strict=True):
            with _telling(each):
                made.append((each, quoting.compose(self._house, found, known, now=each.now)))
        return made


@contextmanager
def _telling(asked: _Asked) -> Iterator[None]:
    """What goes wrong with one is told to this one, and the others go on."""
    try:
        yield
    except Exception as error:
        asked.told(error)
