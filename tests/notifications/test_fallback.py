"""What did not reach its reader by SMS is said by e-mail, once, or a person calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import select, update

from delivery.store.engine import Database
from notifications import consent, outbox, tasks, unsubscribed
from notifications.fallback import Fallback, unreachable
from notifications.notice import Notice, Texts
from notifications.tables import message
from tests.notifications.conftest import AINO, Office, Urgent, Word, wall

EMAIL = "aino@example.com"


class Thanks(Word):
    """Nothing anybody needs to know."""

    name: ClassVar[str] = "thanks"
    necessary: ClassVar[bool] = False
    urgent: ClassVar[bool] = False


NOTICES: dict[str, type[Notice]] = {"word": Word, "urgent": Urgent, "thanks": Thanks}


@pytest.fixture(scope="session")
def both_texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder: Path = tmp_path_factory.mktemp("both") / "notices"
    for name in NOTICES:
        (folder / name).mkdir(parents=True)
        for kind in ("sms.txt", "subject.txt", "email.txt", "html"):
            (folder / name / f"en.{kind}").write_text(f"{kind}: {{{{ text }}}}\n")
    return Texts(folder)


@pytest.fixture
def fallback(both_texts: Texts) -> Fallback:
    return Fallback(both_texts, NOTICES)


def an_sms(
    database: Database, texts: Texts, *, notice: Notice | None = None, state: str = "failed",
    error: str | None = "30006", addresses: Mapping[str, str] | None = None, **more: Any,
) -> int:  # fmt: skip
    """One that ended in this state; its number."""
    with database.write() as conn:
        number = outbox.post(
            conn, texts, notice or Word("Late <today>"), to=AINO, locale="en", about="B1",
            dedupe_key=f"B1:{notice}", now=wall(),
            addresses={"email": EMAIL} if addresses is None else addresses, **more,
        )  # fmt: skip
        assert number is not None
        conn.execute(update(message).where(message.c.id == number).values(state=state, error=error))
    return number


def emails(database: Database) -> list[Any]:
    with database.read() as conn:
        return list(conn.execute(select(message).where(message.c.channel == "email")))


def to_do(database: Database) -> list[str]:
    with database.read() as conn:
        return [each.text for each in tasks.list_open(conn)]


@pytest.mark.parametrize(("state", "error"), [("failed", "30006"), ("suppressed", "21610")])
def test_the_same_goes_by_email_once(
    database: Database, both_texts: Texts, fallback: Fallback, state: str, error: str
) -> None:
    until = wall() + timedelta(hours=2)
    number = an_sms(database, both_texts, state=state, error=error, not_after=until)
    for _ in range(2):
        with database.write() as conn:
            fallback(conn, number, wall())
    (row,) = emails(database)
    assert (row.recipient, row.instead_of, row.state) == (EMAIL, number, "queued")
    assert row.body.strip() == "email.txt: Late <today>"
    assert row.parts["subject"] == "subject.txt: Late <today>"
    assert "Late &lt;today&gt;" in row.parts["html"]
    assert row.not_after == until
    assert (row.segments, row.dedupe_key) == (0, "B1:None:email")
    assert to_do(database) == []


def test_without_another_address_a_person_calls_once(
    database: Database, both_texts: Texts, fallback: Fallback
) -> None:
    for text in ("one", "two"):
        number = an_sms(database, both_texts, notice=Word(text), addresses={})
        with database.write() as conn:
            assert fallback(conn, number, wall()) is None
    assert emails(database) == []
    assert len(to_do(database)) == 1
    assert "Call them" in to_do(database)[0]


def test_an_email_that_fails_too_leaves_it_to_a_person(
    database: Database, both_texts: Texts, fallback: Fallback
) -> None:
    number = an_sms(database, both_texts)
    with database.write() as conn:
        instead = fallback(conn, number, wall())
        conn.execute(update(message).where(message.c.id == instead).values(state="failed"))
        assert instead is not None
        assert fallback(conn, instead, wall()) is None
    assert len(emails(database)) == len(to_do(database)) == 1


def test_one_that_wants_no_email_at_all_is_called(
    database: Database, both_texts: Texts, fallback: Fallback
) -> None:
    with database.write() as conn:
        consent.opt_out(conn, EMAIL, source="desk", words="no mail", now=wall())
    number = an_sms(database, both_texts)
    with database.write() as conn:
        fallback(conn, number, wall())
    assert [each.state for each in emails(database)] == ["suppressed"]
    assert len(to_do(database)) == 1


@pytest.mark.parametrize(
    ("state", "error"), [("suppressed", "cap"), ("suppressed", "told"), ("delivered", None)]
)
def test_who_knows_or_has_it_hears_nothing_more(
    database: Database, both_texts: Texts, fallback: Fallback, state: str, error: str | None
) -> None:
    number = an_sms(database, both_texts, state=state, error=error)
    with database.write() as conn:
        assert fallback(conn, number, wall()) is None
    assert emails(database) == []
    assert to_do(database) == []


def test_what_would_come_too_late_is_not_said_elsewhere(
    database: Database, both_texts: Texts, fallback: Fallback
) -> None:
    number = an_sms(database, both_texts, not_after=wall() + timedelta(seconds=5))
    with database.write() as conn:
        assert fallback(conn, number, wall() + timedelta(minutes=1)) is None
    assert emails(database) == []


def test_who_stopped_our_sms_gets_by_email_only_what_is_necessary(
    database: Database, both_texts: Texts, fallback: Fallback
) -> None:
    for notice in (Thanks("x"), Urgent("y")):
        number = an_sms(database, both_texts, notice=notice, state="suppressed", error=None)
        with database.write() as conn:
            fallback(conn, number, wall())
    assert [each.notice for each in emails(database)] == ["urgent"]
    number = an_sms(database, both_texts, notice=Thanks("z"), addresses={})
    with database.write() as conn:
        fallback(conn, number, wall())
    assert to_do(database) == []  # nobody is called for a thank you


def test_unsubscribed_means_no_optional_email_and_every_necessary_one(
    database: Database, both_texts: Texts
) -> None:
    with database.write() as conn:
        assert unsubscribed.unsubscribe(conn, EMAIL, source="page", words="x", now=wall())
        for notice in (Thanks("x"), Word("y")):
            outbox.post(
                conn, both_texts, notice, to=EMAIL, channel="email", locale="en", about="B1",
                dedupe_key=notice.name, now=wall(),
            )  # fmt: skip
    assert [(each.notice, each.state) for each in emails(database)] == [
        ("thanks", "suppressed"), ("word", "queued"),
    ]  # fmt: skip


def test_a_task_that_was_done_too_early_stands_again(database: Database) -> None:
    for _ in range(2):
        with database.write() as conn:
            unreachable(conn, about="B1", notice="moved_earlier", why="by SMS: x", now=wall())
            (task,) = tasks.list_open(conn)
            assert tasks.done(conn, task.id, by="Mikko", now=wall()) == task
            assert tasks.done(conn, task.id, by="Mikko", now=wall()) is None
            assert tasks.list_open(conn) == []


def test_a_landline_is_told_by_email(quiet_office: Office, fallback: Fallback) -> None:
    """The whole way: refused by the provider, posted in the same transaction, sent."""
    office = quiet_office
    office.stand_in.fail_next("refuse", code=21614)
    office.texts = fallback._texts
    office.post(AINO, addresses={"email": EMAIL})
    office.send(fallback=fallback)
    assert [(row.channel, row.state) for row in office.rows()] == [
        ("sms", "failed"), ("email", "queued"),
    ]  # fmt: skip
