"""A stop is confirmed by e-mail, once for each time it is said."""

from __future__ import annotations

from datetime import timedelta

from delivery.flows import stopping
from delivery.house import House
from notifications import consent, outbox
from tests.carrier import PHONE
from tests.loopback import Api
from tests.shopping import AINO, booked
from tests.times import SettableClock


def _told(house: House, *references: str) -> list[tuple[str, str]]:
    with house.database.read() as conn:
        return [
            (reference, each["channel"]) for reference in references
            for each in outbox.history(conn, reference) if each["notice"] == "opted_out"
        ]  # fmt: skip


def test_who_stops_is_told_by_email_once_each_time(
    api: Api, house: House, clock: SettableClock
) -> None:
    mail = AINO | {"email": "aino@example.test"}
    silent = booked(api, recipient=AINO | {"phone": "+358401112222"})["reference"]
    older = booked(api, recipient=mail)["reference"]
    clock.forward(minutes=1)
    newer = booked(api, recipient=mail)["reference"]

    def look() -> list[tuple[str, str]]:
        clock.forward(minutes=1)
        stopping.confirm_stops(house, now=clock())
        return _told(house, silent, older, newer)

    assert look() == []
    with house.database.write() as conn:
        for number in (PHONE, "+358401112222"):
            consent.opt_out(conn, number, source="reply", words="STOP", now=clock())
    assert look() == look() == [(newer, "email")]
    with house.database.write() as conn:
        consent.opt_out(conn, PHONE, source="provider", words="", now=clock())  # the same again
    assert look() == [(newer, "email")]
    with house.database.write() as conn:
        consent.opt_in(conn, PHONE, source="reply", words="START", now=clock())
    clock.forward(minutes=1)
    with house.database.write() as conn:
        consent.opt_out(conn, PHONE, source="reply", words="STOP", now=clock())
    assert look() == [(newer, "email")] * 2
    clock.forward(hours=30)
    booked(api, recipient=mail | {"given_name": "Aino"})
    clock.set(clock() + timedelta(hours=1))
    assert look() == [(newer, "email")] * 2
