"""`perille explain`: read by people, and by programs."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import update

from delivery.cli import explain, main
from delivery.flows import quoting
from delivery.house import House
from delivery.store.tables import quote
from tests.asking import an_ask
from tests.times import NOW, SettableClock

BASKET = "59.90EUR,1.2kg,30x20x10"


@pytest.fixture(autouse=True)
def same_database(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    url = house.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("PERILLE_DATABASE__URL", url)
    monkeypatch.setattr(explain, "system_clock", SettableClock())


def test_people_read_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--postcode", "00530", "--basket", f"{BASKET},40kg"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("To 00530 FI: 1.2 kg 30×20×10 cm, 40 kg, worth €59.90\n")
    assert "Asked Tue 10 March 12:00 EET, by version 1 of the catalogue" in told
    assert "NOT OFFERED: Too heavy: at most 30 kg a parcel" in told
    assert "NO weight     the heaviest parcel counts as 40 kg, and it takes at most 35 kg" in told
    assert "no limit" not in told


def test_programs_read_json(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--postcode", "00530", "--basket", BASKET, "--tags", "fragile", "--locale", "fi"]
    at = ["--at", "2026-03-11T15:00+02:00", "--ready-at", "2026-03-12T12:00+02:00"]
    assert main(["explain", *asked, *at, "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)
    assert told["at"] == "2026-03-11T15:00:00+02:00"
    assert told["ask"]["basket"]["parcels"][0]["length_mm"] == 300
    assert told["ask"]["basket"]["tags"] == ["fragile"]
    shown = [each for service in told["services"] for each in service["shown"]]
    assert any("kotiovelle" in each["title"] for each in shown)


def test_a_past_quote_is_made_again(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    answer = quoting.quote_options(house, an_ask(), now=NOW)
    quote_id = orjson.loads(answer)["id"]
    assert main(["explain", "--quote", quote_id]) == 0
    assert f"Made again: the same, {len(answer)} bytes\n" in capsys.readouterr().out
    with house.database.write() as conn:
        conn.execute(update(quote).values(answer=answer.replace(b'"EUR"', b'"SEK"', 1)))
    assert main(["explain", "--quote", quote_id]) == 1
    told = capsys.readouterr().out
    assert "Made again: NOT the same" in told
    assert "  /currency: answered 'SEK', now 'EUR'" in told


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--postcode", "00530"], "--basket"),
        (["--postcode", "00530", "--basket", "heavy"], "cannot read 'heavy'"),
        (["--postcode", "00530", "--basket", "30x20x10,1kg"], "cannot read '30x20x10'"),
        (["--postcode", "530", "--basket", BASKET], "destination.postcode"),
        (["--postcode", "12345", "--basket", BASKET], "There is no such postcode."),
        (["--postcode", "00530", "--basket", "5.00SEK,1kg"], "Prices here are in EUR."),
        (["--postcode", "00530", "--basket", "0.0001g"], "cannot read|weight_g"),
        (["--quote", "q_nothing"], "There is no quote with this id."),
    ],
)
def test_what_cannot_be_asked_is_said(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", *arguments]) == 2
    told = capsys.readouterr().out
    assert any(each in told for each in why.split("|"))


def test_a_time_needs_its_offset(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "--postcode", "00530", "--basket", BASKET, "--at", "2026-03-11T15:00"])
    assert "a time needs its offset" in capsys.readouterr().err
