"""Only what the provider signed for exactly this address counts, and it counts once."""

from __future__ import annotations

import itertools
import random
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from notifications import consent
from notifications.providers.twilio import Twilio
from notifications.tables import consent_log, reply, suppression
from tests.notifications.conftest import ACCOUNT, AINO, FROM, TOKEN, Office, wall
from tests.together import at_once

VALIDATOR = RequestValidator(TOKEN)
PATH = "/sms/replies"


def form(body: str = "2", number: int = 1, **more: str) -> dict[str, str]:
    return {
        "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "Body": body, "From": AINO,
        "FromCity": "", "MessageSid": f"SM{number:032x}", "NumMedia": "0", "To": FROM,
    } | more  # fmt: skip


def post(office: Office, data: Any, *, path: str = PATH, sign: Any = None, **more: Any) -> int:
    """The answer's status; signed as Twilio would unless told otherwise."""
    signature = VALIDATOR.compute_signature(office.url + path, data if sign is None else sign)
    headers = {"X-Twilio-Signature": signature} | more.pop("headers", {})
    answer = requests.post(office.url + path, data=data, headers=headers, timeout=20, **more)
    return answer.status_code


def replies(office: Office) -> list[Any]:
    with office.database.read() as conn:
        return list(conn.execute(select(reply).order_by(reply.c.id)))


def test_a_reply_is_kept_and_answered_with_nothing(office: Office) -> None:
    data = form("Hyvää päivää 👍\nhuomenna?")
    signature = VALIDATOR.compute_signature(office.url + PATH, data)
    answer = requests.post(
        office.url + PATH, data=data, headers={"X-Twilio-Signature": signature}, timeout=10
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<Response/>" in answer.text
    (kept,) = replies(office)
    assert (kept.body, kept.sender, kept.state) == ("Hyvää päivää 👍\nhuomenna?", AINO, "waiting")


def test_the_same_reply_twenty_times_at_once_has_one_effect(office: Office) -> None:
    assert at_once([lambda: post(office, form("STOP"))] * 20) == [200] * 20
    assert len(replies(office)) == 1
    with office.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(consent_log)).scalar() == 1


def test_stop_and_start_take_effect_before_the_answer(office: Office) -> None:
    office.post(AINO)
    assert post(office, form("please stop texting me", 1)) == 200
    assert office.states() == ["suppressed"]
    assert post(office, form("STOP", 2)) == 200
    assert post(office, form("START", 3)) == 200
    with office.database.read() as conn:
        assert conn.execute(select(suppression)).all() == []
        log = conn.execute(select(consent_log.c.allowed).order_by(consent_log.c.id)).scalars().all()
    assert log == [False, False, True]
    assert {each.state for each in replies(office)} == {"keyword"}


def test_what_else_is_said_with_a_stop_waits_for_a_person(office: Office) -> None:
    assert post(office, form("Stop texting me! When does my sofa come?")) == 200
    with office.database.read() as conn:
        assert consent.has_stopped(conn, AINO)
    assert replies(office)[0].state == "waiting"


def test_yes_from_a_number_that_did_not_work_once_is_an_answer(office: Office) -> None:
    with office.database.write() as conn:
        consent.bad_number(conn, AINO, now=wall())
    post(office, form("YES"))
    assert replies(office)[0].state == "waiting"


def test_a_stop_over_a_bad_number_stands(office: Office) -> None:
    with office.database.write() as conn:
        consent.bad_number(conn, AINO, now=wall())
    post(office, form("STOP"))
    with office.database.read() as conn:
        assert consent.has_stopped(conn, AINO)
        (word,) = consent.log_of(conn, AINO)
    assert (word["allowed"], word["source"], word["words"], word["by"]) == (
        False, "reply", "STOP", "",
    )  # fmt: skip


def test_yes_from_somebody_who_has_not_stopped_is_an_answer(office: Office) -> None:
    post(office, form("YES"))
    assert replies(office)[0].state == "waiting"


MALFORMED = [
    ("json", b'{"Body": "2"}', {"Content-Type": "application/json"}),
    ("multipart", b"--x\r\n\r\n", {"Content-Type": "multipart/form-data; boundary=x"}),
    ("no type", b"Body=2", {"Content-Type": ""}),
    ("broken bytes", b"Body=\xff\xfe", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("broken utf-8", b"Body=%FF%FE", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("half a surrogate", b"Body=%ED%A0%80", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("gzip", b"\x1f\x8b\x08\x00", {"Content-Encoding": "gzip",
                                   "Content-Type": "application/x-www-form-urlencoded"}),
    ("1,001 fields", urlencode([(f"f{n}", "") for n in range(1001)]).encode(),
     {"Content-Type": "application/x-www-form-urlencoded"}),
    ("1 MB", b"Body=" + b"x" * 1_000_000, {"Content-Type": "application/x-www-form-urlencoded"}),
    ("nothing", b"", {}),
]  # fmt: skip


@pytest.mark.parametrize("path", [PATH, "/sms/receipts/" + "a" * 32])
def test_what_cannot_be_read_is_refused_and_never_breaks(office: Office, path: str) -> None:
    empty = VALIDATOR.compute_signature(office.url + path, {})
    with requests.Session() as http:
        for (name, body, headers), sign in itertools.product(MALFORMED, ("", "x", "é", empty)):
            signed: dict[str, Any] = {"X-Twilio-Signature": sign.encode("latin-1")} if sign else {}
            answer = http.post(office.url + path, data=body, headers=headers | signed, timeout=20)
            assert 400 <= answer.status_code < 500, name
    assert replies(office) == []


def test_fields_are_checked_after_the_signature(office: Office) -> None:
    for wrong in (
        {"AccountSid": "AC" + "1" * 32}, {"MessageSid": "CA" + "1" * 32},
        {"MessageSid": "SM" + "1" * 31}, {"MessageSid": "SM" + "G" * 32}, {"From": ""},
        {"From": "+" * 40},
    ):  # fmt: skip
        assert post(office, form() | wrong) == 422
    # The same characters, cut elsewhere: the signature is right and the fields are not.
    shifted = {name: value for name, value in form("hi").items() if name != "Body"}
    assert post(office, shifted | {"Bod": "yhi"}, sign=form("hi")) == 422
    twice = [*form().items(), ("Body", "2")]
    assert post(office, twice, sign=form()) == 422
    assert replies(office) == []


def test_thousands_of_forgeries_and_not_one_accepted(office: Office) -> None:
    """Straight at the check: bits flipped, fields moved, other paths, other accounts."""
    twilio, chance = office.twilio(), random.Random(7)
    data = list(form("Huomenna klo 17-19, kiitos").items())
    genuine = VALIDATOR.compute_signature(office.url + PATH, dict(data))
    assert twilio.check_signature(PATH, data, genuine)
    accepted = 0
    for _ in range(3000):
        path, changed, signature = PATH, list(data), genuine
        kind = chance.randrange(6)
        spot = chance.randrange(len(changed))
        name, value = changed[spot]
        if kind == 0:
            at = chance.randrange(len(signature))
            signature = signature[:at] + chr(33 + chance.randrange(90)) + signature[at + 1 :]
            if signature == genuine:
                continue
        elif kind == 1:
            changed[spot] = (name, value + chance.choice("x1 \n"))
        elif kind == 2:
            changed[spot] = (name + chance.choice("sx_"), value)
        elif kind == 3:
            del changed[spot]
            if not value and not name:
                continue
        elif kind == 4:
            path = PATH + chance.choice(["/", "?a=1", "x", "%20"])
        else:
            changed.append((chance.choice(["Extra", "body"]), "x"))
        accepted += twilio.check_signature(path, changed, signature)
    assert accepted == 0


@pytest.mark.parametrize("count", [300])
def test_forgeries_over_http_leave_no_row(office: Office, count: int) -> None:
    chance = random.Random(11)
    with requests.Session() as http:
        for number in range(count):
            signature = "".join(chance.choices("abcdefghABCDEFGH0123456789+/=", k=28))
            answer = http.post(
                office.url + PATH, data=form(number=number),
                headers={"X-Twilio-Signature": signature}, timeout=10,
            )  # fmt: skip
            assert answer.status_code == 403
    assert replies(office) == []


#: From the tests of Twilio's own library (MIT).
VECTORS = [
    ("https://mycompany.com", "/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("https://mycompany.com:1234", "/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ("https://mycompany.com", "/myapp.php?foo=1&bar=2", "kvajT1Ptam85bY51eRf/AJRuM3w="),
    ("http://mycompany.com", "/myapp.php?foo=1&bar=2", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ("http://mycompany.com:1234", "/myapp.php?foo=1&bar=2", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
]
CALL = [("CallSid", "CA1234567890ABCDE"), ("Digits", "1234"), ("From", "+14158675309"),
        ("To", "+18005551212"), ("Caller", "+14158675309")]  # fmt: skip


@pytest.mark.parametrize(("public_url", "path", "signature"), VECTORS)
def test_known_signatures_are_known(public_url: str, path: str, signature: str) -> None:
    twilio = Twilio(account_sid=ACCOUNT, auth_token="12345", public_url=public_url, sender=FROM)
    assert twilio.check_signature(path, CALL, signature)
    assert not twilio.check_signature(path + "x", CALL, signature)


def test_a_receipt_is_acknowledged_whatever_it_is_about(office: Office) -> None:
    receipt = {"AccountSid": ACCOUNT, "MessageSid": "SM" + "c" * 32, "MessageStatus": "delivered"}
    for attempt in ("f" * 32, "unknown", "%00", "x" * 500):
        assert post(office, receipt, path=f"/sms/receipts/{attempt}") == 204
    assert post(office, receipt | {"MessageStatus": ""}, path="/sms/receipts/a") == 422
