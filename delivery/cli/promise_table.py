"""Tables of shipments, read from CSV: when each was shipped, promised and delivered."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from delivery.rules.transit.clock import Floats
from delivery.rules.transit.times import Shipments

COLUMNS = ("service", "area", "shipped_at", "promised_at", "delivered_at")
_TIMES = COLUMNS[2:]
_BLANK = {"", "na", "nan", "nat", "null", "none", "."}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1971, 2200)
_DAY = timedelta(days=1)
#: The last minute of a day.
_END_OF_DAY = 1 - 1 / 1440
_MOST_FAULTS = 20


class Fault(NamedTuple):
    """What is wrong in one place of a file."""

    line: int
    column: str
    what: str


class BadTable(Exception):
    """This file is no table of shipments; the message has a line for each fault."""


@dataclass(frozen=True)
class PromiseTable:
    """Shipments in the order in which they left, and until when each was promised (NaN: not)."""

    shipments: Shipments
    promised: Floats
    #: The last instant of which the table knows.
    ended_at: float
    #: Rows left out since they were delivered before they were shipped.
    left_out: tuple[Fault, ...]
    #: The columns of moments that tell no more than the day.
    by_day: frozenset[str]


class _Moment(NamedTuple):
    """On the clock on the wall, in days since 1970; that clock's offset, if it is told."""

    wall: float
    offset: float | None
    is_day: bool


@dataclass
class _Rows:
    lines: list[int] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)
    moments: list[list[_Moment | None]] = field(default_factory=list)


def read_shipments(file: Path) -> PromiseTable:
    """The shipments of a CSV file with `COLUMNS`, in any order and among any others.

    Moments are ISO 8601, with or without an offset; a promise for a day lasts until its end, and
    what was delivered on a day was by its end. Raises `BadTable`.
    """
    try:
        text = file.read_bytes()
    except OSError as why:
        raise BadTable(f"{file}: cannot be read ({why.strerror}).") from None
    faults: list[Fault] = []
    rows = _read(_decoded(text), faults)
    if not faults and not rows.lines:
        faults.append(Fault(1, "row", "there is none"))
    if faults:
        raise BadTable(told(file, faults))
    return _table(rows)


def told(file: Path, faults: list[Fault] | tuple[Fault, ...]) -> str:
    """The first faults, a line each, and how many more there are."""
    lines = [f"{file}:{line}: {column}: {what}" for line, column, what in faults[:_MOST_FAULTS]]
    more = len(faults) - _MOST_FAULTS
    return "\n".join([*lines, f"… and {more} more"] if more > 0 else lines)


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("latin-1")  # some spreadsheets still write it; all bytes are right


def _read(text: str, faults: list[Fault]) -> _Rows:
    rows = _Rows()
    lines = text.splitlines(keepends=True)
    comma = max(",;\t", key=lines[0].count) if lines else ","
    read = csv.reader(lines, delimiter=comma)
    try:
        header = [name.strip().lower() for name in next(read, [])]
        if _header_is_right(header, faults):
            for row in read:
                if any(cell.strip() for cell in row):
                    _add(rows, header, row, read.line_num, faults)
    except csv.Error as why:
        faults.append(Fault(read.line_num, "row", f"no CSV ({why})"))
    return rows


def _header_is_right(header: list[str], faults: list[Fault]) -> bool:
    for name in COLUMNS:
        if header.count(name) != 1:
            faults.append(Fault(1, name, "two columns of that name" if name in header else
                                "no such column"))  # fmt: skip
    return not faults


def _add(rows: _Rows, header: list[str], row: list[str], line: int, faults: list[Fault]) -> None:
    if len(row) != len(header):
        faults.append(Fault(line, "row", f"{len(row)} columns, the header has {len(header)}"))
        return
    cell = dict(zip(header, row, strict=True))
    moments: list[_Moment | None] = []
    for name in _TIMES:
        text = cell[name].strip()
        try:
            moments.append(None if text.lower() in _BLANK else _moment(text))
        except ValueError:
            faults.append(Fault(line, name, f"{text[:40]!r} is no moment"))
            return
    if moments[0] is None:
        faults.append(Fault(line, "shipped_at", "is empty"))
        return
    rows.lines.append(line)
    rows.names.append((cell["service"].strip(), cell["area"].strip()))
    rows.moments.append(moments)


def _moment(text: str) -> _Moment:
    found = datetime.fromisoformat(text.removesuffix(" UTC"))
    if found.year not in _YEARS:
        raise ValueError
    offset = found.utcoffset()
    if offset is None and text.endswith(" UTC"):
        offset = timedelta(0)
    wall = (found.replace(tzinfo=UTC) - _EPOCH) / _DAY
    return _Moment(wall, None if offset is None else offset / _DAY, len(text) <= len("2026-03-12"))


def _table(rows: _Rows) -> PromiseTable:
    shipped = [each[0] for each in rows.moments if each[0] is not None]
    promised, of_day = _column(rows, 1)
    delivered, on_day = _column(rows, 2)
    if on_day:  # then nobody can say more of a promise than whether its day was kept
        promised = np.floor(promised) + _END_OF_DAY
    left = np.array([each.wall for each in shipped])
    apart = np.array([each.offset or 0.0 for each in shipped])
    services, areas = (_numbers([each[k] for each in rows.names]) for k in (0, 1))
    every = Shipments(services, areas, left, delivered, left - apart, delivered - apart)
    early = delivered < left
    left_out = [
        Fault(line, "delivered_at", "before shipped_at, left out")
        for line, is_early in zip(rows.lines, early.tolist(), strict=True)
        if is_early
    ]
    # What was shipped at the same moment has the same order however the rows stand.
    order = np.lexsort((delivered, promised, areas, services, left - apart))
    order = order[~early[order]]
    if not len(order):
        raise BadTable("No row is left.")
    kept = every[order]
    instants = np.concatenate([kept.left_at, kept.known_at])
    by_day = {name for name, is_so in zip(_TIMES[1:], (of_day, on_day), strict=True) if is_so}
    return PromiseTable(
        kept, promised[order], float(np.nanmax(instants)), tuple(left_out), frozenset(by_day)
    )


def _column(rows: _Rows, place: int) -> tuple[Floats, bool]:
    """The moments of a column on the clocks of `shipped_at`, and whether they are but days."""
    found = [each[place] for each in rows.moments if each[place] is not None]
    days = bool(found) and all(each.is_day or each.wall % 1 == 0 for each in found if each)
    return np.array(list(_walls(rows, place, days))), days


def _walls(rows: _Rows, place: int, days: bool) -> Iterator[float]:
    for each in rows.moments:
        shipped, moment = each[0], each[place]
        if moment is None or shipped is None:
            yield float("nan")
        elif days or moment.is_day:
            yield moment.wall // 1 + _END_OF_DAY
        elif moment.offset is None or shipped.offset is None:
            yield moment.wall
        else:
            yield moment.wall - moment.offset + shipped.offset


def _numbers(names: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    number = {name: k for k, name in enumerate(sorted(set(names)))}
    return np.array([number[name] for name in names], dtype=np.int64)
