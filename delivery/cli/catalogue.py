"""perille catalogue load|show|diff"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from delivery.clock import system_clock
from delivery.flows.slots import make_slots
from delivery.settings import load_settings
from delivery.store.catalogue import rows
from delivery.store.catalogue.catalogues import Catalogues
from delivery.store.catalogue.diff import Change, changes
from delivery.store.catalogue.files import FileFaults, read_file
from delivery.store.catalogue.parts import HEAD, POINTS, Parts, join, service_of
from delivery.store.catalogue.toml import written
from delivery.store.engine import Database, engine_for

#: Beyond so many, the first ones are enough to begin with.
MOST_FAULTS = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", required=True)
    load = doing.add_parser("load", help="check a file and make it the newest version")
    load.add_argument("file", type=Path, metavar="FILE")
    load.add_argument(
        "--dry-run", action="store_true", help="say what would change, change nothing"
    )
    show = doing.add_parser("show", help="what a version says, the newest if none is named")
    show.add_argument("version", type=int, nargs="?", metavar="VERSION")
    show.add_argument("--toml", action="store_true", help="as a document that can be loaded")
    diff = doing.add_parser("diff", help="what is different, field by field")
    diff.add_argument(
        "sides", nargs="*", metavar="VERSION|FILE",
        help="none: the last edit; one: from it to the newest, or from the newest to a file; two",
    )  # fmt: skip


def run(asked: argparse.Namespace) -> int:
    database = Database(engine_for(load_settings().database.url))
    try:
        return int(_DOING[asked.doing](database, asked))
    except FileFaults as wrong:
        _print_faults(wrong)
    except _NoSuchVersion as none:
        print(none)
    finally:
        database.close()
    return 1


class _NoSuchVersion(Exception):
    """There is no such version in this database."""


def _load(database: Database, asked: argparse.Namespace) -> int:
    parts = read_file(asked.file)
    with database.read() as conn:
        last = rows.newest(conn)
        before = rows.parts(conn, last.number) if last else None
    found = changes(before or {}, parts)
    if asked.dry_run:
        _print_changes(found)
        return 0
    catalogues, now = Catalogues(database), system_clock()
    ready = catalogues.ready(parts)
    with database.write() as conn:
        number = catalogues.load(conn, ready, now)
    if last is not None and last.number == number:
        print(f"Version {number} says the same already.")
    else:
        print(f"Version {number} is loaded: {_counted(found)}.")
    added = make_slots(database, catalogues, now=now)
    if added:
        print(f"{added} slots were added.")
    return 0


def _show(database: Database, asked: argparse.Namespace) -> int:
    number, parts = _version(database, asked.version)
    if asked.toml:
        print(written(join(parts)), end="")
        return 0
    with database.read() as conn:
        version = rows.version(conn, number)
    assert version is not None
    head, kinds = parts[HEAD].body, Counter(each.kind for each in parts.values())
    points = Counter[str]()
    for each in (each for each in parts.values() if each.kind == POINTS):
        points[service_of(each.code)] += len(each.body)
    print(f"Version {number}, loaded {version.loaded_at:%Y-%m-%d %H:%M} UTC, {head['currency']}")
    print(
        f"{kinds['service']} services, {kinds['carrier']} carriers, {kinds['origin']} origins, "
        f"{kinds['calendar']} calendars, {kinds['zone']} zones, {points.total()} points\n"
    )
    for each in (each for each in parts.values() if each.kind == "service"):
        body = each.body
        many = f", {points[each.code]} points" if points[each.code] else ""
        print(
            f"  {each.code:20} {body['kind']:12} {body['promise']:8} {body['carrier']:20} "
            f"{len(body['zones'])} zones{many}"
        )
    return 0


def _diff(database: Database, asked: argparse.Namespace) -> int:
    sides: Sequence[str] = asked.sides
    if len(sides) > 2:
        print("Two sides at the most.")
        return 2
    newest = _version(database, None)[0]
    if not sides:
        sides = [str(newest - 1), str(newest)]
    elif len(sides) == 1:
        sides = [sides[0], str(newest)] if sides[0].isdigit() else [str(newest), sides[0]]
    old, new = (_side(database, side) for side in sides)
    _print_changes(changes(old, new))
    return 0


def _side(database: Database, side: str) -> Parts:
    return _version(database, int(side))[1] if side.isdigit() else read_file(Path(side))


def _version(database: Database, number: int | None) -> tuple[int, Parts]:
    with database.read() as conn:
        if number is None:
            newest = rows.newest(conn)
            if newest is None:
                raise _NoSuchVersion("No catalogue has been loaded yet.")
            number = newest.number
        parts = rows.parts(conn, number)
    if parts is None:
        raise _NoSuchVersion(f"There is no version {number}.")
    return number, parts


def _print_faults(wrong: FileFaults) -> None:
    for fault in wrong.faults[:MOST_FAULTS]:
        print(fault)
    more = len(wrong.faults) - MOST_FAULTS
    if more > 0:
        print(f"… and {more} more")
    print(f"\nNothing was changed: {len(wrong.faults)} to put right.")


def _print_changes(found: Sequence[Change]) -> None:
    for change in found:
        print(change)
    print(f"\n{_counted(found)}" if found else "Nothing is different.")


def _counted(found: Sequence[Change]) -> str:
    counts = Counter(change.what for change in found)
    return ", ".join(f"{counts[what]} {what}" for what in ("added", "removed", "changed"))


_DOING = {"load": _load, "show": _show, "diff": _diff}
