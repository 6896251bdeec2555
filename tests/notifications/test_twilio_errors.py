"""Twilio's codes: each has one class and one sentence; what is not described is never repeated."""

from __future__ import annotations

import re

import pytest

from notifications.failures import Failure
from notifications.providers.twilio_errors import FAILURES, codes, failure

#: Class by class, as decided; what stands in the module beyond these is of the same kinds.
DECIDED = {
    "retry": "30001 30003 30008 30017 30410",
    "wait": "20429 63017 63018 14107 30022",
    "bad_number": "21211 21217 21614 30005 30006 21604",
    "consent": "21610 63014 63033",
    "content": "30007 30004 30019 21617 21602 63005 63013 63016 63027 63028",
    "configuration": "20003 21606 21408 21612 21703 21704 21705 30002 30018 30024 63007 35114",
    "trial": "21608 14111",
}


@pytest.mark.parametrize("kind", DECIDED)
def test_each_code_has_the_class_decided_for_it(kind: str) -> None:
    assert {failure(code).kind for code in DECIDED[kind].split()} == {kind}
    assert set(DECIDED[kind].split()) <= codes(kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("known", FAILURES.values(), ids=lambda each: each.code)
def test_each_is_said_in_one_plain_sentence(known: Failure) -> None:
    assert re.fullmatch(r"[A-Z].{10,98}\.", known.words)
    assert known.code not in known.words


def test_what_the_operator_did_not_say_may_have_arrived() -> None:
    assert {each.code for each in FAILURES.values() if each.maybe_delivered} == {"30008", "30410"}


def test_a_code_nobody_described_is_unknown_and_named() -> None:
    new = failure("39999")
    assert (new.kind, "39999" in new.words) == ("unknown", True)
    assert failure("").kind == "unknown"
