"""What replies meant, by people who know: proposed in a conversation, decided on here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response

from delivery.flows import correcting
from delivery.flows.correcting import AlreadyDecided, Compared
from delivery.house import House
from delivery.store import staff
from delivery.store.staff import Member
from delivery.web.at_desk import AtDesk, frame_of
from delivery.web.deps import Now, TheHouse
from delivery.web.ops_talks import Reader
from delivery.web.ops_thread import meaning
from delivery.web.templating import DESK, language_for, show
from delivery.web.views_inbox import ExampleRow, ExamplesPage
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False)

Number = Annotated[int, InPath(ge=1, le=2**53)]


@router.get("/ops/examples")
def examples_page(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """What waits for a decision, each beside what is read today."""
    return _page(house, visit, member, now)


@router.post("/ops/examples/{number}/{word}")
def decide(
    number: Number, word: Annotated[str, InPath(pattern="^(approve|refuse)$")], member: AtDesk,
    house: TheHouse, visit: TheVisit, now: Now,
) -> Response:  # fmt: skip
    """Approve it, so that it ships as data, or refuse it."""
    try:
        with house.database.write() as conn:
            correcting.decide(conn, number, word == "approve", member, now=now)
    except AlreadyDecided:
        return _page(house, visit, member, now, wrong="no_already_decided")
    return RedirectResponse("/ops/examples", 303)


def _page(house: House, visit: Visit, member: Member, now: Now, wrong: str = "") -> Response:
    reader = Reader(house, member, language_for(house, visit, section=DESK), now)
    with house.database.read() as conn:
        names = {each.login: each.name for each in staff.everybody(conn)}
        rows = tuple(_row(reader, each, names) for each in correcting.proposed(conn))
        frame = frame_of(conn, house, member, "conversations", now=now)
    said = str(reader.say(wrong)) if wrong else ""
    view = ExamplesPage(desk=frame, rows=rows, wrong=said)
    return show(house, visit, view, reader.lang, status=409 if wrong else 200)


def _row(reader: Reader, found: Compared, names: dict[str, str]) -> ExampleRow:
    one, words = found.example, reader.house.words
    who, at = names.get(one.by, one.by), reader.at(one.at)
    return ExampleRow(
        number=one.id, text=one.text, lang=one.locale,
        language=str(reader.say(f"lang_{words.language(one.locale, DESK)}")),
        meant=meaning(reader, one.meant), read=meaning(reader, found.read),
        right=not found.missed, by=str(reader.say("ex_by", who=who, at=at)),
    )  # fmt: skip
