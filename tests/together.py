"""Many actors at once: each in a thread, all let go together, their errors not lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def at_once(actors: Sequence[Callable[[], T]], *, seconds: float = 60) -> list[T]:
    """What each actor gave, in their order. Raises the first error there was."""
    gate = threading.Barrier(len(actors))
    given: dict[int, T] = {}
    broke: list[BaseException] = []

    def act(number: int, actor: Callable[[], T]) -> None:
        try:
            gate.wait(timeout=seconds)
            given[number] = actor()
        except BaseException as error:
            broke.append(error)

    threads = [threading.Thread(target=act, args=each, daemon=True) for each in enumerate(actors)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(timeout=max(0.0, until - time.monotonic()))
    if broke:
        raise broke[0]
    assert not any(thread.is_alive() for thread in threads), "an actor never came back"
    return [given[number] for number in range(len(actors))]
