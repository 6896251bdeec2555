"""The console: today, the button that tells a late van's people, and one delivery."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from delivery.flows.late import tell_late
from delivery.house import House
from delivery.store import bookings, desk
from delivery.store.staff import Member
from delivery.web import ops_delivery, ops_tasks
from delivery.web.at_desk import AtDesk, day_of, frame_of, local
from delivery.web.deps import Now, TheHouse
from delivery.web.ops_today import Today
from delivery.web.templating import language_for, say, show
from delivery.web.views import long_day
from delivery.web.views_ops import TodayPage
from delivery.web.visit import TheVisit, Visit
from notifications.phone import phone_number

router = APIRouter(include_in_schema=False)

MINUTES = (30, 60, 90)
REASONS = ("breakdown", "traffic", "ill", "loading")


@router.get("/ops")
def today_page(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """What needs somebody, the figures of the day, and who is late."""
    with house.database.read() as conn:
        return _today(conn, house, visit, member, now)


@router.post("/ops/late")
def tell(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Tell everybody whom one round carries that it is late, and why."""
    root, minutes, why = visit.line("root"), visit.line("minutes"), visit.line("reason")
    if not root.isdecimal() or minutes not in map(str, MINUTES) or why not in REASONS:
        return RedirectResponse("/ops", 303)
    reason = {lang: house.words.say(lang, f"pages.reason_{why}") for lang in house.words.locales}
    with house.database.write() as conn:
        told = tell_late(conn, house, slot_ids=[int(root[:15])], minutes=int(minutes),
                         reason=reason, now=now)  # fmt: skip
    counts = {"told": told.told, "already": told.already_told, "no_phone": told.no_phone}
    return RedirectResponse(f"/ops?{urlencode(counts)}", 303)


@router.get("/ops/find")
def find(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """The delivery of this order or phone number, newest first."""
    sought = visit.query.get("q", "").strip()[:200]
    with house.database.read() as conn:
        reference = _find(conn, house, sought)
        if reference is None:
            return _today(conn, house, visit, member, now, sought=sought)
    return RedirectResponse(f"/ops/deliveries/{reference}", 303)


def _find(conn: Connection, house: House, sought: str) -> str | None:
    printable = "".join(each for each in sought if each.isprintable())
    for reference in (printable, printable.upper()):
        known = bookings.find(conn, reference)
        if known:
            return known.reference
    try:
        number = phone_number(printable, house.settings.shop.country)
    except ValueError:
        return None
    newest = bookings.latest_of_phone(conn, number)
    return newest[0].reference if newest else None


@router.get("/ops/deliveries/{reference}")
def delivery_page(
    reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now
) -> Response:
    """Every promise, message and milestone of one delivery."""
    with house.database.read() as conn:
        booking = bookings.get(conn, reference)
        frame = frame_of(conn, house, member, "", now=now)
        return ops_delivery.page(conn, house, visit, booking, frame, now=now)


def _today(
    conn: Connection, house: House, visit: Visit, member: Member, now: Now, *, sought: str = ""
) -> Response:
    here, lang = local(house, now), language_for(house, visit)
    since, until = day_of(here)
    rows = desk.deliveries(conn, since=since, until=until + timedelta(days=1))
    today = Today(rows, lang, partial(say, house.words, lang), here, until)
    vans = today.vans(desk.roots(conn, {each.root for each in rows if each.root is not None}))
    late = today.late()
    count = "needs_one" if len(vans) == 1 else "needs"
    view = TodayPage(
        desk=frame_of(conn, house, member, "today", now=here, rows=rows),
        subtitle=str(today.say("at_moment", day=long_day(here.date(), lang),
                               hour=f"{here.hour}:{here.minute:02}")),
        needs_heading=str(today.say(count, count=len(vans))), vans=vans, minutes=MINUTES,
        reasons=tuple((each, str(today.say(f"reason_{each}"))) for each in REASONS),
        figures=today.figures(desk.messages_by_state(conn, since=since),
                              desk.replies_waiting(conn)),
        chart=today.chart(), late_heading=str(today.say("late_heading", count=len(late))),
        late=late, tasks=ops_tasks.lines(conn, house, lang, now), told=_told(today, visit),
        sought=sought,
        find_wrong=str(today.say("find_none")) if sought else "",
    )  # fmt: skip
    return show(house, visit, view, lang)


def _told(today: Today, visit: Visit) -> str:
    counts = {name: visit.query.get(name, "") for name in ("told", "already", "no_phone")}
    if not all(each.isdecimal() and len(each) < 8 for each in counts.values()):
        return ""
    return str(today.say("told_done", **counts))
