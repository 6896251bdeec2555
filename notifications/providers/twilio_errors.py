"""Twilio's error codes: the class of each, and one sentence about it in plain words.

The codes and what to do about them: https://www.twilio.com/docs/api/errors, and our own policy
where that is silent. New codes are added without notice; one that does not stand here is
`unknown`: never tried again, and shown.
"""

from __future__ import annotations

from notifications.failures import Failure, Kind, unknown

_WORDS: dict[Kind, dict[int, str]] = {
    "retry": {
        30001: "Too many messages were waiting at Twilio for this sender.",
        30003: "The phone could not be reached: switched off, or without a network.",
        30008: "The operator did not say what became of it; it may have arrived.",
        30017: "The operator's network was too busy to take it.",
        30410: "The operator did not answer in time; it may have arrived.",
    },
    "wait": {
        14107: "Too many replies went to this person within half a minute.",
        20429: "Twilio was asked too often at once; it goes out a little later.",
        21611: "Too many messages of this sender are waiting at Twilio.",
        30022: "The operator takes no more messages a minute from this sender.",
        30023: "The operator takes no more messages from this sender today.",
        63017: "The channel takes no more messages a minute from this sender.",
        63018: "The channel takes no more messages from this sender for now.",
    },
    "bad_number": {
        21211: "This is not a phone number.",
        21217: "This does not look like a phone number.",
        21265: "This is a short code, which takes no messages.",
        21604: "There is no phone number.",
        21614: "This number is no mobile phone.",
        30005: "This number is not in use any more, or its phone takes no text messages.",
        30006: "This number is a landline, or its operator takes no text messages.",
    },
    "consent": {
        21610: "The person has told Twilio to stop our messages.",
        63014: "The person has blocked us.",
        63033: "The person has blocked us, or has left the channel.",
    },
    "content": {
        21602: "The message was empty.",
        21617: "The message was longer than 1,600 characters.",
        21619: "The message had neither words nor a picture.",
        30004: "The message was blocked: by the person, or by an operator's filter.",
        30007: "An operator's filter took the words for spam.",
        30019: "The message was larger than the operator carries.",
        63005: "The channel does not carry such content.",
        63013: "The channel's rules forbid the message.",
        63016: "The person last wrote over a day ago: only an approved template may be sent.",
        63027: "There is no such template in this language.",
        63028: "The template got another number of values than it has places.",
    },
    "configuration": {
        20003: "Twilio does not know our account and token, or the account is not in order.",
        20005: "Our account at Twilio is not active.",
        20404: "Twilio does not know this account.",
        21212: "The number we send from is not valid.",
        21408: "Our account may not send to this country: Twilio's geographic permissions.",
        21603: "Nothing says from which number to send.",
        21606: "The number we send from is not ours, or sends no text messages.",
        21609: "The address receipts are to come to is not valid.",
        21612: "The number we send from cannot reach this number.",
        21659: "The number we send from is not a number of Twilio's.",
        21660: "The number we send from belongs to another account.",
        21703: "The messaging service has no number to send from.",
        21704: "The messaging service has no number to send from.",
        21705: "The messaging service does not exist.",
        30002: "Our account at Twilio was suspended.",
        30018: "The sender must be registered in this country before it may send.",
        30024: "The sender is not set up for this country's operators.",
        30032: "The toll-free number we send from is not verified.",
        30034: "The number we send from is not registered with the operators.",
        35114: "A message can be scheduled fifteen minutes to 35 days ahead.",
        35118: "To schedule a message takes a messaging service.",
        63007: "The channel does not know the sender.",
    },
    "trial": {
        14111: "Our account at Twilio is on trial, and does not send to this number.",
        21219: "Our account at Twilio is on trial, and this number is not verified there.",
        21608: "Our account at Twilio is on trial, and this number is not verified there.",
        30044: "Our account at Twilio is on trial, and the message was too long for that.",
    },
}  # fmt: skip
_MAYBE_DELIVERED = frozenset({30008, 30410})
_ONE_ROUTE = frozenset({21408, 21612, 30018, 30024})

FAILURES = {
    str(code): Failure(str(code), kind, words, code in _MAYBE_DELIVERED, code in _ONE_ROUTE)
    for kind, described in _WORDS.items()
    for code, words in described.items()
}


def failure(code: str) -> Failure:
    """What this code of Twilio's means; `unknown` for one that is not described."""
    return FAILURES.get(code) or unknown(code)


def codes(*kinds: Kind) -> frozenset[str]:
    """All codes of these classes."""
    return frozenset(each.code for each in FAILURES.values() if each.kind in kinds)
