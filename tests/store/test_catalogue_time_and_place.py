"""What a document says of calendars, origins, zones and services, as the rules read it."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from delivery.rules.catalogue import Blackout, Catalogue, OrderBy, Service
from delivery.rules.geography import Here
from delivery.store.catalogue.building import read_catalogue
from delivery.store.catalogue.document import CatalogueError
from delivery.store.seeds import TOWN

TEXT = TOWN.read_text("utf-8")


def with_line(after: str, *lines: str) -> str:
    """The town with lines put in after one of its own."""
    assert f"{after}\n" in TEXT
    return TEXT.replace(f"{after}\n", "\n".join((after, *lines, "")), 1)


def read(after: str, *lines: str) -> Catalogue:
    return read_catalogue(with_line(after, *lines), 1)


def service(catalogue: Catalogue, code: str) -> Service:
    found = catalogue.service(code)
    assert found is not None
    return found


def test_own_closures_and_days_open_besides() -> None:
    catalogue = read(
        "[calendars.every_day]", 'closed = ["2026-08-03", "2026-07-06/2026-07-12"]',
        'open = ["2026-12-06"]',
    )  # fmt: skip
    calendar = service(catalogue, "home").calendar
    closed = [day for day in range(1, 32) if not calendar.is_open(date(2026, 7, day))]
    assert closed == list(range(6, 13))
    assert not calendar.is_open(date(2026, 8, 3))
    assert calendar.is_open(date(2026, 12, 6))


def test_what_an_origin_says_holds_where_a_service_says_nothing() -> None:
    catalogue = read(
        "[origins.kylasaari]", "handling_minutes = 45", 'cut_off = { mon = "15:00", fri = "12:00" }'
    )
    assert service(catalogue, "locker").cut_offs == dict.fromkeys(range(7), time(14))
    assert service(catalogue, "locker").handling_minutes == 45
    assert service(catalogue, "home").handling_minutes == 180
    assert service(catalogue, "home").cut_offs is None
    assert service(catalogue, "store").cut_offs == {0: time(15), 4: time(12)}
    none = with_line("[origins.kylasaari]", 'cut_off = "15:00"').replace(
        "within_m = 60000", "within_m = 60000\ncut_off = false"
    )
    assert service(read_catalogue(none, 1), "store").cut_offs is None


def test_zones_of_every_kind() -> None:
    text = with_line(
        "[zones.around]",
        'postcodes = ["04200", "043*", "04400-04499"]',
        "around = { lat = 60.4, lon = 25.1, km = 2.5 }",
        'time_zone = "Europe/Stockholm"',
    )
    catalogue = read_catalogue(text, 1)
    parcel = service(catalogue, "parcel")
    assert parcel.zone_at("04200") == parcel.zone_at("04310") == parcel.zone_at("04420") == "around"
    assert parcel.zone_at("00530") == "helsinki-inner"
    assert parcel.zone_at("00530", Here.at(60.41, 25.1)) == "around"
    assert parcel.clock("around") == ZoneInfo("Europe/Stockholm")
    assert parcel.clock("helsinki-inner") == ZoneInfo("Europe/Helsinki")
    assert service(catalogue, "locker").zone_map is parcel.zone_map


def test_what_a_van_says() -> None:
    home = service(
        read(
            "[services.home]", 'order_by = { day_before = "18:00" }', "narrowing = false",
            "move_fee = 300",
            'blackouts = ["2026-12-24", "2026-12-23T17:00/2026-12-23T21:00"]',
        ),
        "home",
    )  # fmt: skip
    assert home.order_by == OrderBy(day_before=time(18))
    assert not home.narrowing
    assert home.move_fee == 300
    assert home.blackouts == (
        Blackout(
            datetime.fromisoformat("2026-12-23T17:00"), datetime.fromisoformat("2026-12-23T21:00")
        ),
        Blackout(datetime.fromisoformat("2026-12-24"), datetime.fromisoformat("2026-12-25")),
    )
    assert home.rounds is not None
    rounds = service(
        read(
            "[services.home.rounds]", "load = { 240 = 64 }", "unit_g = 10000", "unit_cm3 = 50000",
            'times_by_weekday = { sun = [["12:00", "16:00"]] }',
        ),
        "home",
    ).rounds  # fmt: skip
    assert rounds is not None
    assert (rounds.load, rounds.unit_g, rounds.unit_cm3) == ({240: 64}, 10_000, 50_000)
    assert rounds.on(date(2026, 3, 15)) == ((time(12), time(16)),)
    assert len(rounds.on(date(2026, 3, 16))) == 3


def test_places_have_sizes_capacity_and_closed_days() -> None:
    locker = service(
        read(
            'id = "hakaniemi"',
            'closed = ["2026-03-10/2026-03-12"]',
            "max_sides_mm = [350, 600, 400]",
        ),
        "locker",
    )
    point = next(each for each in locker.points if each.id == "hakaniemi")
    assert point.capacity == 40
    assert point.max_sides_mm == (600, 400, 350)
    assert len(point.closed) == 3


def test_what_is_not_said_in_a_language_is_said_in_english() -> None:
    town = read_catalogue(TEXT, 1)
    assert set(service(town, "express").description) == {"en", "fi", "sv", "el"}
    plain = read_catalogue(TEXT.replace('sv = "Viima bud"\n', ""), 1)
    assert plain.carriers["viima"]["sv"] == plain.carriers["viima"]["en"]


@pytest.mark.parametrize(
    ("after", "line", "path"),
    [
        ("[calendars.every_day]", 'closed = ["2026-02-30"]', "calendars.every_day.closed.0"),
        ("[calendars.every_day]", 'open = ["2026-08-03/2026-08-01"]', "calendars.every_day.open.0"),
        ("[calendars.every_day]", 'open = ["2026-01-01/2046-01-01"]', "calendars.every_day.open.0"),
        ("[origins.kylasaari]", 'cut_off = { monday = "12:00" }', "origins.kylasaari.cut_off"),
        ("[origins.kylasaari]", 'cut_off = "noon"', "origins.kylasaari.cut_off"),
        ("[zones.around]", 'postcodes = ["4200"]', "zones.around.postcodes.0"),
        ("[zones.around]", 'postcodes = ["99998"]', "zones.around"),
        ("[zones.around]", 'postcodes = ["00600-00500"]', "zones.around"),
        ("[zones.around]", "around = { lat = 160, lon = 24, km = 1 }", "zones.around.around.lat"),
        ("[zones.around]", 'time_zone = "Europe/Atlantis"', "zones.around.time_zone"),
        ("[services.home]", 'cut_off = "14:00"', "services.home"),
        ("[services.home]", "order_by = { }", "services.home.order_by"),
        ("[services.home]", 'blackouts = ["2026-12-24T10:00"]', "services.home.blackouts.0"),
        ("[services.home]", 'blackouts = ["2026-12-24T10:00/2026-12-24T09:00"]',
         "services.home.blackouts.0"),
        ("[services.home]", 'blackouts = ["2026-12-24T10:00Z/2026-12-24T19:00Z"]',
         "services.home.blackouts.0"),
        ("[services.home.rounds]", "load = { 30 = 8 }", "services.home.rounds"),
        ("[services.parcel]", "transit_days_by_zone = { moon = 3 }", "services.parcel"),
        ("[services.express]", "transit_hours_by_zone = { vantaa-east = 0 }",
         "services.express.transit_hours_by_zone.vantaa-east"),
        ("[services.locker]", 'blackouts = ["2026-12-24"]', "services.locker"),
    ],
)  # fmt: skip
def test_faults_of_time_and_place_are_named(after: str, line: str, path: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        read(after, line)
    faults = dict(refused.value.faults)
    assert path in faults, faults
    assert 5 < len(faults[path]) < 200


@pytest.mark.parametrize(
    ("was", "becomes", "path"),
    [
        ('holidays_of = "FI"', 'holidays_of = "ZZ"', "calendars.every_day.holidays_of"),
        ('municipalities = ["Vantaa"]', 'municipalities = ["Vanda"]', "zones.vantaa-east"),
        ('closes = "21:00"', 'closes = "06:00"', "origins.kylasaari"),
        ("transit_hours = 2\n", "", "services.express"),
        ('window = ["09:00", "21:00"]', 'window = ["09:00", "10:30"]', "services.express"),
        ("transit_hours = 2\n", "transit_hours = 13\n", "services.express.transit_hours"),
        ('cut_off = "14:00"\ntransit_days = 2', "transit_days = 2", "services.parcel.cut_off"),
        ('cut_off = "14:00"\ntransit_days = 2', "cut_off = false", "services.parcel"),
        ("transit_days = 2\nwindow = [\"08:00\", \"16:00\"]", 'window = ["08:00", "12:00"]',
         "services.parcel"),
    ],
)  # fmt: skip
def test_a_catalogue_that_could_promise_nothing_is_refused(
    was: str, becomes: str, path: str
) -> None:
    assert was in TEXT
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(TEXT.replace(was, becomes, 1), 1)
    assert path in dict(refused.value.faults), refused.value.faults
