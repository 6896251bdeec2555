"""Who answered, how many and how fast, today and in the last seven days."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from delivery.store import inbox_figures
from delivery.store.inbox_figures import Figures
from delivery.web.at_desk import AtDesk, day_of, frame_of, local
from delivery.web.deps import Now, TheHouse
from delivery.web.ops_talks import Reader
from delivery.web.templating import DESK, language_for, show
from delivery.web.views_inbox import AnswersPage, AnswersRow
from delivery.web.visit import TheVisit

router = APIRouter(include_in_schema=False)


@router.get("/ops/conversations/figures")
def figures_page(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Figures of today, or with `?days=7` of a week, of everybody and of each."""
    reader = Reader(house, member, language_for(house, visit, section=DESK), now)
    since, until = day_of(local(house, now))
    week, within = visit.query.get("days") == "7", house.settings.desk.answer_minutes
    since -= timedelta(days=6 if week else 0)
    with house.database.read() as conn:
        found = inbox_figures.statistics(conn, since=since, until=until, within=within, now=now)
        frame = frame_of(conn, house, member, "conversations", now=now)
    view = AnswersPage(
        desk=frame, week=week, lead=str(reader.say("fig_lead", minutes=within)),
        waiting=str(found.waiting), overdue=str(reader.say("fig_overdue", count=found.overdue)),
        is_late=found.overdue > 0, everybody=_row(reader, found.everybody),
        rows=tuple(_row(reader, each) for each in found.members),
    )  # fmt: skip
    return show(house, visit, view, reader.lang)


def _row(reader: Reader, one: Figures) -> AnswersRow:
    return AnswersRow(
        name=one.name or str(reader.say("fig_all" if not one.login else "somebody")),
        answers=str(one.answers), closed=str(one.closed),
        median=_minutes(reader, one.median_waited), p90=_minutes(reader, one.p90_waited),
        in_time="–" if one.in_time is None else f"{100 * one.in_time:.0f} %",
    )  # fmt: skip


def _minutes(reader: Reader, minutes: float | None) -> str:
    return "–" if minutes is None else str(reader.say("fig_minutes", minutes=f"{minutes:g}"))
