"""What we ask by SMS: a question with numbered lines, each of which says what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from delivery.rules.money import Money
from delivery.rules.options import DeliveryOption

#: Which of these times? This one? Which place? To this address? Which delivery? Really cancel?
#: How was it?
TIMES, CONFIRM, PLACES, ADDRESS = "times", "confirm", "places", "address"
WHICH, CANCEL, FEEDBACK = "which", "cancel", "feedback"

#: How a reply is read while a question is open (`understand`'s context).
CONTEXTS = {
    TIMES: "menu", PLACES: "menu", WHICH: "menu", CONFIRM: "confirm", CANCEL: "confirm",
    ADDRESS: "confirm", FEEDBACK: "feedback",
}  # fmt: skip

#: What a line does.
MOVE, OTHER_TIMES, TO_PLACE = "move", "other_times", "to_place"
TO_ADDRESS, TO_PERSON = "to_address", "to_person"
ABOUT, CALL_OFF, KEEP = "about", "call_off", "keep"

Line = dict[str, Any]


def time_line(option: DeliveryOption) -> Line:
    """Takes this time; with its fee where it has one."""
    line: Line = {"do": MOVE, "option": option.id, "window": option.window.as_json()}
    if option.fee is not None and option.fee.amount:
        line["fee"] = option.fee.as_json()
    return line


def place_line(option: DeliveryOption) -> Line:
    """Has it brought to this point instead. Raises `ValueError` for an option at the door."""
    if option.place is None:
        raise ValueError("an option at the door has no place")
    return {"do": TO_PLACE, "option": option.id, "place": option.place.id,
            "name": option.place.name}  # fmt: skip


def address_lines(destination: dict[str, Any]) -> list[Line]:
    """Has it brought to this address; or lets a person find out which one is meant."""
    return [{"do": TO_ADDRESS, "destination": destination}, {"do": TO_PERSON}]


def about_line(reference: str) -> Line:
    """Means this delivery."""
    return {"do": ABOUT, "reference": reference}


#: The lines of "this time?" and of "really cancel?", after the one that does it.
OTHER: Line = {"do": OTHER_TIMES}
CANCEL_LINES: tuple[Line, ...] = ({"do": CALL_OFF}, {"do": KEEP})


def line(menu: Sequence[Line], number: int) -> Line | None:
    """The line with this number, counted from one."""
    return menu[number - 1] if 0 < number <= len(menu) else None


def does(one: Line) -> str:
    """What a line does. Those written before there were other questions take a time."""
    return str(one.get("do", MOVE))


def fee_of(one: Line) -> Money | None:
    """What was said that taking this line costs."""
    fee = one.get("fee")
    return Money(**fee) if fee else None


def times_of(menu: Sequence[Line]) -> list[Line]:
    """The lines that take a time, in order."""
    return [each for each in menu if does(each) == MOVE]
