"""Reading days and hours: right days and start times per language, false dates, and CPU per text.

The texts are ours to measure and not ours to ship: `../shared/data/dates/dev.jsonl`, or the file
in PERILLE_BENCH_DATES. Peers: the best of four libraries on the whole set (see its README).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from delivery.rules.replies import understand, wish

ROOT = Path(__file__).resolve().parents[2]
DATES = Path(os.environ.get("PERILLE_BENCH_DATES", ROOT.parent / "shared/data/dates/dev.jsonl"))
REPLIES = ROOT / "tests" / "data" / "replies"
#: Best day and start time of dateparser, chrono-node and ovos, in per cent.
PEERS = {"en": (64, 40), "fi": (74, 45), "sv": (66, 44), "el": (69, 35)}
#: What must be won by, and what may be spent.
DAY_AHEAD, START_AHEAD, FALSE_DATES, CPU_MS = 10, 15, 1.0, 2.0


def scores(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Days and start times right in per cent, as `score.py` beside the data counts them."""
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        language = row["lang"][:2]
        if language not in PEERS or row["expected_start"] is None:
            continue
        now = datetime.fromisoformat(row["reference_now"])
        got = wish(row["text"], now, row["lang"], daytime=False).start
        _count(counted[language], row, got)
    return {
        language: {"day": _percent(each, "day"), "start": _percent(each, "start"),
                   "days": each["day_of"], "starts": each["start_of"]}
        for language, each in counted.items()
    }  # fmt: skip


def _count(of: dict[str, int], row: dict[str, Any], got: datetime | None) -> None:
    wanted = datetime.fromisoformat(row["expected_start"])
    others = [datetime.fromisoformat(each) for each in row.get("expected_alternatives", [])]
    days = {each.date() for each in (wanted, *others)}
    right = got is not None and got.date() in days
    if not row["time_only"]:
        of["day_of"] += 1
        of["day"] += right
    if row["grain"] in ("minute", "hour") and not row["daypart"]:
        same = got is not None and (got.hour, got.minute) == (wanted.hour, wanted.minute)
        of["start_of"] += 1
        of["start"] += same and (row["time_only"] or right)


def _percent(of: dict[str, int], name: str) -> float:
    return round(100 * of[name] / (of[f"{name}_of"] or 1), 1)


def false_dates() -> tuple[float, int]:
    """Of texts that name no day, many with numbers, the per cent read as a day or an hour."""
    now = datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Europe/Helsinki"))
    lines = (REPLIES / "dateless.jsonl").read_text("utf-8").splitlines()
    none = [(row["lang"], row["text"]) for row in map(json.loads, lines)]
    found = [text for language, text in none if wish(text, now, language).start is not None]
    return round(100 * len(found) / len(none), 2), len(none)


def cpu(texts: list[str]) -> dict[str, float]:
    """Milliseconds of CPU to understand one text, the best of three."""
    now = datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("Europe/Helsinki"))
    took = []
    for text in texts:
        runs = []
        for _ in range(3):
            began = time.process_time_ns()
            understand(text, locale="fi", now=now, context="menu")
            runs.append((time.process_time_ns() - began) / 1e6)
        took.append(min(runs))
    took.sort()
    return {"mean_ms": round(sum(took) / len(took), 3), "p95_ms": round(took[-len(took) // 20], 3),
            "worst_ms": round(took[-1], 3), "texts": len(took)}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if not DATES.exists():
        print(f"There are no texts to read at {DATES.name}; nothing measured.", file=sys.stderr)
        return 0
    rows = [json.loads(line) for line in DATES.read_text("utf-8").splitlines()]
    per_language, (share, of) = scores(rows), false_dates()
    spent = cpu([row["text"] for row in rows])
    print("language   day right (peer)   start right (peer)")
    failed = []
    for language, each in sorted(per_language.items()):
        day, start = PEERS[language]
        print(f"{language:8} {each['day']:7.1f} % ({day} %) {each['start']:10.1f} % ({start} %)")
        if each["day"] < day + DAY_AHEAD or each["start"] < start + START_AHEAD:
            failed.append(language)
    print(f"dates seen in {of} replies without one: {share} %")
    print(f"CPU per text: {spent}")
    if asked.json:
        figures = {"scores": per_language, "false_dates_percent": share, "cpu": spent}
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if failed or share > FALSE_DATES or spent["worst_ms"] > CPU_MS else 0


if __name__ == "__main__":
    sys.exit(main())
