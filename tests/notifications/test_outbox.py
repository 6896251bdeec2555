"""Messages are written with their cause, once, and newer news replaces what has not left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from delivery.store.engine import Database
from notifications import claims, consent, outbox
from notifications.notice import Notice, Texts
from tests.notifications.conftest import AINO, Urgent, Word
from tests.times import NOW


def post(database: Database, texts: Texts, notice: Notice, key: str, **more: object) -> int | None:
    with database.write() as conn:
        return outbox.post(
            conn, texts, notice, to=AINO, locale="en", about="B1", dedupe_key=key, now=NOW,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip


def states(database: Database) -> list[str]:
    with database.read() as conn:
        return [each["state"] for each in outbox.history(conn, "B1")]


def test_it_is_written_with_its_cause_or_not_at_all(database: Database, texts: Texts) -> None:
    def caused() -> None:
        with database.write() as conn:
            outbox.post(conn, texts, Word("Hi"), to=AINO, locale="en", about="B1",
                        dedupe_key="k", now=NOW)  # fmt: skip
            raise LookupError

    with pytest.raises(LookupError):
        caused()
    assert states(database) == []


def test_one_cause_makes_one_message(database: Database, texts: Texts) -> None:
    assert post(database, texts, Word("Hi"), "k") is not None
    assert post(database, texts, Word("Hi again"), "k") is None
    assert states(database) == ["queued"]


def test_the_text_is_in_the_language_asked_for_else_in_english(texts: Texts) -> None:
    assert texts.render(Word("x"), "fi") == "Moi: x"
    assert texts.render(Word("x"), "fi-FI") == "Moi: x"
    assert texts.render(Word("x"), "el") == "x"


def test_names_are_text_and_never_a_template(texts: Texts) -> None:
    assert texts.render(Word("{{ 7 * 7 }} <b>"), "en") == "{{ 7 * 7 }} <b>"


def test_who_opted_out_gets_none(database: Database, texts: Texts) -> None:
    post(database, texts, Word("before"), "k1")
    with database.write() as conn:
        consent.opt_out(conn, AINO, source="reply", words="STOP", now=NOW)
    post(database, texts, Word("after"), "k2")
    assert states(database) == ["suppressed", "suppressed"]
    with database.write() as conn:
        assert consent.suppressed(conn, [AINO, "+4670"]) == {AINO}
        consent.opt_in(conn, AINO, source="reply", words="START", now=NOW)
    post(database, texts, Word("again"), "k3")
    assert states(database) == ["suppressed", "suppressed", "queued"]


def test_newer_news_replaces_what_has_not_left(database: Database, texts: Texts) -> None:
    for number in range(3):
        post(database, texts, Word(str(number)), f"w{number}")
    post(database, texts, Urgent("other"), "u")
    with database.write() as conn:  # two are claimed, and one of them is out
        taken = claims.claim(conn, "me", most=3, now=NOW, until=NOW + timedelta(minutes=1))
        words = [each for each in taken if each.body != "other"]
        claims.begin(conn, "me", words[:1], now=NOW, until=NOW + timedelta(minutes=1))
        assert outbox.replace_unsent(conn, about="B1", notices=["word"], now=NOW) == 2
    assert states(database) == ["sending", "replaced", "replaced", "sending"]
    with database.write() as conn:  # what was claimed and replaced does not leave any more
        later = NOW + timedelta(seconds=1)
        assert claims.begin(conn, "me", words[1:], now=later, until=later) == []


def test_how_long_it_is_useful_counts_from_when_it_was_due(
    database: Database, texts: Texts
) -> None:
    post(database, texts, Urgent("x"), "k", due_at=NOW + timedelta(hours=2))
    with database.write() as conn:
        until = NOW + timedelta(days=1)
        assert claims.claim(conn, "me", most=9, now=NOW, until=until) == []
        (claimed,) = claims.claim(conn, "me", most=9, now=NOW + timedelta(hours=2), until=until)
    assert claimed.not_after == NOW + timedelta(hours=3)


def test_what_was_told_is_listed_oldest_first(database: Database, texts: Texts) -> None:
    post(database, texts, Word("second"), "k1", due_at=NOW + timedelta(hours=1))
    post(database, texts, Word("first"), "k2")
    with database.read() as conn:
        told = outbox.history(conn, "B1")
    assert [each["body"] for each in told] == ["first", "second"]
    assert set(told[0]) == {"notice", "channel", "state", "at", "body", "error"}
    assert told[0]["at"] == NOW
