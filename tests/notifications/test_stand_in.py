"""The stand-in speaks as Twilio's own description says, and can be as troublesome as it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
import yaml
from sqlalchemy import func, select

from notifications.stand_in import StandIn
from notifications.tables import reply
from tests.notifications.conftest import ACCOUNT, AINO, FROM, TOKEN, Office, wall

HERE = Path(__file__).parent
EXTRACT = json.loads((HERE / "twilio_message_schema.json").read_text("utf-8"))
WHOLE = HERE.parents[2] / "shared" / "data" / "twilio" / "twilio_api_v2010.yaml"


def as_json_schema(found: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable`, and references into the extract."""
    if isinstance(found, list):
        return [as_json_schema(each) for each in found]
    if not isinstance(found, dict):
        return found
    made = {name: as_json_schema(each) for name, each in found.items()
            if name not in ("nullable", "format")}  # fmt: skip
    if "$ref" in made:
        return as_json_schema(EXTRACT["schemas"][made["$ref"].rpartition("/")[2]])
    if found.get("nullable") is True and "type" in made:
        made["type"] = [made["type"], "null"]
    return made


MESSAGE = as_json_schema({"$ref": "#/components/schemas/api.v2010.account.message"})
LIST = as_json_schema(EXTRACT["list"])
# What they name and we leave out would be found by nobody otherwise.
MESSAGE["required"] = sorted(MESSAGE["properties"])
LIST["required"] = sorted(LIST["properties"])


def without_prose(found: Any) -> Any:
    if isinstance(found, list):
        return [without_prose(each) for each in found]
    if not isinstance(found, dict):
        return found
    prose = {
        name for name, said in found.items()
        if name in ("x-twilio", "examples") or (name == "description" and isinstance(said, str))
    }  # fmt: skip
    return {name: without_prose(each) for name, each in found.items() if name not in prose}


def test_the_extract_is_what_twilio_says() -> None:
    """Against the whole description, where it lies beside the checkout."""
    if not WHOLE.exists():
        assert "Twilio" in EXTRACT["from"]
        return
    said = yaml.load(WHOLE.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    path = said["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]
    listed = path["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    created = path["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    queries = [each["name"] for each in path["get"]["parameters"] if each["in"] == "query"]
    assert without_prose(listed) == EXTRACT["list"]
    assert without_prose(created) == EXTRACT["create"]
    assert queries == EXTRACT["list_parameters"]
    for name, schema in EXTRACT["schemas"].items():
        assert without_prose(said["components"]["schemas"][name]) == schema, name


class Api:
    """Twilio's API at the stand-in's address, as a program would call it."""

    def __init__(self, office: Office) -> None:
        self._at = f"{office.stand_in_url}/2010-04-01/Accounts/{ACCOUNT}/Messages"
        self.origin = office.stand_in_url
        self._http = requests.Session()
        self._http.auth = (ACCOUNT, TOKEN)

    def create(self, **form: str) -> requests.Response:
        return self._http.post(f"{self._at}.json", data=form, timeout=10)

    def list(self, **query: str) -> requests.Response:
        return self._http.get(f"{self._at}.json", params=query, timeout=10)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self._http.get(self.origin + path, timeout=10, **more)

    def control(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, f"{self.origin}/stand-in{path}", timeout=10, **more)


@pytest.fixture
def twilio(office: Office) -> Any:
    api = Api(office)
    yield api
    api._http.close()


GOOD = {"To": AINO, "From": FROM, "Body": "Hyvää päivää 👍"}


def until(true: Any) -> None:
    end = time.monotonic() + 8
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_what_it_creates_lists_and_fetches_is_as_described(twilio: Api) -> None:
    made = twilio.create(**GOOD)
    assert made.status_code == 201
    jsonschema.validate(made.json(), MESSAGE)
    assert made.json()["status"] == "queued"
    twilio.create(**GOOD | {"To": "+358401234599"})
    page = twilio.list(To=AINO, PageSize="20")
    jsonschema.validate(page.json(), LIST)
    assert [each["sid"] for each in page.json()["messages"]] == [made.json()["sid"]]
    fetched = twilio.get(made.json()["uri"])
    jsonschema.validate(fetched.json(), MESSAGE)
    assert fetched.json()["body"] == GOOD["Body"]
    until(lambda: twilio.get(made.json()["uri"]).json()["status"] == "delivered")


def test_a_long_list_has_pages_newest_first(twilio: Api) -> None:
    for number in range(7):
        twilio.create(**GOOD | {"Body": str(number)})
    seen, page = [], twilio.list(PageSize="3").json()
    while True:
        jsonschema.validate(page, LIST)
        seen += [each["body"] for each in page["messages"]]
        if page["next_page_uri"] is None:
            break
        page = twilio.get(page["next_page_uri"]).json()
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]
    assert page["previous_page_uri"]
    assert twilio.list(PageSize="none").status_code == 400
    assert twilio.list(DateSent="2020-01-01").json()["messages"] == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": "040"}, 21211), ({"To": ""}, 21604), ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617), ({"From": ""}, 21603), ({"StatusCallback": "ftp"}, 21609),
    ],
)  # fmt: skip
def test_it_refuses_as_twilio_does(twilio: Api, form: dict[str, str], code: int) -> None:
    answer = twilio.create(**GOOD | form)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert set(answer.json()) == {"code", "message", "more_info", "status"}


def test_it_knows_who_asks(office: Office, twilio: Api) -> None:
    twilio._http.auth = (ACCOUNT, "wrong")
    one = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM1.json"
    for answer in (twilio.create(**GOOD), twilio.list(), twilio.get(one)):
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    twilio._http.auth = (ACCOUNT, TOKEN)
    gone = twilio.get(f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM{'0' * 32}.json")
    assert (gone.status_code, gone.json()["code"]) == (404, 20404)


def test_a_person_types_and_says_stop(office: Office, twilio: Api) -> None:
    twilio.create(**GOOD)
    said = twilio.control("POST", "/replies", json={"from": AINO, "body": "stop"})
    assert said.status_code == 202
    refused = twilio.create(**GOOD)
    assert (refused.status_code, refused.json()["code"]) == (400, 21610)
    phone = twilio.control("GET", f"/phones/{AINO}").json()
    assert phone["stopped"] is True
    assert [each["direction"] for each in phone["messages"]] == ["out", "in", "out"]
    assert phone["messages"][1]["to"] == FROM
    twilio.control("POST", "/replies", json={"from": AINO, "body": "START"})
    assert twilio.create(**GOOD).status_code == 201
    listed = twilio.control("GET", "/phones").json()["phones"]
    assert [each["number"] for each in listed] == [AINO]

    def kept() -> int:
        with office.database.read() as conn:
            return conn.execute(select(func.count()).select_from(reply)).scalar_one()

    until(lambda: kept() == 2)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"json": {"from": AINO}}, 422), ({"json": {"from": 1, "body": "x"}}, 422),
        ({"json": [1]}, 422), ({"data": "{}"}, 415),
        ({"json": {"from": AINO, "body": "x" * 2000}}, 422),
        ({"data": "{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": b"x" * 100_000, "headers": {"Content-Type": "application/json"}}, 413),
    ],
)  # fmt: skip
def test_nonsense_is_refused(twilio: Api, given: dict[str, Any], status: int) -> None:
    assert twilio.control("POST", "/replies", **given).status_code == status


def test_troubles_come_in_the_order_they_were_asked_for(twilio: Api) -> None:
    asked = [
        {"kind": "429", "retry_after": 3},
        {"kind": "500_before"},
        {"kind": "refuse", "code": 21408},
    ]
    for each in asked:
        assert twilio.control("POST", "/faults", json=each).status_code == 201
    assert twilio.control("POST", "/faults", json={"kind": "earthquake"}).status_code == 422
    assert len(twilio.control("GET", "/faults").json()["faults"]) == 3
    first = twilio.create(**GOOD)
    assert (first.status_code, first.headers["Retry-After"]) == (429, "3")
    assert [twilio.create(**GOOD).status_code for _ in range(3)] == [500, 400, 201]
    assert twilio.control("DELETE", "/faults").json() == {"faults": []}


def test_it_forgets_the_oldest_first() -> None:
    small = StandIn(account_sid=ACCOUNT, auth_token=TOKEN, replies_url="http://x.test/", clock=wall,
                    most=10, sent_after=None, delivered_after=None)  # fmt: skip
    for number in range(25):
        small.ledger.add(FROM, AINO, str(number), direction="outbound-api", status="queued")
    assert [each["body"] for each in small.messages] == [str(number) for number in range(15, 25)]


def test_receipts_wait_for_an_application_that_is_not_up_yet(office: Office, ours: Any) -> None:
    app, ours[0].app = ours[0].app, None  # answers 500 until it is there
    office.post(AINO)
    office.send()
    time.sleep(0.1)
    assert office.states() == ["sent"]
    ours[0].app = app
    until(lambda: office.states() == ["delivered"])
