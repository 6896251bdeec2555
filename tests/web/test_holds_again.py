"""A hold looks again at what may have changed since the quote."""

from __future__ import annotations

from typing import Any

from delivery.flows.expiring import release_expired_holds
from delivery.flows.slots import make_slots
from delivery.store.seeds import TOWN
from tests.loopback import Api, RunningServer
from tests.nests import wrong_counts
from tests.shopping import a_quote, book, hold, van_times
from tests.times import NOW, SettableClock

TEXT = TOWN.read_text("utf-8")
BLACKOUT = '[services.home]\nblackouts = ["2026-03-10T16:00/2026-03-10T21:00"]\n'


def _load(server: RunningServer, text: str) -> None:
    house = server.house
    with house.database.write() as conn:
        house.catalogues.load(conn, text, NOW)
    make_slots(house.database, house.catalogues, now=house.clock())


def _refused(answer: Any) -> bool:
    return (answer.status_code, answer.json().get("code")) == (409, "slot_full")


def test_what_a_newer_catalogue_closed_takes_nobody_more(api: Api, server: RunningServer) -> None:
    quote = a_quote(api)
    round_, hour = van_times(api, quote["id"], 240)[0], van_times(api, quote["id"], 60)[0]
    assert hold(api, quote["id"], round_["id"], "mine").status_code == 201
    assert hold(api, quote["id"], hour["id"], "yours").status_code == 201
    _load(server, TEXT.replace("[services.home]\n", BLACKOUT, 1))
    for wanted in (round_, hour):
        refused = hold(api, quote["id"], wanted["id"])
        assert _refused(refused)
        assert refused.json()["alternatives"]
    assert api.delete("/v1/holds/yours").status_code == 204
    assert _refused(hold(api, quote["id"], hour["id"]))
    assert hold(api, quote["id"], round_["id"], "mine").status_code == 200
    assert book(api, "mine").status_code == 201
    _load(server, TEXT)
    assert hold(api, quote["id"], hour["id"], "hers").status_code == 201
    with server.house.database.read() as conn:
        assert wrong_counts(conn) == []


def test_a_service_that_is_gone_takes_nobody_more(api: Api, server: RunningServer) -> None:
    quote = a_quote(api)
    days = api.get(f"/v1/quotes/{quote['id']}/all").json()["days"]
    parcel = next(
        each for day in days for each in day["options"] if each["id"].startswith("opt_parcel.")
    )
    assert hold(api, quote["id"], parcel["id"], "mine").status_code == 201
    _load(server, TEXT.replace("[services.parcel", "[services.parcel2"))
    assert _refused(hold(api, quote["id"], parcel["id"], "yours"))
    assert hold(api, quote["id"], parcel["id"], "mine").status_code == 200


def test_an_ended_hold_is_not_taken_again_long_after_its_cut_off(
    api: Api, server: RunningServer, clock: SettableClock
) -> None:
    """A quote's price is kept past a cut-off for as long as the quote is valid, not longer."""
    quote = a_quote(api)
    hour = van_times(api, quote["id"], 60)[0]
    assert hour["cutoff_at"] == "2026-03-10T14:00:00+02:00"
    for name in ("mine", "yours"):
        assert hold(api, quote["id"], hour["id"], name).status_code == 201
    patience = server.house.settings.quotes.minutes
    clock.forward(minutes=119 + patience)
    assert release_expired_holds(server.house.database, now=clock()) == 2
    assert book(api, "mine").status_code == 201
    clock.forward(minutes=1)
    late = book(api, "yours")
    assert _refused(late)
    assert hour["id"] not in [each["id"] for each in late.json()["alternatives"]]
