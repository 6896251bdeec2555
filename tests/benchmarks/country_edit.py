"""One edit of a catalogue, as an office in another process makes it.

python -m tests.benchmarks.country_edit URL POINTS NUMBER
"""

from __future__ import annotations

import sys

from delivery.clock import system_clock
from delivery.store.catalogue.catalogues import load_catalogue, ready
from delivery.store.engine import Database, engine_for
from tests.benchmarks.country import catalogue_of


def main() -> None:
    url, points, number = sys.argv[1:]
    database = Database(engine_for(url))
    document = ready(catalogue_of(int(points), int(number)))
    with database.write() as conn:
        load_catalogue(conn, document, now=system_clock())
    database.close()


if __name__ == "__main__":
    main()
