"""Tables of choices, read from CSV: the long form, and the wide one of some old data sets."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from delivery.rules.taste.panel import Panel

_FIRST = ("person", "choice", "alternative", "chosen")
_BLANK = {"", "na", "nan", "null", "none", "."}
_YES, _NO = {"1", "1.0", "true"}, {"0", "0.0", "false"}
_NUMBERED = re.compile(r"^(.*[^0-9])([0-9]+)$")

Row = tuple[int, str, str, str, bool, list[float]]
"""Line, person, choice, alternative, chosen, features."""


class BadTable(Exception):
    """This file is no table of choices; the message says where and why."""


def read_choices(file: Path) -> Panel:
    """The choices of a CSV file.

    Long: `person, choice, alternative, chosen, feature…`, a row per alternative. Wide:
    `id, choiceid, choice, price1, time1, …, price2, …`, a row per choice, where `choice` names
    the alternative by its number. Raises `BadTable`.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            header, rows = _lines(lines.read().splitlines())
    except (OSError, UnicodeDecodeError) as why:
        raise BadTable(f"{file}: cannot be read ({why}).") from None
    except csv.Error as why:
        raise BadTable(f"{file}: no CSV ({why}).") from None
    if tuple(header[:3]) == ("id", "choiceid", "choice"):
        names, found = _wide(header, rows)
    else:
        names, found = _long(header, rows)
    if not found:
        raise BadTable(f"{file}: no choice between at least two alternatives.")
    return _panel(names, _in_order(found))


def _lines(text: list[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if not text:
        raise BadTable("The file is empty.")
    comma = max(",;\t", key=text[0].count)
    read = csv.reader(text, delimiter=comma)
    header = [name.strip().lower() for name in next(read)]
    rows = [(read.line_num, row) for row in read if any(cell.strip() for cell in row)]
    for line, row in rows:
        if len(row) != len(header):
            raise BadTable(f"Line {line}: {len(row)} columns, the header has {len(header)}.")
    return header, rows


def _long(header: list[str], rows: list[tuple[int, list[str]]]) -> tuple[list[str], list[Row]]:
    missing = [name for name in _FIRST if name not in header]
    if missing:
        raise BadTable(f"Line 1: no column {', '.join(missing)}; wanted: {', '.join(_FIRST)}, …")
    names = [name for name in header if name not in _FIRST]
    if not names:
        raise BadTable("Line 1: no feature; wanted at least one column besides the first four.")
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise BadTable(f"Line 1: two columns are called {twice}.")
    where = [header.index(name) for name in _FIRST]
    features = [(header.index(name), name) for name in names]
    found: list[Row] = []
    for line, row in rows:
        person, choice, alternative, chosen = (row[k].strip() for k in where)
        if not person or not choice:
            raise BadTable(f"Line {line}: {'choice' if person else 'person'} is empty.")
        values = [_number(row[k], name, line) for k, name in features]
        found.append((line, person, choice, alternative, _flag(chosen, line), values))
    return names, found


def _wide(header: list[str], rows: list[tuple[int, list[str]]]) -> tuple[list[str], list[Row]]:
    columns: dict[str, dict[str, int]] = {}
    names: list[str] = []
    for k, column in enumerate(header[3:], start=3):
        split = _NUMBERED.match(column)
        if split is None:
            raise BadTable(f"Line 1: {column} does not end with an alternative's number.")
        columns.setdefault(split[2], {})[split[1]] = k
        if split[1] not in names:
            names.append(split[1])
    found: list[Row] = []
    for line, row in rows:
        person, choice, chosen = (cell.strip() for cell in row[:3])
        number = re.search(r"[0-9]+$", chosen)
        if number is None or number[0] not in columns:
            raise BadTable(f"Line {line}: choice {chosen!r} names none of {', '.join(columns)}.")
        for each, places in columns.items():
            values = [
                _number(row[places[name]], f"{name}{each}", line) if name in places else np.nan
                for name in names
            ]
            found.append((line, person, choice, each, each == number[0], values))
    return names, found


def _number(text: str, column: str, line: int) -> float:
    text = text.strip()
    if text.lower() in _BLANK:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        raise BadTable(f"Line {line}: {column} is {text[:40]!r}, which is no number.") from None
    if np.isinf(value):
        raise BadTable(f"Line {line}: {column} is infinite.")
    return value


def _flag(text: str, line: int) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise BadTable(f"Line {line}: chosen is {text[:40]!r}, which is neither 0 nor 1.")


def _in_order(rows: list[Row]) -> list[list[list[Row]]]:
    """Rows by person and choice; the choices of one person in the order of `choice`."""
    people: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        people.setdefault(row[1], {}).setdefault(row[2], []).append(row)
    found = []
    for choices in people.values():
        kept = [choices[name] for name in _sorted(list(choices)) if _one_chosen(choices[name])]
        if kept:
            found.append(kept)
    if not found:
        raise BadTable("No choice between at least two alternatives.")
    return found


def _one_chosen(rows: list[Row]) -> bool:
    line, person, choice = rows[0][:3]
    chosen = sum(row[4] for row in rows)
    if chosen != 1:
        many = "nothing is" if chosen == 0 else f"{chosen} alternatives are"
        raise BadTable(f"Line {line}: {many} chosen in choice {choice} of person {person}.")
    return len(rows) > 1  # where there was nothing to choose, nothing is to be learnt


def _sorted(names: list[str]) -> list[str]:
    """By number where all are numbers; else as they stand in the file."""
    try:
        return sorted(names, key=float)
    except ValueError:
        return names


def _panel(names: list[str], people: list[list[list[Row]]]) -> Panel:
    labels: dict[str, int] = {}
    features: list[list[float]] = []
    label: list[int] = []
    starts: list[int] = []
    chosen: list[int] = []
    person: list[int] = []
    for who, rows in _numbered(people):
        starts.append(len(features))
        person.append(who)
        for row in rows:
            if row[4]:
                chosen.append(len(features))
            label.append(labels.setdefault(row[3], len(labels)))
            features.append(row[5])
    return Panel(
        features=np.array(features),
        starts=np.array(starts),
        chosen=np.array(chosen),
        person=np.array(person),
        label=np.array(label),
        names=tuple(names),
        people=len(people),
        labels=len(labels),
    )


def _numbered(people: list[list[list[Row]]]) -> Iterator[tuple[int, list[Row]]]:
    for who, choices in enumerate(people):
        for rows in choices:
            yield who, rows
