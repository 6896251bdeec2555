"""The table of results, printed at the end of a run, also of one spread over processes."""

from __future__ import annotations

import json
from typing import Any

PROPERTY = "faults"
_HEAD = f"{'scenario':54}{'database':12}{'messages':>9}{'lost':>6}{'twice':>7}{'unsure':>8}{'s':>8}"


def print_table(reporter: Any) -> None:
    """Every row that tests recorded under PROPERTY."""
    rows = [
        json.loads(value)
        for reports in reporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    if not rows:
        return
    reporter.section("messages under faults")
    reporter.write_line(_HEAD)
    for row in rows:
        reporter.write_line(
            f"{row['scenario']:54}{row['database']:12}{row['messages']:9}{row['lost']:6}"
            f"{row['duplicate']:7}{row['unsure']:8}{row['seconds']:8.1f}"
        )
