"""What machines ask: alive, ready, figures."""

from __future__ import annotations

from sqlalchemy import insert

from tests.loopback import Api
from tests.times import NOW


def test_alive_and_ready(api: Api) -> None:
    assert api.get("/health/live", key=None).json() == {"state": "alive"}
    assert api.get("/health/ready", key=None).status_code == 200


def test_figures_are_counted_from_the_database(api: Api, server) -> None:  # type: ignore[no-untyped-def]
    from notifications.tables import message

    with server.house.database.write() as conn:
        for number, state in enumerate(("queued", "queued", "sent")):
            conn.execute(
                insert(message).values(
                    notice="delayed", recipient="x", locale="en", body="x", segments=1, about="x",
                    state=state, dedupe_key=str(number), due_at=NOW, created_at=NOW, changed_at=NOW,
                )
            )  # fmt: skip
    server.house.clock.forward(minutes=5)
    text = api.get("/metrics", key=None).text
    assert 'perille_messages{state="queued"} 2.0' in text
    assert 'perille_messages{state="sent"} 1.0' in text
    assert "perille_oldest_waiting_message_seconds 300.0" in text
    assert "perille_holds_open 0.0" in text
    assert "perille_replies_waiting 0.0" in text
    assert 'perille_request_seconds_count{method="GET"' in api.get("/metrics", key=None).text


def test_what_is_not_there_is_a_problem_document(api: Api) -> None:
    answer = api.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
