"""What a mail server's answers mean: RFC 5321 for the codes, RFC 3463 for the enhanced ones."""

from __future__ import annotations

import re
from typing import Literal

from notifications.failures import Failure, Kind, unknown

Stage = Literal["login", "sender", "recipient", "data"]

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")

#: By enhanced code, the longest beginning that fits.
_BY_ENHANCED: dict[str, tuple[Kind, str]] = {
    "5.1": ("bad_number", "There is no such e-mail address."),
    "5.1.7": ("configuration", "The mail server does not take mail from our address."),
    "5.1.8": ("configuration", "The mail server does not know the domain of our address."),
    "5.2.1": ("bad_number", "This mailbox has been closed."),
    "5.2.2": ("retry", "This mailbox is full."),
    "5.2.3": ("content", "The message was larger than this mailbox takes."),
    "5.3.4": ("content", "The message was larger than the mail server takes."),
    "5.4": ("bad_number", "No mail server takes mail for this address."),
    "5.5": ("configuration", "The mail server did not take our way of speaking."),
    "5.6": ("content", "The mail server could not read the message."),
    "5.7.8": ("configuration", "The mail server does not take our user name and password."),
    "5.7.9": ("configuration", "The mail server wants another kind of login."),
    "5.7.0": ("configuration", "The mail server wants us to log in first."),
}
#: Without an enhanced code, by where it was said.
_BY_STAGE: dict[tuple[Stage, int], tuple[Kind, str]] = {
    ("recipient", 550): ("bad_number", "There is no such mailbox."),
    ("recipient", 551): ("bad_number", "This mailbox is somewhere else now."),
    ("recipient", 552): ("retry", "This mailbox is full."),
    ("recipient", 553): ("bad_number", "This is not an e-mail address."),
    ("recipient", 530): ("configuration", "The mail server wants us to log in first."),
    ("data", 552): ("content", "The message was larger than the mail server takes."),
    ("data", 554): ("content", "The mail server took the message for spam, or would not have it."),
}
_OURS: dict[Stage, str] = {
    "login": "The mail server does not take our user name and password.",
    "sender": "The mail server does not take mail from our address.",
}


def failure(code: int, said: str, stage: Stage) -> Failure:
    """What a definite 5xx of this stage means. Its code is `5.1.1` where there is one, else `550`.

    At the greeting, the login and the sender's address it is never this message's fault.
    """
    found = _ENHANCED.search(said)
    name = found.group(1) if found else str(code)
    if stage in _OURS:
        return Failure(name, "configuration", _OURS[stage])
    known = _by_enhanced(name) if found else _BY_STAGE.get((stage, code))
    return Failure(name, *known) if known else unknown(name)


def _by_enhanced(name: str) -> tuple[Kind, str] | None:
    return _BY_ENHANCED.get(name) or _BY_ENHANCED.get(name.rpartition(".")[0])
