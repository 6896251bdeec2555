"""One delivery as an event of the reader's own calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime

from delivery.rules.windows import TimeWindow

#: Octets in a line, without its end (RFC 5545, 3.1).
_LINE = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def calendar_file(
    window: TimeWindow, *, uid: str, sequence: int, stamp: datetime, summary: str, location: str,
    link: str, gone: bool = False,
) -> str:  # fmt: skip
    """The file. A later `sequence` of the same `uid` replaces the event; `gone` removes it."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Perille//Deliveries//EN",
        f"METHOD:{'CANCEL' if gone else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{_text(uid)}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_moment(stamp)}",
        f"DTSTART:{_moment(window.start)}",
        f"DTEND:{_moment(window.end)}",
        f"SUMMARY:{_text(summary)}",
        f"LOCATION:{_text(location)}",
        f"URL:{link}",
        # Nobody is busy because something comes.
        "TRANSP:TRANSPARENT",
        f"STATUS:{'CANCELLED' if gone else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(said: str) -> str:
    plain = "".join(each for each in said if each == "\n" or each.isprintable())
    return plain.translate(_ESCAPED)


def _folded(line: str) -> str:
    # By octets, and never within a letter.
    pieces, piece, size = [], "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + letter, size + width
    return "\r\n".join([*pieces, piece])
