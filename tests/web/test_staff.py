"""Staff over real HTTP: conversations, answers, and what a reply would mean."""

from __future__ import annotations

from typing import Any

from delivery.house import House
from tests.carrier import told, work, writes
from tests.loopback import Api
from tests.shopping import booked

ASK = {
    "text": "huomenna illalla", "locale": "fi", "now": "2026-03-10T14:05:00+02:00",
    "context": "none",
    "slots": [{"id": "s1", "start": "2026-03-11T17:00:00+02:00",
               "end": "2026-03-11T19:00:00+02:00"}],
}  # fmt: skip


def waiting(api: Api, **more: Any) -> dict[str, Any]:
    answer = api.get("/v1/conversations", key="staff", params={"state": "waiting", **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_interpret_says_what_the_contract_says(api: Api) -> None:
    answer = api.post("/v1/replies/interpret", json=ASK, key="staff")
    assert answer.status_code == 200
    assert answer.json() == {
        "intent": "reschedule", "date": "2026-03-11", "from": "17:00", "to": "21:00",
        "slots": ["s1"], "choice": None, "target": None, "rating": None, "language": "fi",
        "confidence": 0.93, "because": ["huomenna = 11 March", "illalla = 17–21"],
    }  # fmt: skip
    bare = {"text": "2", "now": ASK["now"]}
    assert api.post("/v1/replies/interpret", json=bare, key="staff").json()["choice"] is None


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"now": "2026-03-10T14:05:00"}, "/now"),
    ({"now": "0001-01-01T00:00:00+14:00"}, "/now"),
    ({"text": None}, "/text"),
    ({"text": "x" * 5001}, "/text"),
    ({"context": "dream"}, "/context"),
    ({"slots": [{"id": "a", "start": "2026-03-11T17:00:00+02:00"}]}, "/slots/0/end"),
]


def test_interpret_refuses_nonsense_by_name(api: Api) -> None:
    for change, pointer in NONSENSE:
        answer = api.post("/v1/replies/interpret", json=ASK | change, key="staff")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_only_staff_may(api: Api) -> None:
    for key, status in ((None, 401), ("shop", 403)):
        assert api.get("/v1/conversations", key=key).status_code == status
        assert api.post("/v1/replies/interpret", json=ASK, key=key).status_code == status
        for act in ("messages", "close"):
            answer = api.post(f"/v1/conversations/1/{act}", json={"text": "x"}, key=key)
            assert answer.status_code == status


def test_a_question_waits_is_answered_by_name_and_closed(api: Api, house: House) -> None:
    ref = booked(api)["reference"]
    writes(house, "can I pay with cash?")
    work(house)
    (item,) = waiting(api)["items"]
    assert item["reference"] == ref
    assert item["customer"]["given_name"] == "Aino"
    assert "4012345" not in item["customer"]["phone"]
    assert "can I pay with cash?" in [each["text"] for each in item["thread"]]
    path = f"/v1/conversations/{item['id']}"
    sent = api.post(f"{path}/messages", json={"text": "Yes.", "agent": "Sanna"}, key="staff",
                    headers={"Idempotency-Key": "a-1"})  # fmt: skip
    again = api.post(f"{path}/messages", json={"text": "Yes.", "agent": "Sanna"}, key="staff",
                     headers={"Idempotency-Key": "a-1"})  # fmt: skip
    assert sent.status_code == 200, sent.text
    assert sent.json() == again.json()
    assert told(house, ref)[-1] == ("answer", "Yes.\nSanna at Kaari")
    assert [name for name, _ in told(house, ref)].count("answer") == 1
    assert waiting(api)["items"] == []
    assert api.post(f"{path}/close", key="staff").json() == {"state": "closed"}


def test_a_stranger_is_listed_answered_and_closed(api: Api, house: House) -> None:
    writes(house, "who are you?", sender="+358409999999")
    work(house)
    (item,) = waiting(api)["items"]
    path = f"/v1/conversations/{item['id']}"
    assert api.post(f"{path}/messages", json={"text": "Kaari, a shop."}, key="staff").json()[
        "message"
    ]
    assert "Kaari, a shop.\nMikko at Kaari" in [
        each["text"] for each in waiting(api)["items"][0]["thread"]
    ]
    assert api.post(f"{path}/close", key="staff").status_code == 200
    assert waiting(api)["items"] == []


def test_conversations_are_paged(api: Api, house: House) -> None:
    for number in range(3):
        phone = f"+35840111222{number}"
        recipient = {"given_name": "Eino", "phone": phone, "locale": "en"}
        booked(api, recipient=recipient)
        writes(house, "call me", sender=phone)
    work(house)
    first = waiting(api, limit=2)
    assert len(first["items"]) == 2
    second = waiting(api, limit=2, cursor=first["next_cursor"])
    assert len(second["items"]) == 1
    assert second["next_cursor"] is None


def test_an_answer_has_words(api: Api) -> None:
    for body in ({}, {"text": ""}, {"text": " "}, {"text": "x" * 1501}, {"text": "a\u0000"}):
        answer = api.post("/v1/conversations/1/messages", json=body, key="staff")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/text"


def test_there_is_no_such_conversation(api: Api) -> None:
    for name in ("999", "unknown-999"):
        for act in ("messages", "close"):
            answer = api.post(f"/v1/conversations/{name}/{act}", json={"text": "x"}, key="staff")
            assert answer.status_code == 404
    assert api.get("/v1/conversations?state=asleep", key="staff").status_code == 422
    assert api.get("/v1/conversations?cursor=x", key="staff").status_code == 422
