"""Which release of the time zone rules turns our windows into instants."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: Where nobody says which release it is.
UNKNOWN = "system"
_LONGEST = 12


@lru_cache(maxsize=64)
def tzdata_of(zone: str) -> str:
    """The release of the rules that `ZoneInfo(zone)` is read from: `2026a`, `2026.1`, `system`.

    The operating system's come first, as zoneinfo looks for them, then the package tzdata.
    """
    for folder in zoneinfo.TZPATH:
        if Path(folder, zone).is_file():
            return _release(Path(folder, "tzdata.zi"))
    try:
        return version("tzdata")[:_LONGEST]
    except PackageNotFoundError:
        return UNKNOWN


def _release(source: Path) -> str:
    """From the first line of IANA's own file: `# version 2026a`."""
    try:
        with source.open(encoding="ascii", errors="replace") as lines:
            words = lines.readline().split()
    except OSError:
        return UNKNOWN
    return words[2][:_LONGEST] if words[:2] == ["#", "version"] and len(words) == 3 else UNKNOWN
