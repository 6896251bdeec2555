"""Many databases for many scenarios, and somebody who kills senders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.moulds import Moulds
from tests.notifications.faults.running import Killer, a_killer

Urls = Callable[[int], list[str]]


@pytest.fixture(scope="session")
def killer() -> Iterator[Killer]:
    with a_killer() as killer:
        yield killer


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, moulds: Moulds, tmp_path: Path) -> Iterator[Urls]:
    """So many databases with fresh, empty tables."""
    with ExitStack() as stack:

        def one(number: int) -> str:
            if request.param == "sqlite":
                return moulds.sqlite("empty", tmp_path / f"{number}.db")
            server = request.getfixturevalue("postgres_server")
            return stack.enter_context(moulds.postgresql("empty", server))

        yield lambda count: [one(number) for number in range(count)]
