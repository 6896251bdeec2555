"""How messages reach a database: handed in by whoever owns it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Transactions(Protocol):
    """Anything that gives a connection to write on, in one transaction, and one to read from."""

    def write(self) -> AbstractContextManager[Connection]:
        """Commits when the block ends, rolls back when it raises."""

    def read(self) -> AbstractContextManager[Connection]:
        """For queries only."""
