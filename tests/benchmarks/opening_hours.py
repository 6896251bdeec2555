"""Opening hours against tables of values: `python -m tests.benchmarks.opening_hours EVAL FAIL`.

EVAL has a JSON object a line: `value`, `from`, `to`, `intervals` (start, end, whether unsure),
`country`. FAIL has values that must be refused. `-v` shows each row that is not as it should be.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from delivery.rules.opening_hours.hours import OpeningHours

#: What a table without places cannot ask: by what the refusal says.
_NOT_ASKED = {
    "by the sun": "hours by the sun, place not given",
    "need a country": "public holidays, country not given",
    "school holidays": "school holidays",
    "'Schulferien'": "school holidays",
    "'Ferien'": "school holidays",
    "'SHWe'": "school holidays",
    "'daylight'": "hours by the sun, place not given",
    "'after'": "public holidays, country not given",
    "'before'": "public holidays, country not given",
    "'one'": "public holidays, country not given",
    "'SH on work": "school holidays",
    "a time alone": "points in time",
    "points in time": "points in time",
}
Told = list[tuple[datetime, datetime, bool]]


def main(evaluation: str, failing: str, *options: str) -> None:
    """Prints how many are exact, accepted but wrong, refused; and refused as they should be."""
    seen: Counter[str] = Counter()
    for row in _rows(evaluation):
        outcome = _outcome(row)
        seen[outcome] += 1
        if options and outcome in ("wrong", "refused"):
            print(outcome, repr(row["value"]), _why(row), row["intervals"][:3], sep=" | ")
    asked = seen["exact"] + seen["wrong"] + seen["refused"]
    print(f"{asked} of {seen.total()} can be asked")
    for outcome in ("exact", "wrong", "refused"):
        print(f"  {outcome:8} {seen[outcome]:4} {seen[outcome] / asked:7.1%}")
    for outcome in sorted(set(seen) - {"exact", "wrong", "refused"}):
        print(f"  not asked: {outcome}: {seen[outcome]}")
    _failing(failing, bool(options))


def _failing(path: str, shown: bool) -> None:
    rows = list(_rows(path))
    accepted = [row for row in rows if _refusal(row["value"], None) is None]
    refused = len(rows) - len(accepted)
    print(f"{refused} of {len(rows)} refused as they should be: {refused / len(rows):.1%}")
    for row in accepted if shown else ():
        print("accepted", row["name"], repr(row["value"]), sep=" | ")


def _rows(path: str) -> Iterator[dict[str, Any]]:
    with Path(path).open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _refusal(value: str, country: str | None) -> str | None:
    try:
        OpeningHours.parse(value, country)
    except ValueError as error:
        return str(error)
    return None


def _country(row: dict[str, Any]) -> str | None:
    return row["country"].upper() if row.get("country") else None


def _outcome(row: dict[str, Any]) -> str:
    if not _is_a_date(row["from"]) or not _is_a_date(row["to"]):
        return "the question has no such date"
    if any(each[1] > row["to"] and each[0] > row["to"] for each in row["intervals"]):
        return "the answer lies outside what is asked"
    refusal = _refusal(row["value"], _country(row))
    if refusal is not None:
        return next((why for sign, why in _NOT_ASKED.items() if sign in refusal), "refused")
    expected = _merged([(_at(each[0]), _at(each[1]), _sure(each)) for each in row["intervals"]])
    return "exact" if _read(row) == expected else "wrong"


def _why(row: dict[str, Any]) -> str:
    refusal = _refusal(row["value"], _country(row))
    return refusal or str([tuple(map(str, each)) for each in _read(row)[:3]])


def _read(row: dict[str, Any]) -> Told:
    hours = OpeningHours.parse(row["value"], _country(row))
    told = hours.read(_at(row["from"]), _at(row["to"]))
    return _merged([(each.start, each.end, each.sure) for each in told])


def _sure(interval: list[Any]) -> bool:
    return not (len(interval) > 2 and interval[2])


def _is_a_date(text: str) -> bool:
    try:
        date.fromisoformat(text.split()[0])
    except ValueError:
        return False
    return True


def _at(text: str) -> datetime:
    day, clock = text.split()
    hours, minutes = clock.split(":")[:2]
    return datetime.fromisoformat(day) + timedelta(hours=int(hours), minutes=int(minutes))


def _merged(told: Told) -> Told:
    merged: Told = []
    for start, end, sure in told:
        if merged and merged[-1][1:] == (start, sure):
            merged[-1] = (merged[-1][0], end, sure)
        else:
            merged.append((start, end, sure))
    return merged


if __name__ == "__main__":
    main(*sys.argv[1:])
