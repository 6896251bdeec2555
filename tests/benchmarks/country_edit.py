"""One edit of a catalogue, as an office in another process makes it.

python -m tests.benchmarks.country_edit URL POINTS NUMBER
"""

from __future__ import annotations

import sys

from delivery.clock import system_clock
from delivery.store.catalogue import load_catalogue
from delivery.store.engine import Database, engine_for
from tests.benchmarks.country import catalogue_of


def main() -> None:
    url, points, number = sys.argv[1:]
    database = Database(engine_for(url))
    with database.write() as conn:
        load_catalogue(conn, catalogue_of(int(points), int(number)), now=system_clock())
    database.close()


if __name__ == "__main__":
    main()
