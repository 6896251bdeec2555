"""Many messages are written in one go, and each as it would be alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Connection, select

from delivery.store.engine import Database
from notifications import consent, outbox
from notifications.notice import Texts
from notifications.outbox import Post
from notifications.policy import Policy
from notifications.tables import message
from tests.notifications.conftest import AINO, Word
from tests.times import NOW

VEERA = "+358401234599"


@dataclass(frozen=True)
class Kind(Word):
    """One that is bound by the daily cap."""

    capped: ClassVar[bool] = True


def _written(database: Database) -> list[dict[str, Any]]:
    beside = {"id", "dedupe_key"}
    with database.read() as conn:
        rows = conn.execute(select(message).order_by(message.c.dedupe_key)).mappings()
        return [{name: row[name] for name in row if name not in beside} for row in rows]


def _posts(prefix: str) -> list[Post]:
    return [
        Post(Word("Hi"), AINO, "fi", "B1", f"{prefix}1", gate="broadcast:1"),
        Post(Word("Stop it"), VEERA, "en", "B2", f"{prefix}2", addresses={"email": "v@a.example"}),
        *(Post(Kind(f"Kind {each}"), AINO, "en", "B1", f"{prefix}3{each}") for each in range(3)),
        Post(Word("Hi"), AINO, "en", "B1", f"{prefix}4", not_after=NOW),
    ]


def test_each_is_written_as_it_would_be_alone(database: Database, texts: Texts) -> None:
    held_back: list[tuple[str, int]] = []

    def elsewhere(conn: Connection, which: int, now: datetime) -> int | None:
        where = message.c.id == which
        held_back.append((conn.execute(select(message.c.about).where(where)).scalar_one(), which))
        return None

    policy = Policy(per_day=2, say_elsewhere=elsewhere)
    with database.write() as conn:
        consent.opt_out(conn, VEERA, source="reply", words="STOP", now=NOW)
        outbox.post_many(conn, texts, _posts("many"), now=NOW, policy=policy)
    many, told_of = _written(database), [about for about, _ in held_back]
    held_back.clear()
    with database.write() as conn:
        conn.execute(message.delete())
        for each in _posts("alone"):
            outbox.post(
                conn, texts, each.notice, to=each.to, locale=each.locale, about=each.about,
                dedupe_key=each.dedupe_key, now=NOW, gate=each.gate, addresses=each.addresses,
                not_after=each.not_after, policy=policy,
            )  # fmt: skip
    assert many == _written(database)
    assert told_of == [about for about, _ in held_back] == ["B2"]
    assert [(row["state"], row["error"]) for row in many] == [
        ("queued", None), ("suppressed", None), ("queued", None), ("suppressed", "cap"),
        ("suppressed", "cap"), ("expired", None),
    ]  # fmt: skip


def test_the_same_keys_again_write_nothing(database: Database, texts: Texts) -> None:
    for _ in range(2):
        with database.write() as conn:
            outbox.post_many(conn, texts, _posts("k"), now=NOW)
    assert len(_written(database)) == 6
