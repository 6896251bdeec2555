"""A catalogue's document: what is wrong with it is named, and versions are kept."""

from __future__ import annotations

import pytest

from delivery.store.catalogue.building import read_catalogue
from delivery.store.catalogue.catalogues import Catalogues, NoCatalogue, load_catalogue
from delivery.store.catalogue.document import CatalogueError
from delivery.store.engine import Database
from delivery.store.seeds import TOWN
from tests.times import NOW

TEXT = TOWN.read_text("utf-8")


@pytest.mark.parametrize(
    ("was", "becomes", "path"),
    [
        ("format = 2", "format = 1", "format"),
        ("format = 2", "format = ", ""),
        ('currency = "EUR"', 'currency = "euro"', "currency"),
        ("vat_percent = 25.5", "vat_percant = 25.5", "services.home.price.vat_percant"),
        ("base = 590", "base = -1", "services.home.price.base"),
        ("base = 590", "base = 5.9", "services.home.price.base"),
        ('carrier = "kuikka"', 'carrier = "nobody"', "services.parcel.carrier"),
        ('"espoo-north", "vantaa-east"', '"narnia", "vantaa-east"', "services.home.zones.6"),
        ('time_zone = "Europe/Helsinki"', 'time_zone = "Europe/Turku"', "time_zone"),
        ("60 = 8 }", "50 = 8 }", "services.home.rounds"),
        ('["12:00", "16:00"]', '["12:00", "15:00"]', "services.home.rounds"),
        ('opening_hours = "24/7"', 'opening_hours = "often"', "points.4.opening_hours"),
        ('id = "kallio"', 'id = "hakaniemi"', "points.3"),
        ('name = "Viides linja"', 'name = "Hakaniemi"', "points.3"),
    ],
)
def test_faults_are_named_by_their_path(was: str, becomes: str, path: str) -> None:
    assert was in TEXT
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(TEXT.replace(was, becomes, 1), 1)
    assert path in {where for where, _what in refused.value.faults}


def test_versions_are_kept_and_the_same_document_is_no_new_one(database: Database) -> None:
    catalogues = Catalogues(database)
    with pytest.raises(NoCatalogue):
        catalogues.current()
    with database.write() as conn:
        assert load_catalogue(conn, TEXT, now=NOW) == 1
        assert load_catalogue(conn, TEXT, now=NOW) == 1
        assert catalogues.load(conn, TEXT.replace("base = 590", "base = 490", 1), NOW) == 2
    assert catalogues.current().version == 2
    prices = [
        found.tariff.base
        for number in (1, 2)
        if (found := catalogues.version(number).service("home")) is not None
    ]
    assert prices == [590, 490]


def test_a_bad_document_leaves_the_catalogue_as_it_was(database: Database) -> None:
    with database.write() as conn:
        load_catalogue(conn, TEXT, now=NOW)
    with pytest.raises(CatalogueError), database.write() as conn:
        load_catalogue(conn, TEXT.replace("format = 2", "format = 3"), now=NOW)
    assert Catalogues(database).current().version == 1
