"""One reply to one booking: what it means decides what is done about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from delivery.flows import answers_place as place
from delivery.flows import answers_time as time
from delivery.flows import answers_word as word
from delivery.flows.posting import policy_of
from delivery.flows.turn import ANSWERED, Turn, to_person, unclear
from delivery.rules import questions
from delivery.rules.questions import ADDRESS, CANCEL, CONFIRM, FEEDBACK, Line
from delivery.rules.replies import Understanding
from delivery.rules.tracking import MOVED
from delivery.store import bookings, conversations, replies
from notifications import consent
from notifications.keywords import said_in

#: The same words again so soon, when nothing is asked any more: they pressed twice.
_AGAIN = timedelta(minutes=10)


def answer(turn: Turn) -> str:
    """Do what the reply asks; the state it is settled in. What we cannot do a person can.

    A wish never to be texted again comes before everything else.
    """
    said = said_in(turn.text)
    if said.keyword == "stop":
        # Mostly settled as it came in; what is left is what else it says.
        settled = _listen(turn, "stop")
        return settled if said.alone else to_person(turn)
    meant = turn.understood(turn.listed())
    if meant.intent in ("stop", "start"):
        return _listen(turn, meant.intent)
    if meant.automatic:
        return ANSWERED
    if _in_a_loop(turn):
        return to_person(turn)
    if meant.intent == "choose" and meant.choice is not None:
        return _choose(turn, meant.choice)
    if meant.intent == "thanks":
        return word.thank(turn)
    if turn.talk.with_person and turn.question is None:
        return to_person(turn)
    return _act(turn, meant)


def _act(turn: Turn, meant: Understanding) -> str:
    if turn.question == FEEDBACK and meant.intent in ("unknown", "confirm", "decline", "note"):
        return word.told_how_it_was(turn)
    if meant.intent not in ("unknown", "decline") and turn.talk.unclear:
        conversations.understood(turn.conn, turn.booking.reference, now=turn.now)
    if meant.also:
        bookings.add_note(turn.conn, turn.booking.reference, "reply", turn.text.strip(), turn.now)
    if meant.intent == "unknown" and place.names_another(turn):
        return place.which_address(turn)
    act = _ACTS.get(meant.intent)
    return act(turn, meant) if act is not None else to_person(turn)


def _choose(turn: Turn, number: int) -> str:
    if number == 0:
        return time.undo(turn)
    line = questions.line(turn.menu, number)
    if line is not None:
        return _LINES[questions.does(line)](turn, line)
    if turn.menu:
        return unclear(turn)
    if _just_said(turn):
        return ANSWERED
    # What they choose from is over: somebody was faster, on the page or at the desk.
    return word.where(turn) if _moved_since(turn) else unclear(turn)


def _moved_since(turn: Turn) -> bool:
    since = turn.now - timedelta(minutes=turn.house.settings.replies.menu_minutes)
    newest = bookings.promises(turn.conn, turn.booking.reference)[-1]
    return newest.cause in MOVED and newest.at > since


def _just_said(turn: Turn) -> bool:
    since = turn.now - _AGAIN
    return replies.answered_before(turn.conn, turn.reply, since=since)


def _confirm(turn: Turn, meant: Understanding) -> str:
    if turn.question in (CONFIRM, CANCEL, ADDRESS):
        return _choose(turn, 1)
    return time.stand(turn)


def _decline(turn: Turn, meant: Understanding) -> str:
    if turn.question == ADDRESS:
        return place.wrong_address(turn)
    return word.keep(turn) if turn.question == CANCEL else time.decline(turn, meant)


def _listen(turn: Turn, said: str) -> str:
    """Words for stop and start that only the language tells."""
    number, words = turn.reply.sender, turn.text
    if consent.has_stopped(turn.conn, number) == (said == "stop"):
        return ANSWERED
    if said == "start":
        consent.opt_in(turn.conn, number, source="reply", words=words, now=turn.now)
        return ANSWERED
    elsewhere = policy_of(turn.house).say_elsewhere
    consent.opt_out(turn.conn, number, source="reply", words=words, fallback=elsewhere,
                    now=turn.now)  # fmt: skip
    return ANSWERED


def _in_a_loop(turn: Turn) -> bool:
    """Whether we have answered this phone too often in too short a time: two machines, or worse."""
    limits = turn.house.settings.replies
    since = turn.now - timedelta(minutes=limits.loop_minutes)
    return replies.answers_since(turn.conn, turn.reply.sender, since) >= limits.most_answers


_ACTS: dict[str, Callable[[Turn, Understanding], str]] = {
    "reschedule": time.wish,
    "confirm": _confirm,
    "decline": _decline,
    "relocate": place.relocate,
    "note": lambda turn, meant: place.keep_note(turn),
    "where": lambda turn, meant: word.where(turn),
    "cancel": lambda turn, meant: word.may_we_cancel(turn),
    "rating": word.rated,
    "help": lambda turn, meant: unclear(turn),
    "unknown": lambda turn, meant: unclear(turn),
}
_LINES: dict[str, Callable[[Turn, Line], str]] = {
    questions.MOVE: time.take,
    questions.OTHER_TIMES: lambda turn, line: time.other_times(turn),
    questions.TO_PLACE: place.bring_to,
    questions.TO_ADDRESS: place.bring_to_address,
    questions.TO_PERSON: lambda turn, line: place.wrong_address(turn),
    questions.CALL_OFF: lambda turn, line: word.call_off(turn),
    questions.KEEP: lambda turn, line: word.keep(turn),
}
