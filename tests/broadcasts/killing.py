"""The real worker with a stand-in for Twilio, killed with -9 in the middle of a broadcast."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from delivery.app import build_house
from delivery.flows import broadcasts as flow
from delivery.flows.broadcasts import BroadcastAsk
from delivery.house import House
from delivery.rules.broadcasts import Audience
from delivery.store import broadcast_audit, broadcast_progress, broadcasts
from delivery.store.broadcasts import Broadcast
from delivery.store.seeds import seed
from notifications.stand_in import StandIn
from tests.conftest import settings_for
from tests.crowds import a_crowd, phone_of
from tests.loopback import running
from tests.notifications.numbers import ACCOUNT, FROM, TOKEN
from tests.ready import Ready

#: `broadcasts`, `quiet_hours`: nothing waits for the morning, and nothing before it starts.
SETTINGS: dict[str, dict[str, object]] = {
    "broadcasts": {"start_delay_seconds": 0, "offer_minutes": 0},
    "quiet_hours": {"start": "", "end": ""},
}
_SETTLED = ("sent", "delivered", "failed", "expired", "suppressed", "replaced")


class Work:
    """`python -m delivery work`, killed and started again."""

    def __init__(self, database_url: str, provider: str, ours: str, **settings: str) -> None:
        self._environment = os.environ | {
            "PERILLE_DATABASE__URL": database_url,
            "PERILLE_SERVER__SECRET": "a secret of the tests, long enough",
            "PERILLE_SERVER__PUBLIC_URL": ours,
            "PERILLE_SMS__PROVIDER": "twilio",
            "PERILLE_TWILIO__BASE_URL": provider,
            "PERILLE_TWILIO__ACCOUNT_SID": ACCOUNT,
            "PERILLE_TWILIO__AUTH_TOKEN": TOKEN,
            "PERILLE_TWILIO__FROM": FROM,
            "PERILLE_OUTBOX__LEASE_SECONDS": "8",
            "PERILLE_OUTBOX__UNSURE_SECONDS": "4",
            "PERILLE_QUIET_HOURS__START": "",
            "PERILLE_QUIET_HOURS__END": "",
            "PERILLE_BROADCASTS__OFFER_MINUTES": "0",
            **{f"PERILLE_{name}": value for name, value in settings.items()},
        }
        self._process: Ready | None = None

    def start(self) -> None:
        self._errors = tempfile.NamedTemporaryFile()  # noqa: SIM115  # closed by kill()
        self._process = Ready("delivery", "work", env=self._environment, errors=self._errors)

    def kill(self) -> None:
        """kill -9: no goodbye."""
        assert self._process is not None
        self.check()
        self._process.kill()
        self._errors.close()

    def check(self) -> None:
        """It must not have ended by itself."""
        assert self._process is not None
        if self._process.poll() is not None:
            self._errors.seek(0)
            raise AssertionError(self._errors.read().decode()[-3000:])


def a_broadcast(house: House, people: int, *, now: datetime) -> Broadcast:
    """One that moves everybody's promise and tells them, confirmed."""
    a_crowd(house, people, now=now)
    ask = BroadcastAsk(Audience(carriers=("own_van",)), "delayed", {"minutes": 90}, "test")
    with house.database.write() as conn:
        return flow.make(conn, house, ask, dry_run=False, now=now)


def wait_for(house: House, made: Broadcast, reached: int, work: Work, *, seconds: float) -> None:
    """Until so many of its messages are settled, or the broadcast is done."""
    until = time.monotonic() + seconds
    while True:
        with house.database.read() as conn:
            states = broadcast_progress.messages_by_state(conn, made)
            if broadcasts.get(conn, made.id).state == "done" and "unsure" not in states:
                return
        if sum(states.get(each, 0) for each in _SETTLED) >= reached:
            return
        work.check()
        assert time.monotonic() < until, states
        time.sleep(0.05)


def killed(database_url: str, *, people: int, kills: int, **settings: str) -> list[str]:
    """Everything that is wrong after so many kills in the middle of one broadcast."""
    house = build_house(settings_for(database_url, **SETTINGS))
    now, moment = datetime.now(UTC), random.Random(people)
    seed(house.database, now=now)
    made = a_broadcast(house, people, now=now)
    stand_in = StandIn(
        account_sid=ACCOUNT, auth_token=TOKEN, replies_url="http://127.0.0.1:9/sms/replies",
        clock=lambda: datetime.now(UTC), sent_after=None, delivered_after=None,
    )  # fmt: skip
    with running(stand_in.app) as url:
        work = Work(database_url, url, "http://127.0.0.1:9", **settings)
        for kill in range(kills):
            work.start()
            wait_for(house, made, people * (kill + 1) // (kills + 2), work, seconds=90)
            time.sleep(moment.uniform(0, 0.1))
            work.kill()
        work.start()
        wait_for(house, made, people + 1, work, seconds=240)
        work.kill()
    wrong = _wrong(house, made, stand_in.messages, people)
    house.database.close()
    stand_in.close()
    return wrong


def _wrong(house: House, made: Broadcast, accepted: Any, people: int) -> list[str]:
    got = Counter(each["to"] for each in accepted)
    wrong = [f"{count} times to {to}" for to, count in got.items() if count != 1]
    wrong += [f"nothing to {phone_of(each)}" for each in range(1, people + 1)
              if phone_of(each) not in got]  # fmt: skip
    with house.database.read() as conn:
        return wrong + broadcast_audit.missing(conn, broadcasts.get(conn, made.id))
