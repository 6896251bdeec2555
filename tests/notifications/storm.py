"""A storm of webhooks, straight into the application: forged, malformed, and genuine ones again."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from tests.notifications.numbers import AINO

ACCOUNT, TOKEN, FROM = "AC" + "0" * 32, "test-token", "+358401000000"
PUBLIC = "http://perille.test"
REPLIES, RECEIPTS = "/sms/replies", "/sms/receipts/" + "a" * 32
_FORM = "application/x-www-form-urlencoded"
_AT_ONCE = 40

Fields = list[tuple[str, str]]


class Letter(NamedTuple):
    """One request, and whether the provider itself would have sent it."""

    kind: str
    genuine: bool
    path: str
    body: bytes
    headers: dict[str, str]
    method: str = "POST"


@dataclass
class Outcome:
    """Answers by kind and status, and what was told apart wrongly."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[tuple[str, int]] = field(default_factory=list)

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.answers}


def reply_fields(number: int, body: str = "Huomenna klo 17-19, kiitos") -> Fields:
    return list({
        "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "Body": body, "From": AINO,
        "FromCity": "", "MessageSid": f"SM{number:032x}", "NumMedia": "0", "To": FROM,
    }.items())  # fmt: skip


def receipt_fields(number: int) -> Fields:
    return [("AccountSid", ACCOUNT), ("MessageSid", f"SM{number:032x}"),
            ("MessageStatus", "delivered"), ("To", AINO)]  # fmt: skip


def sign(path: str, fields: Fields, token: str = TOKEN, public: str = PUBLIC) -> str:
    return str(RequestValidator(token).compute_signature(public + path, dict(fields)))


def genuine(number: int) -> Letter:
    """Posted again and again: as replies come when our answer was lost."""
    words = ("STOP", "2", "Tack, går bra 👍", "START", "")
    fields = reply_fields(number, words[number % len(words)])
    return _letter("genuine", REPLIES, fields, sign(REPLIES, fields), genuine=True)


def blow(app: Any, count: int, *, seed: int = 7) -> Outcome:
    """So many bad ones in no order, and in between ten genuine ones, each twenty times at once."""
    chance = random.Random(seed)
    bad = _bad_ones(chance, count)
    outcome = Outcome()

    async def all_of_it() -> None:
        every = max(1, count // 10)
        for begin in range(0, count, _AT_ONCE):
            some = [each for _, each in zip(range(_AT_ONCE), bad, strict=False)]
            if begin // every != (begin + _AT_ONCE) // every:
                some += [genuine(begin // every)] * 20
                chance.shuffle(some)
            statuses = await asyncio.gather(*(_status(app, each) for each in some))
            for letter, status in zip(some, statuses, strict=True):
                outcome.answers[letter.kind, status] += 1
                right = status == 200 if letter.genuine else 400 <= status < 500
                if not right:
                    outcome.wrong.append((letter.kind, status))

    asyncio.run(all_of_it())
    return outcome


def _bad_ones(chance: random.Random, count: int) -> Iterator[Letter]:
    makers = _FORGED + _MALFORMED
    for number in range(count):
        path = REPLIES if chance.random() < 0.6 else RECEIPTS
        fields = (reply_fields if path == REPLIES else receipt_fields)(10_000 + number)
        yield makers[number % len(makers)](chance, path, fields)


def _letter(
    kind: str, path: str, fields: Fields, signature: str, *, genuine: bool = False
) -> Letter:
    headers = {"content-type": _FORM, "x-twilio-signature": signature}
    return Letter(kind, genuine, path, urlencode(fields).encode(), headers)


def _raw(kind: str, path: str, body: bytes, signature: str, content: str = _FORM) -> Letter:
    return Letter(kind, False, path, body,
                  {"content-type": content, "x-twilio-signature": signature})  # fmt: skip


# Not from the provider, or not for this address, or not with these words.


def _made_up(chance: random.Random, path: str, fields: Fields) -> Letter:
    letters = "abcdefghijABCDEFGHIJ0123456789+/"
    return _letter("made up", path, fields, "".join(chance.choices(letters, k=27)) + "=")


def _of_another_token(chance: random.Random, path: str, fields: Fields) -> Letter:
    token = chance.choice(["", "test-token ", "TEST-TOKEN", "f" * 32])
    return _letter("of another token", path, fields, sign(path, fields, token))


def _of_another_path(chance: random.Random, path: str, fields: Fields) -> Letter:
    other = chance.choice([RECEIPTS if path == REPLIES else REPLIES, path + "/", path + "?a=1", ""])
    return _letter("of another path", path, fields, sign(other, fields))


def _of_another_host(chance: random.Random, path: str, fields: Fields) -> Letter:
    public = chance.choice(["https://evil.test", PUBLIC + ".evil.test", "http://perille.tes"])
    return _letter("of another host", path, fields, sign(path, fields, public=public))


def _of_another_body(_: random.Random, path: str, fields: Fields) -> Letter:
    return _letter("of another body", path, fields, sign(path, reply_fields(1, "2")))


def _changed(chance: random.Random, path: str, fields: Fields) -> Letter:
    """One that came, posted again with other words, as somebody else or as another message."""
    old, spot = sign(path, fields), chance.randrange(len(fields))
    name, value = fields[spot]
    changed = [*fields]
    changed[spot] = chance.choice([(name, value + "1"), (name + "x", value), (name, "STOP")])
    return _letter("changed", path, changed, old)


def _with_a_field_more(chance: random.Random, path: str, fields: Fields) -> Letter:
    # What is blank still has a name, which is signed.
    more = chance.choice([("OptOutType", "STOP"), ("body", "STOP"), ("X", "")])
    return _letter("with a field more", path, [*fields, more], sign(path, fields))


def _with_a_field_less(chance: random.Random, path: str, fields: Fields) -> Letter:
    less = [*fields]
    del less[chance.randrange(len(fields))]
    return _letter("with a field less", path, less, sign(path, fields))


def _one_bit_off(chance: random.Random, path: str, fields: Fields) -> Letter:
    right = sign(path, fields)
    at = chance.randrange(len(right) - 2)
    off = right[:at] + ("A" if right[at] != "A" else "B") + right[at + 1 :]
    return _letter("one letter off", path, fields, off)


def _cut_elsewhere(_: random.Random, __: str, fields: Fields) -> Letter:
    """The same characters in the same order, in other fields: the signature is right."""
    fields = reply_fields(int(dict(fields)["MessageSid"][2:], 16), "hi")
    shifted = [("Bod", "yhi") if name == "Body" else (name, value) for name, value in fields]
    return _letter("cut elsewhere", REPLIES, shifted, sign(REPLIES, fields))


def _unsigned(_: random.Random, path: str, fields: Fields) -> Letter:
    return _letter("unsigned", path, fields, "")._replace(headers={"content-type": _FORM})


def _odd_signature(chance: random.Random, path: str, fields: Fields) -> Letter:
    odd = chance.choice(["\xe9\xff", "=" * 5000, "a, " + sign(path, fields), "null", "\x00"])
    return _letter("odd signature", path, fields, odd)


def _by_another_verb(chance: random.Random, path: str, fields: Fields) -> Letter:
    verb = chance.choice(["GET", "PUT", "DELETE", "PATCH"])
    return _letter("by another verb", path, fields, sign(path, fields))._replace(method=verb)


# Signed as well as can be, and still nothing that can be used.


def _broken(chance: random.Random, path: str, _: Fields) -> Letter:
    body = chance.choice([b"Body=%FF%FE", b"Body=\xff\xfe", b"Body=%ED%A0%80", b"\x1f\x8b\x08",
                          b"%", b"&&&&", b"=" * 50, b"Body=%C3"])  # fmt: skip
    return _raw("broken", path, body, sign(path, []))


def _huge(chance: random.Random, path: str, fields: Fields) -> Letter:
    fields = [*fields, ("Z", "x" * chance.choice([70_000, 300_000]))]
    return _letter("huge", path, fields, sign(path, fields))


def _many_fields(_: random.Random, path: str, fields: Fields) -> Letter:
    fields = [*fields, *((f"F{number}", "") for number in range(300))]
    return _letter("many fields", path, fields, sign(path, fields))


def _of_another_kind(chance: random.Random, path: str, fields: Fields) -> Letter:
    kind = chance.choice(["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
    return _raw("of another kind", path, urlencode(fields).encode(), sign(path, fields), kind)


def _empty(_: random.Random, path: str, __: Fields) -> Letter:
    return _raw("empty", path, b"", sign(path, []))


def _without(chance: random.Random, path: str, fields: Fields) -> Letter:
    """The provider's own signature under a form without what every message has."""
    needed = ["Body", "From"] if path == REPLIES else ["MessageStatus"]
    lost = chance.choice([*needed, "MessageSid", "AccountSid"])
    less = [(name, value) for name, value in fields if name != lost]
    return _letter("without a field", path, less, sign(path, less))


def _strange(chance: random.Random, path: str, fields: Fields) -> Letter:
    name, value = chance.choice(
        [("AccountSid", "AC" + "1" * 32), ("MessageSid", "CA" + "1" * 32), ("MessageSid", "SM"),
         ("MessageSid", "SM" + "\u0661" * 32)]
        + ([("From", "\x00"), ("From", "+" * 33)] if path == REPLIES
           else [("MessageStatus", ""), ("MessageStatus", "x" * 25)])
    )  # fmt: skip
    strange = list((dict(fields) | {name: value}).items())
    return _letter("strange", path, strange, sign(path, strange))


def _twice(_: random.Random, path: str, fields: Fields) -> Letter:
    name, value = fields[0]
    return _letter("a field twice", path, [*fields, (name, value)], sign(path, fields))


Maker = Callable[[random.Random, str, Fields], Letter]
_FORGED: tuple[Maker, ...] = (
    _made_up, _of_another_token, _of_another_path, _of_another_host, _of_another_body, _changed,
    _with_a_field_more, _with_a_field_less, _one_bit_off, _cut_elsewhere, _unsigned,
    _odd_signature, _by_another_verb,
)  # fmt: skip
_MALFORMED: tuple[Maker, ...] = (
    _broken, _huge, _many_fields, _of_another_kind, _empty, _without, _strange, _twice,
)  # fmt: skip


async def _status(app: Any, letter: Letter) -> int:
    """Through every layer of the application, as a server would call it."""
    path, _, query = letter.path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": letter.method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": query.encode(), "client": ("127.0.0.1", 1), "server": ("perille.test", 80),
        "headers": [(name.encode(), value.encode("latin-1"))
                    for name, value in letter.headers.items()],
    }  # fmt: skip
    chunks = [letter.body[at : at + 16_384] for at in range(0, len(letter.body), 16_384)] or [b""]
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        if not chunks:
            return {"type": "http.disconnect"}
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]
