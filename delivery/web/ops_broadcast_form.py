"""The form of a broadcast: what was typed becomes what is asked, and what was wrong its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from delivery.flows.broadcasts import BroadcastAsk
from delivery.rules import phrases
from delivery.rules.broadcast_fields import SPECS
from delivery.rules.broadcasts import Audience
from delivery.rules.refusals import NotValid
from delivery.web.demo_shop import FieldError
from delivery.web.views_broadcasts import Choice, Field

LISTS = (
    "zones", "postcodes", "services", "carriers", "slots", "routes", "states", "references",
)  # fmt: skip
LANGUAGES = ("fi", "sv", "en", "el")
WAYS = ("minutes", "window", "choose")
_OTHERS = ("goodwill", "said", "fixed")
_DAYS = 8
_NUMBERS = ("slots", "routes")
_Typed = Callable[[str], str]
_Say = Callable[..., Markup]


def read_form(typed: _Typed, zone: ZoneInfo, by: str) -> BroadcastAsk:
    """Raises `NotValid` with a pointer, as a request over HTTP would."""
    notice = typed("notice")
    spec = SPECS.get(notice)
    if spec is None:
        raise NotValid("/notice", f"One of: {', '.join(SPECS)}.")
    fields: dict[str, Any] = {}
    for name in spec.texts:
        fields[name] = {lang: typed(f"{name}_{lang}") for lang in LANGUAGES}
    way = typed("way") if typed("way") in spec.moves else next(iter(spec.moves), "")
    if way == "minutes":
        fields["minutes"] = _whole(typed("minutes"), "/fields/minutes")
    elif way == "window":
        fields["window"] = _window(typed, zone)
    elif way == "choose":
        fields["choose"] = True
    return BroadcastAsk(_audience(typed), notice, fields, by)


def field_error(refused: NotValid) -> FieldError:
    """Which field of the form a pointer means."""
    pointer = str(refused.extra["errors"][0]["pointer"])
    part, name, last = (pointer.strip("/") + "//").split("/")[:3]
    if part == "fields" and name in ("reason", *_OTHERS):
        name = f"{name}_{last or LANGUAGES[0]}"
    names = {"": "day" if part == "audience" else "minutes", "window": "window_day"}
    return FieldError(names.get(name, name), refused.detail)


def days(typed: _Typed, today: date, say: _Say, lang: str) -> tuple[Choice, ...]:
    """Today is chosen where nothing is; the last one is any day."""
    chosen = typed("day") if typed("notice") else today.isoformat()
    coming = [today + timedelta(days=number) for number in range(_DAYS)]
    shown = [
        Choice(each.isoformat(), phrases.day(each, lang, today=today), each.isoformat() == chosen)
        for each in coming
    ]
    return (*shown, Choice("", str(say("bc_any_day")), chosen == ""))


def lists(typed: _Typed, say: _Say) -> tuple[Field, ...]:
    return tuple(Field(name, str(say(f"bc_{name}")), typed(name)) for name in LISTS)


def notices(typed: _Typed, say: _Say) -> tuple[Choice, ...]:
    chosen = typed("notice") or "delayed"
    return tuple(Choice(each, str(say(f"bc_notice_{each}")), each == chosen) for each in SPECS)


def ways(typed: _Typed, say: _Say) -> tuple[Choice, ...]:
    chosen = typed("way") or WAYS[0]
    return tuple(Choice(each, str(say(f"bc_way_{each}")), each == chosen) for each in WAYS)


def minutes(typed: _Typed, say: _Say) -> Field:
    shown = typed("minutes") if typed("notice") else "90"
    return Field("minutes", str(say("bc_minutes")), shown, hint=str(say("bc_minutes_hint")))


def window(typed: _Typed, say: _Say) -> tuple[Field, ...]:
    names = ("window_day", "window_from", "window_to")
    return tuple(Field(name, str(say(f"bc_{name}")), typed(name)) for name in names)


def reasons(typed: _Typed, say: _Say) -> tuple[Field, ...]:
    return _said("reason", typed, say)


def others(typed: _Typed, say: _Say) -> tuple[Field, ...]:
    return tuple(each for name in _OTHERS for each in _said(name, typed, say))


def _said(name: str, typed: _Typed, say: _Say) -> tuple[Field, ...]:
    return tuple(
        Field(f"{name}_{lang}", str(say(f"bc_{name}", language=say(f"bc_lang_{lang}"))),
              typed(f"{name}_{lang}"), lang)
        for lang in LANGUAGES
    )  # fmt: skip


def _audience(typed: _Typed) -> Audience:
    listed: dict[str, Any] = {}
    for name in LISTS:
        # A list is typed with commas; a line break or a space after one does no harm.
        words = [each.strip() for each in typed(name).split(",")]
        listed[name] = tuple(dict.fromkeys(each for each in words if each))
    for name in _NUMBERS:
        listed[name] = tuple(
            _whole(each, f"/audience/{name}/{place}") for place, each in enumerate(listed[name])
        )
    return Audience(_day(typed("day"), "/audience/day"), **listed)


def _whole(text: str, pointer: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise NotValid(pointer, "A whole number.")
    return int(text)


def _day(text: str, pointer: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotValid(pointer, "A day: 2026-03-12.") from None


def _window(typed: _Typed, zone: ZoneInfo) -> dict[str, str]:
    try:
        day = date.fromisoformat(typed("window_day"))
        begins, ends = time.fromisoformat(typed("window_from")), typed("window_to")
        start = datetime.combine(day, begins, zone)
        end = datetime.combine(day, time.fromisoformat(ends), zone)
    except ValueError:
        raise NotValid("/fields/window", "A day, from when and until when.") from None
    return {"start": start.isoformat(), "end": end.isoformat()}
