"""Why a service comes when it does: its calendar by name, its cut-off, its days on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from delivery.rules import phrases
from delivery.rules.calendars import Calendar, NeverOpen
from delivery.rules.kept_promises import Learnt
from delivery.rules.leads import arrives_on, cut_off_on, leaves_on, working_time_after
from delivery.rules.tracing import LANGUAGE, Looked, Step
from delivery.rules.windows import TimeWindow

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Closed days that are named.
_MOST_NAMED = 8
_ONE_DAY = timedelta(days=1)


def calendar_steps(looked: Looked) -> Iterator[Step]:
    """On which days the service and the place it leaves from work, and which they miss, why."""
    service = looked.service
    today = looked.moment.now.astimezone(service.zone).date()
    yield _calendar("works", service.calendar, today, service.days_ahead)
    origin = service.origin
    if origin.calendar != service.calendar:
        step = _calendar(f"leaves from {origin.code}, open", origin.calendar, today,
                         service.days_ahead)  # fmt: skip
        yield step
    until = datetime.combine(today, datetime.min.time()) + timedelta(days=service.days_ahead)
    for each in service.blackouts:
        if each.end > datetime.combine(today, datetime.min.time()) and each.start < until:
            said = f"does not come from {_face(each.start)} to {_face(each.end)}"
            fields = {"start": each.start.isoformat(), "end": each.end.isoformat()}
            yield Step("calendar", None, said, fields)


def _calendar(does: str, calendar: Calendar, today: date, days: int) -> Step:
    ahead = [today + timedelta(days=number) for number in range(days)]
    closed = [(day, why) for day in ahead if (why := why_closed(calendar, day))]
    besides = [(day, why) for day, why in closed if not why.startswith("never")]
    said = f"{does} {_weekdays(calendar.weekdays)}"
    extra = [day for day in ahead if day in calendar.opened]
    if extra:
        said += f", and on {', '.join(phrases.day(day, LANGUAGE) for day in extra)}"
    if besides:
        named = [f"{phrases.day(day, LANGUAGE)} ({why})" for day, why in besides[:_MOST_NAMED]]
        said += f"; closed {', '.join(named)}"
        said += f" and {len(besides) - _MOST_NAMED} more" if len(besides) > _MOST_NAMED else ""
    fields: dict[str, Any] = {
        "closed": [{"date": day.isoformat(), "why": why} for day, why in closed]
    }
    if len(closed) == days:
        return Step("calendar", False, f"{said}; no open day in the next {days}", fields)
    return Step("calendar", True, said, fields)


def why_closed(calendar: Calendar, day: date) -> str | None:
    """`Good Friday`, `own closure`, `never on Sun`; None when it is open."""
    if calendar.is_open(day):
        return None
    if day in calendar.closed or (day.month, day.day) in calendar.also_closed:
        return "own closure"
    if day.weekday() not in calendar.weekdays or calendar.holidays_of is None:
        return f"never on {_DAYS[day.weekday()]}"
    return holiday_names(calendar.holidays_of, day.year).get(day, "public holiday")


@lru_cache(maxsize=64)
def holiday_names(country: str, year: int) -> Mapping[date, str]:
    """The public holidays by name, in English where the country's list has them in English."""
    import holidays

    offered = holidays.country_holidays(country).supported_languages
    language = next((each for each in ("en_US", "en_GB", "en") if each in offered), None)
    return dict(holidays.country_holidays(country, years=year, language=language))


def _weekdays(weekdays: frozenset[int]) -> str:
    if len(weekdays) == len(_DAYS):
        return "every day"
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        _DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}–{_DAYS[run[-1]]}" for run in runs
    )


def lead_steps(looked: Looked) -> Iterator[Step]:
    """Until when to order, whether that has passed, how long packing and the way take."""
    service, ready = looked.service, looked.moment.ready
    local = ready.astimezone(service.origin.zone)
    if looked.moment.ready > looked.moment.now:
        said = f"the goods can leave from {_at(local)} on"
        yield Step("ready", None, said, {"ready_at": local.isoformat()})
    try:
        if looked.plan is not None:
            yield from _round_steps(looked)
        elif service.promise == "express":
            yield from _courier_steps(looked)
        elif service.cut_offs is not None:
            yield from _departure_steps(looked, local)
        else:
            yield from _packing_steps(looked, ready)
    except NeverOpen:
        yield Step("cut_off", False, "nothing leaves for more than a year", {})


def _round_steps(looked: Looked) -> Iterator[Step]:
    assert looked.plan is not None
    ready = looked.moment.ready
    ahead = sorted(looked.plan.by_slot.values(), key=lambda each: (each.start, -each.minutes))
    still = next((each for each in ahead if each.cutoff_stamp > ready.timestamp()), None)
    if still is None:
        yield Step("cut_off", False, "no planned window still takes orders", {})
        return
    said = (
        f"the next window that takes orders is {_when(still.window)}: "
        f"order by {_at(still.cutoff)}, {span(still.cutoff - ready)} left"
    )
    fields = {"window": still.window.as_json(), "cutoff_at": still.cutoff.isoformat()}
    yield Step("cut_off", True, said, fields)


def _courier_steps(looked: Looked) -> Iterator[Step]:
    service, ready = looked.service, looked.moment.ready
    way = timedelta(minutes=service.minutes_to(looked.zone))
    said = f"packing takes {service.handling_minutes} minutes of work, the way {span(way)}"
    fields: dict[str, Any] = {
        "handling_minutes": service.handling_minutes, "way_minutes": way // timedelta(minutes=1)
    }  # fmt: skip
    yield Step("on_the_way", None, said, fields)
    first = next(iter(looked.candidates), None)
    if first is None or first.cutoff is None:
        yield Step("cut_off", False, "no start of today or the next days can still be made", {})
        return
    said = (
        f"the next start is {_when(first.window)}: order by {_at(first.cutoff)}, "
        f"{span(first.cutoff - ready)} left"
    )
    fields = {"window": first.window.as_json(), "cutoff_at": first.cutoff.isoformat()}
    yield Step("cut_off", True, said, fields)


def _departure_steps(looked: Looked, local: datetime) -> Iterator[Step]:
    service = looked.service
    today = cut_off_on(service, local.date())
    if today is None:
        why = why_closed(service.calendar, local.date())
        why = why or why_closed(service.origin.calendar, local.date())
        said = f"nothing leaves on {phrases.day(local.date(), LANGUAGE)}"
        yield Step(
            "cut_off", None, f"{said}: {why or 'no departure that day'}", {"cutoff_at": None}
        )
    elif local >= today:
        said = f"that day's cut-off was {_at(today)}, {span(local - today)} before"
        yield Step("cut_off", None, said, {"cutoff_at": today.isoformat(), "passed": True})
    leaves = leaves_on(service, looked.moment.ready)
    cut_off = cut_off_on(service, leaves)
    assert cut_off is not None
    said = (
        f"leaves {phrases.day(leaves, LANGUAGE)} if ordered by {_at(cut_off)}, "
        f"{span(cut_off - local)} left"
    )
    fields = {"leaves": leaves.isoformat(), "cutoff_at": cut_off.isoformat(), "passed": False}
    yield Step("cut_off", True, said, fields)
    days = service.days_to(looked.zone)
    there = arrives_on(service, leaves, looked.zone)
    way = f"{days} working day{'s' * (days != 1)} on the way" if days else "no day on the way"
    said = f"{way}: there on {phrases.day(there, LANGUAGE)}"
    yield Step("on_the_way", None, said, {"days": days, "arrives": there.isoformat()})
    if looked.learnt is not None and looked.learnt.more:
        yield _learnt_step(looked.learnt, days)


def _learnt_step(learnt: Learnt, days: int) -> Step:
    usual = days - learnt.more
    said = (
        f"usually {usual} working day{'s' * (usual != 1)}, promised {days}, since "
        f"{100 * learnt.arrived // learnt.of} % of {learnt.of} arrived by then"
    )
    return Step("learnt", None, said, {"usual_days": usual, "days": days, **learnt._asdict()})


def _packing_steps(looked: Looked, ready: datetime) -> Iterator[Step]:
    service = looked.service
    packed = working_time_after(service.origin, ready, service.handling_minutes)
    said = f"packing takes {service.handling_minutes} minutes of work: ready {_at(packed)}"
    fields = {"minutes": service.handling_minutes, "ready_at": packed.isoformat()}
    yield Step("handling", None, said, fields)


def span(length: timedelta) -> str:
    """`2 days 3 h`, `1 h 10 min`, `5 min`."""
    minutes = int(length.total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} day{'s' * (days != 1)}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    return f"{minutes} min"


def _when(window: TimeWindow) -> str:
    return phrases.when(window, LANGUAGE)


def _at(moment: datetime) -> str:
    return f"{phrases.day(moment.date(), LANGUAGE)} {moment:%H:%M}"


def _face(shown: datetime) -> str:
    return f"{phrases.day(shown.date(), LANGUAGE)} {shown:%H:%M}"
