"""A reply about the time: the clear is done, the likely held and asked for, the rest listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from delivery.flows import offering, rescheduling
from delivery.flows import telling_answers as telling
from delivery.flows.rescheduling import FreeTimes
from delivery.flows.turn import ANSWERED, Turn, offered, to_person, unclear
from delivery.rules.menus import Timed, pick_times
from delivery.rules.money import Money
from delivery.rules.options import DeliveryOption
from delivery.rules.questions import CANCEL, CONFIRM, Line, fee_of, times_of
from delivery.rules.refusals import SlotFull, TooLate
from delivery.rules.replies import Understanding
from delivery.rules.windows import TimeWindow
from delivery.rules.wishes import best_of, likely_of, stands_already
from delivery.store import conversations, page_notes


def wish(turn: Turn, meant: Understanding) -> str:
    """Move to the one time that is meant; hold a likely one and ask; in doubt list what fits."""
    if stands_already(meant, turn.booking.window):
        return stand(turn)
    free = _free(turn)
    times = _wanted(free, meant)
    if not times:
        return to_person(turn)
    if not meant.days and not meant.has_hours:
        return ask(turn, free, times)
    fits = turn.understood(offered(times)).slots
    fitting = [each for each in times if each.id in fits]
    if not fitting:
        return gone(turn, meant)
    planned, menu = turn.planned(), [each["option"] for each in times_of(turn.menu)]
    best = best_of(fitting, meant, planned=planned, menu=menu)
    if best is not None:
        return move(turn, free.options([best])[0])
    likely = likely_of(fitting, meant, planned=planned)
    if likely is not None:
        return echo(turn, free.options([likely])[0])
    return ask(turn, free, fitting)


def take(turn: Turn, line: Line) -> str:
    """Move to a listed time at once, if it is still free, for the fee that was said with it."""
    free = _free(turn)
    found = free.options(each for each in free.times if each.id == line["option"])
    if not found:
        return gone(turn)
    if turn.question == CONFIRM and fee_of(line) == _fee(found[0]):
        return _moved(turn, found[0])
    return move(turn, found[0])


def move(turn: Turn, option: DeliveryOption) -> str:
    """Move there, but for a fee only after a yes."""
    return echo(turn, option) if _fee(option) is not None else _moved(turn, option)


def echo(turn: Turn, option: DeliveryOption) -> str:
    """Hold this time and ask whether it is meant, its fee with it."""
    if not offering.hold_and_ask(turn.conn, turn.house, turn.booking, option, now=turn.now):
        return gone(turn)
    telling.confirm_time(turn.conn, turn.house, turn.booking, option.window, _fee(option),
                         cause=turn.cause, now=turn.now)  # fmt: skip
    return ANSWERED


def undo(turn: Turn) -> str:
    """Take the last move back."""
    if not turn.talk.may_undo(turn.now):
        return unclear(turn)
    try:
        rescheduling.undo(turn.conn, turn.house, turn.booking, by="sms", now=turn.now)
    except SlotFull:
        return gone(turn)
    except TooLate:
        return to_person(turn)
    return ANSWERED


def gone(turn: Turn, meant: Understanding | None = None) -> str:
    """That time is not free: what is, nearest to the day that was asked for, as a new menu."""
    free, near = _free(turn), None
    some = list(free.times)
    if meant is not None:
        some, near = _wanted(free, meant), _on_day(turn.planned(), meant)
    times = _listed(turn, free, some, near)
    if not times:
        return to_person(turn)
    telling.slot_gone(turn.conn, turn.house, turn.booking, times, cause=turn.cause, now=turn.now)
    return ANSWERED


def decline(turn: Turn, meant: Understanding) -> str:
    """What was offered does not suit: other times, and a person if those do not either."""
    if turn.question == CONFIRM:
        return other_times(turn)
    promised = turn.booking.window.start.date()
    if turn.question is None and promised not in meant.refused:
        return unclear(turn)
    if conversations.count_unclear(turn.conn, turn.booking, now=turn.now) > 1:
        return to_person(turn)
    free = _free(turn)
    return ask(turn, free, _wanted(free, meant))


def other_times(turn: Turn) -> str:
    """Not the one that was held: which else?"""
    refused = {each["option"] for each in times_of(turn.menu)}
    offering.drop_question(turn.conn, turn.booking, now=turn.now)
    free = _free(turn)
    return ask(turn, free, [each for each in free.times if each.id not in refused])


def stand(turn: Turn) -> str:
    """They are content with the promise as it stands: written down, and no more said."""
    page_notes.accept(turn.conn, turn.booking, now=turn.now)
    if turn.question not in (None, CANCEL):
        offering.drop_question(turn.conn, turn.booking, now=turn.now)
    return ANSWERED


def ask(turn: Turn, free: FreeTimes, some: Sequence[Timed]) -> str:
    """Which of these? At most three are listed."""
    times = _listed(turn, free, some)
    if not times:
        return gone(turn) if some else to_person(turn)
    telling.which_time(turn.conn, turn.house, turn.booking, times, cause=turn.cause, now=turn.now)
    return ANSWERED


def _listed(
    turn: Turn, free: FreeTimes, some: Sequence[Timed], near: TimeWindow | None = None
) -> list[TimeWindow]:
    picked = pick_times(some, turn.booking.window, turn.planned(), near=near)
    return offering.remember(
        turn.conn, turn.house, turn.booking, free.options(picked), now=turn.now
    )


def _moved(turn: Turn, option: DeliveryOption) -> str:
    try:
        rescheduling.move(turn.conn, turn.house, turn.booking, option, by="sms", now=turn.now)
    except SlotFull:
        return gone(turn)
    except TooLate:
        return to_person(turn)
    return ANSWERED


def _free(turn: Turn) -> FreeTimes:
    return offering.free_times(turn.conn, turn.house, turn.booking, now=turn.now)


def _wanted(free: FreeTimes, meant: Understanding) -> list[Timed]:
    return [each for each in free.times if each.window.start.date() not in meant.refused]


def _on_day(planned: TimeWindow, meant: Understanding) -> TimeWindow | None:
    """The planned hours on the first day that was asked for."""
    if not meant.days:
        return None
    return planned.shifted(timedelta(days=(min(meant.days) - planned.start.date()).days))


def _fee(option: DeliveryOption) -> Money | None:
    return option.fee if option.fee is not None and option.fee.amount else None
