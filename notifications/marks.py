"""A number beside a database file, which its backups do not take along."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def read(database: str) -> int:
    """The number beside it; 0 where there is none, or none that can be read."""
    try:
        return int(_beside(database).read_text("ascii"))
    except (OSError, ValueError):
        return 0


def write(database: str, number: int) -> None:
    """Put it there, whole or not at all. A place that cannot be written to has none."""
    if not database:
        return
    new = _beside(database, f"-mark-{os.getpid()}")
    with suppress(OSError):
        new.write_text(str(number), "ascii")
        new.replace(_beside(database))


def _beside(database: str, ending: str = "-mark") -> Path:
    return Path(f"{database}{ending}")
