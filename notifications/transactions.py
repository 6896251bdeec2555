"""What the messaging side needs of a database: a way to write and a way to read."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Transactions(Protocol):
    def write(self) -> AbstractContextManager[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""

    def read(self) -> AbstractContextManager[Connection]:
        """For queries only."""
