"""From settings to senders: by country, in order, and whose signatures are believed."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from delivery.senders import build_channels, build_hearing, unsubscribe_url
from delivery.settings import Settings
from notifications.providers.smtp import Smtp
from notifications.providers.twilio import _Pairs
from tests.conftest import settings_for
from tests.notifications.numbers import ACCOUNT, FROM

FORM = [("From", "+358401234501"), ("Body", "Moi"), ("Body", "again"), ("Blank", "")]


def settings(**sections: Any) -> Settings:
    given: dict[str, Any] = {"account_sid": ACCOUNT, "auth_token": "new", "from": FROM}
    twilio = given | sections.pop("twilio", {})
    return settings_for("sqlite://", twilio=twilio, **sections)


def signed_by(token: str) -> str:
    url = "http://perille.test/sms/replies?a=%20b"
    return str(RequestValidator(token).compute_signature(url, _Pairs(FORM)))


@pytest.mark.parametrize(("token", "believed"), [("new", True), ("old", True), ("third", False)])
def test_while_a_token_is_exchanged_both_sign(token: str, believed: bool) -> None:
    hearing = build_hearing(settings(twilio={"other_auth_token": "old"}))
    signature = signed_by(token)
    assert hearing.check_signature("/sms/replies?a=%20b", FORM, signature) is believed


def test_no_second_token_believes_no_empty_one() -> None:
    hearing = build_hearing(settings())
    assert hearing.check_signature("/sms/replies?a=%20b", FORM, signed_by("new"))
    assert not hearing.check_signature("/sms/replies?a=%20b", FORM, signed_by(""))


def test_senders_stand_in_order() -> None:
    named = build_channels(
        settings(twilio={"senders": {"FI": ["+358401", "+358402"], "SE": "Kaari", "NO": "Kaari"}})
    ).senders
    assert [(each.name, each.channel, sorted(each.countries)) for each in named] == [
        ("+358401", "sms", ["FI"]), ("+358402", "sms", ["FI"]), ("Kaari", "sms", ["NO", "SE"]),
        (FROM, "sms", []), ("console e-mail", "email", []),
    ]  # fmt: skip


def test_email_over_smtp() -> None:
    email = {"provider": "smtp", "host": "mail.kaari.example", "from": "Kaari <a@b.example>"}
    (mail,) = [each for each in build_channels(settings(email=email)).senders
               if each.channel == "email"]  # fmt: skip
    assert isinstance(mail.provider, Smtp)
    assert (mail.name, mail.has_receipts, mail.copies_are_one) == (
        "e-mail by mail.kaari.example", False, True,
    )  # fmt: skip


def test_a_link_under_an_email_names_nobody() -> None:
    made = unsubscribe_url(settings())(17)
    assert made.startswith("http://perille.test/unsubscribe/17-")
    assert len(made.rpartition("-")[2]) >= 20
