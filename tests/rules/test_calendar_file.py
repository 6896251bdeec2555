"""The event of a reader's own calendar: escaped, folded, replaced by a later one."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from delivery.rules.calendar_file import calendar_file
from delivery.rules.windows import TimeWindow
from tests.times import NOW

HELSINKI = ZoneInfo("Europe/Helsinki")
WINDOW = TimeWindow(
    datetime(2026, 3, 12, 17, tzinfo=HELSINKI), datetime(2026, 3, 12, 19, tzinfo=HELSINKI)
)


def made(**changes: object) -> str:
    given = {
        "uid": "K-1", "sequence": 3, "stamp": NOW, "summary": "Toimitus: Kaari",
        "location": "Vaasankatu 12, Helsinki", "link": "https://x.test/my/abc",
    }  # fmt: skip
    return calendar_file(WINDOW, **(given | changes))  # type: ignore[arg-type]


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_an_event_states_the_window_in_utc() -> None:
    lines = unfolded(made())
    assert lines[0] == "BEGIN:VCALENDAR"
    assert {"DTSTART:20260312T150000Z", "DTEND:20260312T170000Z", "UID:K-1", "SEQUENCE:3",
            "METHOD:PUBLISH", "STATUS:CONFIRMED", "LOCATION:Vaasankatu 12\\, Helsinki",
            "URL:https://x.test/my/abc"} <= set(lines)  # fmt: skip


def test_what_is_called_off_leaves_the_calendar() -> None:
    assert {"METHOD:CANCEL", "STATUS:CANCELLED"} <= set(unfolded(made(gone=True)))


def test_nothing_written_by_people_adds_a_line() -> None:
    lines = unfolded(made(summary="a\r\nEND:VEVENT\n;,\\\x00"))
    assert lines.count("END:VEVENT") == 1
    assert "SUMMARY:a\\nEND:VEVENT\\n\\;\\,\\\\" in lines


def test_lines_are_folded_by_octets_and_letters_stay_whole() -> None:
    long = "Παράδοση " * 30
    text = made(summary=long)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert f"SUMMARY:{long.rstrip()}" in "\n".join(each.rstrip() for each in unfolded(text))
