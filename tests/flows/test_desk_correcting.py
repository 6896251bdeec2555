"""A correction becomes a proposed example that is its own test, and ships once it is approved."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest

from delivery.cli import examples as command
from delivery.flows import correcting
from delivery.house import House
from delivery.rules.refusals import NotFound, NotValid
from delivery.rules.replies import understand
from delivery.store import inbox, replies
from notifications import inbox as heard
from tests.carrier import work, writes
from tests.flows.test_desk_work import SANNA, _waiting
from tests.loopback import Api
from tests.times import NOW

MEANT = {"intent": "reschedule", "date": "2026-03-13", "from": "12:00", "to": "16:00"}


def _reply(house: House, ref: str) -> int:
    with house.database.read() as conn:
        return int(heard.replies_about(conn, ref)[-1]["id"])


def test_a_correction_is_proposed_beside_what_is_read_and_ships_approved(
    api: Api, house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = _waiting(api, house, "blargh said Maija")
    number = _reply(house, ref)
    with house.database.write() as conn:
        first = correcting.propose(conn, house, number, MEANT, SANNA, now=house.clock())
        better = correcting.propose(conn, house, number, MEANT | {"to": None}, SANNA,
                                    now=house.clock(), text="blargh")  # fmt: skip
        (shown,) = correcting.proposed(conn)
        assert correcting.export(conn) == ""
    assert (shown.example.id, shown.example.text) == (better.id, "blargh")
    assert {"intent", "date", "from"} == set(shown.missed)
    assert shown.read["intent"] == understand("blargh", locale="en", now=NOW).intent
    with house.database.write() as conn:
        assert [each["text"] for each in inbox.actions(conn, ref)][-1] == (
            "reschedule, date 2026-03-13, from 12:00"
        )
    monkeypatch.setenv("PERILLE_DATABASE__URL", house.settings.database.url)
    command.run(argparse.Namespace(doing="list"))
    assert "misread: intent, date, from" in capsys.readouterr().out
    with house.database.write() as conn:
        correcting.decide(conn, better.id, True, SANNA, now=house.clock())
        for decided in (first.id, better.id):
            with pytest.raises(correcting.AlreadyDecided):
                correcting.decide(conn, decided, False, SANNA, now=house.clock())
        with pytest.raises(NotFound):
            correcting.decide(conn, 999, True, SANNA, now=house.clock())
    command.run(argparse.Namespace(doing="export"))
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "lang": "en", "text": "blargh", "intent": "reschedule", "context": "none",
        "date": "2026-03-13", "from": "12:00", "to": None, "choice": None, "target": None,
        "rating": None, "now": NOW.isoformat(),
    }  # fmt: skip


def test_what_is_right_by_now_is_said_so_and_strangers_teach_too(api: Api, house: House) -> None:
    writes(house, "friday 12-16 please", sender="+358409999999")
    work(house)
    with house.database.write() as conn:
        (stranger,) = replies.strangers(conn)
        correcting.propose(conn, house, stranger.id, MEANT, SANNA, now=house.clock())
        (shown,) = correcting.proposed(conn)
    assert shown.missed == ()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"intent": "dance"}, "intent"),
        ({"intent": None}, "intent"),
        ({"context": "bed"}, "context"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "Friday"}, "date"),
        ({"from": "25:00"}, "from"),
        ({"to": "9"}, "to"),
        ({"intent": "choose"}, "choice"),
        ({"intent": "choose", "choice": 10}, "choice"),
        ({"choice": True}, "choice"),
        ({"intent": "rating", "rating": 11}, "rating"),
        ({"rating": 3}, "rating"),
        ({"intent": "relocate", "target": "moon"}, "target"),
        ({"target": "neighbour"}, "target"),
        ({"slots": []}, "slots"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as why:
        correcting.checked_meaning(MEANT | wrong)
    assert why.value.extra["errors"][0]["pointer"] == f"/{field}"
    for right in (MEANT, {"intent": "choose", "context": "menu", "choice": 0},
                  {"intent": "rating", "rating": 0, "context": "feedback"},
                  {"intent": "relocate", "target": "neighbour"}, {"intent": "thanks"}):  # fmt: skip
        assert correcting.checked_meaning(right)["intent"] == right["intent"]
