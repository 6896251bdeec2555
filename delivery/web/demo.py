"""A small shop's checkout: address, options, a held place, a pretended payment, the promise."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from delivery.flows import checkout, quoted, quoting
from delivery.house import House
from delivery.ids import digest
from delivery.rules.refusals import (
    ExtensionLimit,
    HoldClosed,
    NotValid,
    QuoteExpired,
    Refusal,
    SlotFull,
)
from delivery.store import bookings
from delivery.web import demo_pages, demo_pay_pages
from delivery.web.demo_shop import FieldError, Shopper, ask_for, demo_is_on, missing
from delivery.web.deps import Now, TheHouse
from delivery.web.templating import language_for, show
from delivery.web.views_demo import AddressPage
from delivery.web.visit import TheVisit, Visit

router = APIRouter(include_in_schema=False, dependencies=[Depends(demo_is_on)])

_REFERENCE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@router.get("/demo")
def address_page(house: TheHouse, visit: TheVisit) -> Response:
    """Who you are and where you live."""
    view = AddressPage(shopper=Shopper.remembered(visit))
    return show(house, visit, view, language_for(house, visit))


@router.post("/demo")
def ask_options(house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Ask for options by the same flow as a shop; show the form again when something is amiss."""
    lang = language_for(house, visit)
    shopper = Shopper.typed(visit)
    errors = missing(house, shopper, lang)
    if not errors:
        try:
            answer = quoting.quote_options(house, ask_for(house, shopper, lang, now), now=now)
        except NotValid as why:
            errors = [_at_field(house, each, lang) for each in why.extra["errors"]]
    if errors:
        view = AddressPage(shopper=shopper, errors=tuple(errors))
        return show(house, visit, view, lang, status=422)
    sent_on = RedirectResponse(demo_pages.quote_page(answer), 303)
    shopper.remember(sent_on)
    return sent_on


def _at_field(house: House, error: dict[str, Any], lang: str) -> FieldError:
    name = error["pointer"].rpartition("/")[2]
    known = name in Shopper.__dataclass_fields__
    text = house.words.say(lang, f"pages.wrong_{name}") if known else error["detail"]
    return FieldError(name if known else "", text)


@router.get("/demo/choose/{quote_id}")
def options_page(quote_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """The options of a quote."""
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
        answer = quoting.get_answer(conn, quote_id)
    if now >= quote.valid_until:
        return demo_pages.too_old(house, visit, quote)
    return demo_pages.options(house, visit, quote, answer, now=now)


@router.get("/demo/choose/{quote_id}/times")
def times_page(quote_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Every time to the door, a day at a time."""
    return _all_page(house, visit, quote_id, now, places=False)


@router.get("/demo/choose/{quote_id}/places")
def places_page(quote_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Every place to fetch from, nearest first."""
    return _all_page(house, visit, quote_id, now, places=True)


def _all_page(house: House, visit: Visit, quote_id: str, now: Now, *, places: bool) -> Response:
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
        if now >= quote.valid_until:
            return demo_pages.too_old(house, visit, quote)
        free = quoted.all_options(conn, house, quote, now=now)
        page = demo_pages.places if places else demo_pages.times
        return page(conn, house, visit, quote, free, now=now)


@router.post("/demo/choose/{quote_id}/again")
def ask_again(quote_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """The same question as that quote's, asked now."""
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
    answer = quoting.quote_options(house, demo_pages.same_ask(quote, now), now=now)
    return RedirectResponse(demo_pages.quote_page(answer), 303)


@router.post("/demo/choose/{quote_id}/hold")
def hold_it(quote_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Keep the place that was ticked; when it just went, offer the nearest."""
    option = visit.line("option")
    with house.database.read() as conn:
        quote = quoting.get_quote(conn, quote_id)
        answer = quoting.get_answer(conn, quote_id)
    if not option:
        return demo_pages.options(house, visit, quote, answer, now=now, nothing_chosen=True)
    ask = checkout.HoldAsk(quote=quote_id, option=option)
    try:
        hold, _ = _hold(house, f"demo-{quote_id}", ask, now)
    except SlotFull as gone:
        return demo_pages.options(house, visit, quote, answer, now=now, gone=gone, wanted=option)
    except QuoteExpired:
        return demo_pages.too_old(house, visit, quote)
    return RedirectResponse(f"/demo/pay/{hold.id}", 303)


def _hold(house: House, hold_id: str, ask: checkout.HoldAsk, now: Now) -> tuple[Any, bool]:
    # One hold for one visit, so that another choice moves it; a closed one is followed by a new.
    try:
        return checkout.hold_option(house, hold_id, ask, now=now)
    except HoldClosed:
        again = f"{hold_id[:48]}.{digest(f'{hold_id}{ask.option}{now}'.encode())[:8]}"
        return checkout.hold_option(house, again, ask, now=now)


@router.get("/demo/pay/{hold_id}")
def pay_page(hold_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """What is held, until when, and what it comes to."""
    with house.database.read() as conn:
        booked = bookings.find(conn, reference_of(hold_id))
    if booked:
        return RedirectResponse(f"/demo/done/{booked.reference}", 303)
    return demo_pay_pages.pay(house, visit, hold_id, now=now)


@router.get("/demo/pay/{hold_id}/left")
def left_part(hold_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """How long it is still kept, as a part of that page."""
    return demo_pay_pages.left(house, visit, hold_id, now=now)


@router.post("/demo/pay/{hold_id}/extend")
def extend(hold_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """More time to pay."""
    try:
        with house.database.write() as conn:
            checkout.extend_hold(conn, house, hold_id, now=now)
    except (ExtensionLimit, HoldClosed) as why:
        return demo_pay_pages.pay(house, visit, hold_id, now=now, refused=why)
    return RedirectResponse(f"/demo/pay/{hold_id}", 303)


@router.post("/demo/pay/{hold_id}")
def pay(hold_id: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Pretend to take the money, then book by the same flow as a shop."""
    shopper = Shopper.remembered(visit)
    reference = reference_of(hold_id)
    ask = checkout.BookingAsk(
        hold=hold_id,
        recipient=checkout.Recipient(
            given_name=shopper.given_name, phone=shopper.phone, locale=language_for(house, visit)
        ),
        consent={"sms": True},
        note=shopper.note,
        digest=digest(hold_id.encode()),
    )
    try:
        checkout.book(house, reference, ask, now=now)
    except Refusal as why:
        return demo_pay_pages.pay(house, visit, hold_id, now=now, refused=why)
    return RedirectResponse(f"/demo/done/{reference}", 303)


@router.get("/demo/done/{reference}")
def done_page(reference: str, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """The promise in words, and where to look next."""
    with house.database.read() as conn:
        booking = bookings.get(conn, reference)
    return demo_pay_pages.done(house, visit, booking, now=now)


def reference_of(hold_id: str) -> str:
    """One hold, one reference: paying twice books once."""
    number = int(digest(hold_id.encode()), 16)
    letters = []
    for _ in range(8):
        number, rest = divmod(number, len(_REFERENCE_LETTERS))
        letters.append(_REFERENCE_LETTERS[rest])
    return "".join(letters[:4]) + "-" + "".join(letters[4:])
