"""What the buttons of a conversation do: each once, however often it is pressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from delivery.flows import correcting, desk_work
from delivery.flows import desk as desk_flow
from delivery.house import House
from delivery.ids import digest
from delivery.rules import phrases
from delivery.rules.money import Money
from delivery.rules.refusals import NotFound, NotValid, Refusal, StillRunning
from delivery.store import bookings, idempotency, replies, staff
from delivery.store.idempotency import Answer
from delivery.store.staff import Member
from delivery.web import ops_conversations
from delivery.web.at_desk import AtDesk
from delivery.web.demo_shop import FieldError
from delivery.web.deps import Now, TheHouse
from delivery.web.ops_talk import Typed
from delivery.web.ops_talks import LIST, Reader, stranger_number
from delivery.web.templating import DESK, language_for
from delivery.web.views_inbox import Fix
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False)

LONGEST, LONGEST_WHY = 1000, 200
_AMOUNT = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?")
_CODES = {"cannot_text": "conv_no_phone"}
_KNOWN = (
    desk_flow.CannotText, desk_work.AlreadyClaimed, desk_work.NoFreeTimes, desk_work.OverLimit,
    desk_work.NothingToRefund, desk_work.AlreadyRefunded, desk_work.NoPhone, NotValid,
)  # fmt: skip
#: The field that a refused value stands in, and what is said there.
_FIELDS = {"answer": ("text", "conv_wrong"), "note": ("note", "no_note"),
           "goodwill": ("amount", "no_amount"), "correct": ("", "no_meant")}  # fmt: skip

_Do = Callable[[Connection], object]


@router.post("/ops/conversations/{reference}/answer")
def answer(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Send an answer in the agent's own words, signed with their first name."""
    text, agent = visit.text("text"), desk_work.agent_of(member)

    def do(conn: Connection) -> None:
        _check_length(text)
        unknown = stranger_number(reference)
        if unknown is None:
            desk_flow.answer(conn, house, reference, text, agent, now=now, member=member)
        else:
            desk_flow.answer_stranger(conn, house, unknown, text, agent, now=now)

    return _done("answer", do, reference, member, house, visit, now)


@router.post("/ops/conversations/{reference}/offer")
def offer(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Text three free times, after what was typed."""
    text = visit.text("text")

    def do(conn: Connection) -> None:
        _check_length(text or "-")
        desk_work.offer_times(conn, house, reference, member, text, now=now)

    return _done("answer", do, reference, member, house, visit, now)


@router.post("/ops/conversations/{reference}/note")
def note(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Keep something that only the desk reads."""
    return _done("note", lambda conn: desk_work.note(conn, reference, visit.text("note"), member,
                                                     now=now),
                 reference, member, house, visit, now)  # fmt: skip


@router.post("/ops/conversations/{reference}/claim")
def claim(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """It is mine from now on, if it is nobody's."""
    return _done("claim", lambda conn: desk_work.claim(conn, house, reference, member, now=now),
                 reference, member, house, visit, now)  # fmt: skip


@router.post("/ops/conversations/{reference}/assign")
def assign(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """It is somebody's from now on, or nobody's."""
    to = visit.line("to") or None
    return _done("assign", lambda conn: desk_work.assign(conn, house, reference, to, member,
                                                         now=now),
                 reference, member, house, visit, now)  # fmt: skip


@router.post("/ops/conversations/{reference}/refund")
def refund(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Give the delivery fee back."""
    return _done("refund", lambda conn: desk_work.refund(conn, house, reference, member, now=now),
                 reference, member, house, visit, now)  # fmt: skip


@router.post("/ops/conversations/{reference}/goodwill")
def goodwill(
    reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now
) -> Response:
    """Give something within the limit, and say what for."""

    def do(conn: Connection) -> None:
        found = _AMOUNT.fullmatch(visit.line("amount"))
        if found is None or len(visit.line("why")) > LONGEST_WHY:
            raise NotValid("/amount", "An amount is a number such as 7.50.")
        minor = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
        desk_work.goodwill(conn, house, reference, minor, visit.line("why"), member, now=now)

    return _done("goodwill", do, reference, member, house, visit, now)


@router.post("/ops/conversations/{reference}/call")
def call(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Somebody has to call this customer."""
    return _done("call", lambda conn: desk_work.call_back(conn, house, reference, member, now=now),
                 reference, member, house, visit, now)  # fmt: skip


@router.post("/ops/conversations/{reference}/close")
def close(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Nothing is open here any more."""
    with house.database.write() as conn:
        unknown = stranger_number(reference)
        if unknown is None:
            bookings.get(conn, reference)
            desk_work.close(conn, reference, member, now=now)
        else:
            replies.close_stranger(conn, replies.stranger(conn, unknown).id)
    return RedirectResponse(LIST, 303)


@router.post("/ops/conversations/{reference}/correct")
def correct(reference: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Say what a reply meant; somebody approves it later."""

    def do(conn: Connection) -> None:
        number = visit.line("reply")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            raise NotFound("There is no such reply.")
        correcting.propose(conn, house, int(number), _meant(visit), member, now=now,
                           text=visit.text("said"))  # fmt: skip

    return _done("correct", do, reference, member, house, visit, now)


def _meant(visit: Visit) -> dict[str, object]:
    intent, _, target = visit.line("intent").partition("/")
    meant: dict[str, object] = {"intent": intent, "target": target or None}
    meant |= {key: visit.line(key) or None for key in ("date", "from", "to")}
    number = visit.line("number")
    if number:
        if not (number.isascii() and number.isdigit() and len(number) < 3):
            raise NotValid("/choice", "A line or a rating is a number.")
        meant["rating" if intent == "rating" else "choice"] = int(number)
    return meant


def _check_length(text: str) -> None:
    if not 0 < len(text) <= LONGEST:
        raise NotValid("/text", "An answer has 1 to 1000 characters.")


def _done(
    what: str, do: _Do, reference: str, member: Member, house: House, visit: Visit, now: datetime
) -> Response:
    """Do it once and show the conversation; what is refused is said there, and nothing is kept."""
    try:
        with house.database.write() as conn:
            if not _pressed_before(conn, visit, member, now):
                do(conn)
    except StillRunning:
        pass  # the same press is at it
    except _KNOWN as refused:
        error = _error(house, visit, member, refused, what, now)
        typed = _typed(visit)
        return ops_conversations.page(house, visit, member, reference, now=now, typed=typed,
                                      errors=(error,), status=refused.status)  # fmt: skip
    return RedirectResponse(f"{LIST}/{reference}", 303)


def _typed(visit: Visit) -> Typed:
    """What stays in its field when something is refused."""
    number, fix = visit.line("reply"), None
    if number.isascii() and number.isdigit() and len(number) < 16:
        fix = Fix(reply=int(number), text=visit.text("said"), read="", chosen=visit.line("intent"),
                  date=visit.line("date"), since=visit.line("from"), until=visit.line("to"),
                  number=visit.line("number"), open=True)  # fmt: skip
    return Typed(draft=visit.text("text")[:LONGEST], note=visit.text("note"),
                 amount=visit.line("amount")[:20], why=visit.line("why")[:LONGEST_WHY],
                 fix=fix)  # fmt: skip


def _pressed_before(conn: Connection, visit: Visit, member: Member, now: datetime) -> bool:
    """Whether this very form was sent before. A form without a mark is new each time."""
    key, desk = visit.line("once")[:100], f"desk {member.login}"[:64]
    if not key:
        return False
    typed = "\n".join(f"{name}={value}" for name, value in sorted(visit.form.items()))
    asked = digest(f"{visit.path}\n{typed}".encode())
    if idempotency.claim(conn, desk, f"{key} {asked[:16]}", asked, now=now) is not None:
        return True
    idempotency.settle(conn, desk, f"{key} {asked[:16]}", Answer(200, b""))
    return False


def _error(
    house: House, visit: Visit, member: Member, refused: Refusal, what: str, now: datetime
) -> FieldError:
    reader = Reader(house, member, language_for(house, visit, section=DESK), now)
    if isinstance(refused, NotValid):
        field, key = _FIELDS[what]
        return FieldError(field, str(reader.say(key)))
    given = {}
    if isinstance(refused, desk_work.OverLimit):
        given["left"] = phrases.price(Money(**refused.extra["left"]), reader.lang)
    elif isinstance(refused, desk_work.AlreadyClaimed):
        with house.database.read() as conn:
            given["name"] = staff.get(conn, refused.extra["assignee"]).name
    key = _CODES.get(refused.code, f"no_{refused.code}")
    return FieldError("amount" if given.get("left") else "", str(reader.say(key, **given)))
