"""A reply about the place or for the driver: a neighbour, somewhere safe, a point, a door code."""

from __future__ import annotations

from delivery.flows import answers_word as word
from delivery.flows import offering, relocating
from delivery.flows import telling_answers as telling
from delivery.flows.turn import ANSWERED, Turn, to_person, unclear
from delivery.rules.addresses import in_one_line
from delivery.rules.bookings import BOOKED, ON_THE_WAY
from delivery.rules.questions import ADDRESS, PLACES, Line, address_lines, place_line
from delivery.rules.refusals import NotFound, SlotFull, TooLate
from delivery.rules.replies import Understanding
from delivery.store import bookings

#: More than this no driver reads on a label.
_LONGEST = 160


def relocate(turn: Turn, meant: Understanding) -> str:
    """Leave it where they say; list points where they ask for one; ask back about an address."""
    if meant.target in (relocating.NEIGHBOUR, relocating.SAFE_PLACE):
        return _leave(turn, meant.target)
    if meant.target == relocating.PICKUP_POINT:
        return which_place(turn)
    if turn.address is not None and not names_another(turn):
        return word.where(turn)  # it goes there already
    return which_address(turn)


def names_another(turn: Turn) -> bool:
    """Whether it names an address, and not the one it goes to already."""
    named, known = turn.address, turn.booking.destination
    if named is None:
        return False
    street = str(known.get("street") or "")
    same = named.street.casefold() == street.casefold() and named.postcode == known["postcode"]
    return not same


def which_address(turn: Turn) -> str:
    """Ask whether it is to go to the address they named; a person where it cannot so simply."""
    conn, house, booking, now = turn.conn, turn.house, turn.booking, turn.now
    named = turn.address
    to = named and relocating.destination_at(conn, house, booking, named, now=now)
    if not to:
        return to_person(turn)
    offering.drop_question(conn, booking, now=now)
    offering.ask(conn, house, booking, ADDRESS, address_lines(to), now=now)
    telling.confirm_place(conn, house, booking, in_one_line(to), cause=turn.cause, now=now)
    return ANSWERED


def bring_to_address(turn: Turn, line: Line) -> str:
    """There, as they said that it is right."""
    conn, house, booking, now = turn.conn, turn.house, turn.booking, turn.now
    offering.drop_question(conn, booking, now=now)
    try:
        relocating.to_address(conn, house, booking, line["destination"], now=now)
    except TooLate:
        return to_person(turn)
    return ANSWERED


def wrong_address(turn: Turn) -> str:
    """Not that one: a person finds out which."""
    offering.drop_question(turn.conn, turn.booking, now=turn.now)
    return to_person(turn)


def keep_note(turn: Turn) -> str:
    """A door code or the like is kept for the driver, while one is still to come."""
    bookings.add_note(turn.conn, turn.booking.reference, "reply", turn.text.strip(), turn.now)
    if turn.booking.state not in (BOOKED, ON_THE_WAY):
        return to_person(turn)
    telling.noted(turn.conn, turn.house, turn.booking, cause=turn.cause, now=turn.now)
    return ANSWERED


def which_place(turn: Turn) -> str:
    """The nearest points as a menu; a person where there is none."""
    near = relocating.points_near(turn.conn, turn.house, turn.booking, now=turn.now)
    picked = near[: relocating.MOST]
    if not picked:
        return to_person(turn)
    offering.drop_question(turn.conn, turn.booking, now=turn.now)
    lines = [place_line(each) for each in picked]
    offering.ask(turn.conn, turn.house, turn.booking, PLACES, lines, now=turn.now)
    places = [f"{each.place.name}, {each.place.street}" for each in picked if each.place]
    telling.which_place(turn.conn, turn.house, turn.booking, places, cause=turn.cause,
                        now=turn.now)  # fmt: skip
    return ANSWERED


def bring_to(turn: Turn, line: Line) -> str:
    """The point on this line; another menu if it has filled up meanwhile."""
    conn, house, booking, now = turn.conn, turn.house, turn.booking, turn.now
    try:
        option = relocating.point_option(conn, house, booking, line["place"], now=now)
        relocating.to_point(conn, house, booking, option, now=now)
    except (SlotFull, NotFound):
        return which_place(turn)
    except TooLate:
        return to_person(turn)
    return ANSWERED


def _leave(turn: Turn, kind: str) -> str:
    words = " ".join(turn.text.split())
    if not words:
        return unclear(turn)
    try:
        relocating.leave_with(turn.conn, turn.house, turn.booking, kind, words[:_LONGEST],
                              now=turn.now)  # fmt: skip
    except TooLate:
        return to_person(turn)
    return ANSWERED
