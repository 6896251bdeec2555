"""When a message leaves and whether at all, through post, claim and begin on both databases."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from delivery.store.engine import Database
from notifications import caps, claims, consent, outbox
from notifications.notice import Texts
from notifications.policy import Policy
from notifications.quiet import Quiet
from notifications.tables import message
from tests.notifications.conftest import AINO, Urgent, Word
from tests.together import at_once

HELSINKI = ZoneInfo("Europe/Helsinki")
POLICY = Policy(quiet=Quiet.between("21:00", "08:00"), zone=HELSINKI)
NOON = datetime(2026, 3, 10, 12, tzinfo=HELSINKI)
EVENING, MORNING = NOON.replace(hour=22), NOON.replace(day=11, hour=8)
HOUR = timedelta(hours=1)
WINDOW = "2026-03-12T15:00:00+00:00/2026-03-12T17:00:00+00:00"


@dataclass(frozen=True)
class News(Word):
    """May wait, counts to the day."""

    name: ClassVar[str] = "news"
    urgent: ClassVar[bool] = False
    capped: ClassVar[bool] = True


@dataclass(frozen=True)
class Reminder(Word):
    """Says what may be known."""

    name: ClassVar[str] = "reminder"
    unless_told: ClassVar[timedelta | None] = 12 * HOUR


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    folder = tmp_path_factory.mktemp("notices")
    for name in ("word", "urgent", "news", "reminder"):
        (folder / name).mkdir()
        (folder / name / "en.sms.txt").write_text("{{ text }}\n")
    return Texts(folder)


@dataclass
class Post:
    """Posts to Aino about one delivery, each under a key of its own."""

    database: Database
    texts: Texts
    count: int = 0

    def __call__(self, notice: Word, now: datetime, **more: Any) -> None:
        self.count += 1
        given: dict[str, Any] = {"to": AINO, "policy": POLICY, "dedupe_key": f"k{self.count}"}
        with self.database.write() as conn:
            outbox.post(conn, self.texts, notice, locale="en", about="B1", now=now,
                        **(given | more))  # fmt: skip

    def rows(self) -> list[Any]:
        with self.database.read() as conn:
            return list(conn.execute(select(message).order_by(message.c.id)))

    def states(self) -> list[tuple[str, str | None]]:
        return [(row.state, row.error) for row in self.rows()]

    def claim(self, now: datetime, most: int = 100) -> list[claims.Claimed]:
        with self.database.write() as conn:
            return claims.claim(conn, "me", most=most, now=now, until=now + HOUR)

    def begin(self, taken: list[claims.Claimed], now: datetime) -> int:
        with self.database.write() as conn:
            return len(claims.begin(conn, "me", taken, now=now, until=now + HOUR))


@pytest.fixture
def post(database: Database, texts: Texts) -> Post:
    return Post(database, texts)


def test_what_is_posted_at_night_waits_for_the_morning(post: Post) -> None:
    post(News("may wait"), EVENING)
    post(Word("urgent"), EVENING)
    post(Urgent("an answer"), EVENING)
    assert len(post.claim(EVENING)) == 2
    (waiting,) = [row for row in post.rows() if row.state == "queued"]
    assert MORNING <= waiting.due_at < MORNING + timedelta(minutes=20)
    assert post.claim(MORNING - timedelta(seconds=1)) == []
    assert len(post.claim(MORNING + timedelta(minutes=20))) == 1


def test_what_was_delayed_into_the_night_is_put_to_sleep(post: Post) -> None:
    """By pacing, a pause, or a provider that was away."""
    for number in range(5):
        post(News(str(number)), NOON, to=f"+35840123450{number}")
    post(Urgent("an answer"), EVENING)
    assert [each.body for each in post.claim(EVENING)] == ["an answer"]
    turns = {row.due_at for row in post.rows() if row.state == "queued"}
    assert len(turns) == 5
    assert all(MORNING <= each < MORNING + timedelta(minutes=20) for each in turns)
    assert len(post.claim(MORNING + timedelta(minutes=20))) == 5


def test_thousands_that_sleep_do_not_stand_in_the_way(post: Post) -> None:
    for number in range(600):
        post(News("x"), NOON, to=f"+3584012{number:05}")
    post(Word("awake"), NOON)
    taken: list[str] = []
    for _ in range(4):
        taken += [each.body for each in post.claim(EVENING, most=100)]
    assert taken == ["awake"]
    assert {row.due_at >= MORNING for row in post.rows() if row.state == "queued"} == {True}


def test_what_is_in_hand_when_the_night_falls_goes_back(post: Post) -> None:
    post(News("x"), NOON)
    before = EVENING.replace(hour=20, minute=59)
    taken = post.claim(before)
    assert post.begin(taken, EVENING.replace(hour=21, minute=0)) == 0
    (row,) = post.rows()
    assert (row.state, row.due_at >= MORNING) == ("queued", True)


def test_what_was_held_for_days_leaves_by_day(post: Post) -> None:
    post(News("x"), NOON)
    third_night, then = EVENING + timedelta(days=2), MORNING + timedelta(days=2, minutes=20)
    assert post.claim(third_night) == []
    assert len(post.claim(then)) == 1


def test_news_of_another_day_waits_though_it_is_urgent(post: Post) -> None:
    post(Word("on Thursday"), EVENING, states_window=WINDOW)
    post(Word("it was today"), EVENING, states_window=WINDOW, urgent=True)
    assert [each.body for each in post.claim(EVENING)] == ["it was today"]


def test_the_night_is_that_of_the_reader(post: Post) -> None:
    post(News("x"), EVENING, zone=ZoneInfo("America/New_York"))  # 16:00 there
    assert len(post.claim(EVENING)) == 1


def test_what_nobody_would_be_awake_for_is_never_sent_but_shown(post: Post) -> None:
    post(News("too late by then"), EVENING, not_after=MORNING)
    post(News("in time by day"), NOON, not_after=MORNING)  # and held back till the evening
    assert post.claim(EVENING) == []
    assert post.states() == [("expired", "asleep"), ("expired", None)]
    with post.database.read() as conn:
        assert [each["state"] for each in outbox.history(conn, "B1")].count("expired") == 2


def test_newer_news_replaces_what_sleeps(post: Post) -> None:
    """Several news about one delivery merge into one: what sleeps is still queued, and replaced."""
    for turn in range(3):
        with post.database.write() as conn:
            outbox.replace_unsent(conn, about="B1", notices=["news"], now=EVENING)
        post(News(f"estimate {turn}"), EVENING + turn * HOUR / 4)
    post.claim(EVENING + HOUR)  # put to sleep, those that were not yet
    assert [state for state, _ in post.states()] == ["replaced", "replaced", "queued"]
    assert [each.body for each in post.claim(MORNING + HOUR / 2)] == ["estimate 2"]


def test_beyond_the_cap_it_is_shown_and_not_sent(post: Post) -> None:
    for number in range(7):
        post(News(str(number)), NOON)
    post(Word("urgent"), NOON)
    post(Urgent("an answer"), NOON)
    assert [state for state, _ in post.states()] == [*["queued"] * 5, *["suppressed"] * 2,
                                                     "queued", "queued"]  # fmt: skip
    assert post.states()[5] == ("suppressed", "cap")
    post(News("tomorrow"), NOON, due_at=NOON + timedelta(days=1))
    assert post.states()[-1] == ("queued", None)


def test_the_cap_is_a_persons_however_they_are_written_to(post: Post) -> None:
    for number in range(5):
        post(News(str(number)), NOON)
    post(News("x"), NOON, to="+358401234588", addresses={"email": AINO})
    assert post.states()[-1] == ("suppressed", "cap")


def test_what_waits_for_the_morning_counts_to_the_morning(post: Post) -> None:
    for number in range(5):
        post(News(str(number)), EVENING)
    post(News("by day"), NOON)
    post(News("next day"), MORNING + 4 * HOUR)
    assert [state for state, _ in post.states()] == [*["queued"] * 6, "suppressed"]


def all_at_once(post: Post) -> int:
    """Twelve posts by twelve threads; how many may leave."""
    ready = threading.Barrier(12)

    def one(number: int) -> None:
        with post.database.write() as conn:
            if post.database.name == "postgresql":
                ready.wait(20)
            outbox.post(conn, post.texts, News("x"), to=AINO, locale="en", about="B1", now=NOON,
                        dedupe_key=f"t{number}", policy=POLICY)  # fmt: skip

    at_once([partial(one, number) for number in range(12)])
    return [state for state, _ in post.states()].count("queued")


def test_of_many_at_once_no_more_than_the_cap_leave(post: Post) -> None:
    assert all_at_once(post) == 5


# Not on SQLite, where there is one writer at a time anyway.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_twin_that_takes_no_turn_lets_more_leave(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caps, "take_turn", lambda conn, people: None)
    assert all_at_once(post) > 5


@pytest.mark.parametrize(
    ("before", "window", "sent"),
    [
        (timedelta(hours=3), WINDOW, False),
        (timedelta(hours=12, minutes=1), WINDOW, True),
        (timedelta(hours=3), WINDOW.replace("12T15", "12T13"), True),
        (timedelta(hours=3), None, True),
    ],
)
def test_nobody_is_told_the_same_twice(
    post: Post, before: timedelta, window: str | None, sent: bool
) -> None:
    post(Word("on Thursday"), NOON - before, states_window=window)
    with post.database.write() as conn:
        conn.execute(message.update().values(state="delivered", sent_at=NOON - before))
    post(Reminder("tomorrow"), NOON, states_window=WINDOW)
    assert post.states()[-1] == (("queued", None) if sent else ("suppressed", "told"))


@pytest.mark.parametrize(
    ("state", "sent"), [("queued", False), ("unsure", False), ("failed", True), ("replaced", True)]
)
def test_what_still_waits_is_told_and_what_failed_is_not(
    post: Post, state: str, sent: bool
) -> None:
    post(Word("on Thursday"), NOON, states_window=WINDOW)
    with post.database.write() as conn:
        conn.execute(message.update().values(state=state))
    post(Reminder("tomorrow"), NOON + HOUR, states_window=WINDOW)
    assert post.states()[-1][0] == ("queued" if sent else "suppressed")


def test_over_another_channel_neither_cap_nor_told_stands_against_it(post: Post) -> None:
    for number in range(5):
        post(News(str(number)), NOON, states_window=WINDOW)
    first = post.rows()[0].id
    post(News("again"), NOON, instead_of=first)
    post(Reminder("again"), NOON, instead_of=first, states_window=WINDOW)
    assert [state for state, _ in post.states()] == ["queued"] * 7


def test_what_is_kept_back_for_a_stop_is_said_elsewhere(post: Post) -> None:
    said: list[int] = []

    def elsewhere(conn: Any, number: int, now: datetime) -> None:
        said.append(number)

    post(Word("waiting"), NOON)
    with post.database.write() as conn:
        consent.opt_out(conn, AINO, source="reply", words="STOP", now=NOON, fallback=elsewhere)
    post(Word("after"), NOON, policy=Policy(say_elsewhere=elsewhere))
    assert said == [row.id for row in post.rows()]
    assert post.states() == [("suppressed", None)] * 2
