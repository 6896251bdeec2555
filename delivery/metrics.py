"""Figures for Prometheus: request times of this process, and what the database holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import bindparam, func, select

from delivery.clock import Clock
from delivery.store import reply_audit
from delivery.store.engine import Database
from delivery.store.tables import carrier_event, conversation, hold
from notifications import identity
from notifications.tables import MESSAGE_STATES, message, reply

_BY_STATE = select(message.c.state, func.count()).group_by(message.c.state)
_OLDEST = select(func.min(message.c.due_at)).where(
    message.c.state == "queued", message.c.due_at <= bindparam("now")
)
_HOLDS = select(func.count()).where(hold.c.state == "open")
_REPLIES = select(func.count()).where(reply.c.state == "waiting")
_EVENTS = select(func.count()).where(carrier_event.c.state == "waiting")
_PEOPLE = select(func.count()).where(conversation.c.state == "waiting")


class Metrics:
    """One registry per application, so that several can live in one process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "perille_request_seconds",
            "Time to answer a request.",
            ["method", "route", "status"],
            buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.broken = Counter(
            "perille_request_errors", "Requests that ended in an error of ours.",
            registry=self.registry,
        )  # fmt: skip
        self._children: dict[tuple[str, str, int], Any] = {}
        self.registry.register(_FromDatabase(database, clock))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._seconds.labels(method, route, str(status))
        child.observe(seconds)

    def text(self) -> bytes:
        """All of them in Prometheus' text format. Raises what the database raises."""
        return generate_latest(self.registry)


class _FromDatabase:
    """Gauges that are counted when somebody asks: they cannot drift."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # registering must not ask the database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = self._clock()
        with self._database.read() as conn:
            states = {state: count for state, count in conn.execute(_BY_STATE)}
            is_copy = identity.copy_of(conn) is not None
            oldest: datetime | None = conn.scalar(_OLDEST, {"now": now})
            counts = {
                "perille_holds_open": ("Holds that are open.", conn.scalar(_HOLDS)),
                "perille_replies_waiting": ("Replies not yet looked at.", conn.scalar(_REPLIES)),
                "perille_replies_forgotten": (
                    "Replies neither answered nor with a person who has a deadline.",
                    len(reply_audit.violations(conn, now=now)),
                ),
                "perille_events_waiting": ("Carrier events not yet applied.", conn.scalar(_EVENTS)),
                "perille_conversations_waiting": (
                    "Conversations waiting for a person.",
                    conn.scalar(_PEOPLE),
                ),
            }
        messages = GaugeMetricFamily("perille_messages", "Messages by state.", labels=["state"])
        for state in MESSAGE_STATES:
            messages.add_metric([state], states.get(state, 0))
        yield messages
        age = max((now - oldest).total_seconds(), 0) if oldest else 0
        yield GaugeMetricFamily(
            "perille_oldest_waiting_message_seconds", "Age of the oldest due message.", age
        )
        yield GaugeMetricFamily(
            "perille_database_is_copy", "1 = a copy or restored: nothing is sent.", int(is_copy)
        )
        for name, (meaning, count) in counts.items():
            yield GaugeMetricFamily(name, meaning, count)
