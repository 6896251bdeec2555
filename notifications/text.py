"""What a text costs as an SMS, how to keep it cheap, and whether it says stop."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: These take an escape and so two places.
_EXTENDED = frozenset("\f^{}\\[~]|€")
_GSM = _BASIC | _EXTENDED


@dataclass(frozen=True)
class Segments:
    """`costly` is the first character that forced UCS-2; empty when none did."""

    encoding: Literal["GSM-7", "UCS-2"]
    count: int
    costly: str = ""


def segments(text: str) -> Segments:
    """How many SMS a provider bills for this text. An empty one is one."""
    if _GSM.issuperset(text):
        widths = [2 if each in _EXTENDED else 1 for each in text]
        return Segments("GSM-7", _count(widths, alone=160, joined=153))
    widths = [2 if ord(each) > 0xFFFF else 1 for each in text]
    costly = next(each for each in text if each not in _GSM)
    return Segments("UCS-2", _count(widths, alone=70, joined=67), costly)


def _count(widths: list[int], *, alone: int, joined: int) -> int:
    if sum(widths) <= alone:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > joined:  # a pair is never split over two segments
            count, used = count + 1, 0
        used += width
    return count


# Formatting libraries and word processors put these in; each would more than double the price.
_PLAIN = str.maketrans(
    {space: " " for space in "\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u3000\t"}
    | {dash: "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
    | {quote: "'" for quote in "\u2018\u2019\u201a\u201b\u2032\u00b4`"}
    | {quote: '"' for quote in "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"}
    | {"\u2026": "...", "\u00ad": None, "\u200b": None, "\ufeff": None, "\x00": None}
)
_EURO_AFTER = re.compile(r"(?<=\d) ?€")


def plain(text: str) -> str:
    """The same words without costly typography. Names and letters are never changed."""
    lines = text.translate(_PLAIN).splitlines()
    return _EURO_AFTER.sub(" e", "\n".join(line.rstrip() for line in lines).strip())


Keyword = Literal["stop", "start", "help"]

# What providers act on when it is the whole message (Twilio, AWS, Telnyx, Braze, Sent), and the
# same in the languages of our customers.
_STOP = frozenset({
    "stop", "stopall", "stop all", "unsubscribe", "end", "quit", "cancel", "revoke", "optout",
    "opt out", "remove", "arret", "td", "stopp", "sluta", "avsluta", "avregistrera", "lopeta",
    "lopettakaa", "poista", "alto", "parar", "διαγραφη", "τελοσ", "σταματηστε", "توقف", "الغاء",
})  # fmt: skip
_START = frozenset({"start", "yes", "unstop", "subscribe"})
_HELP = frozenset({"help", "info"})
# Words that leave no doubt also with others around them; `cancel` and `end` do not.
_STRONG = r"(?:stop(?:p| ?all)?|unsubscribe|opt ?out|lopeta|lopettakaa|sluta|avregistrera)"
_POLITE = r"(?:please|pls|plz|thanks|thank you|thx|ok|now|kiitos|nyt|tack|it|this|me|immediately)"
_SENDING = (
    r"(?:send(?:ing)?|text(?:ing)?|messag(?:e|ing)|sms(?:ing)?|contact(?:ing)?|spam(?:ming)?)"
)
_WHAT = (
    "(?:me|us|this|these|messages?|texts?|sms|to|at|my|phone|number|any|anything|more|anymore"
    "|again|ever)"
)
_FREE = re.compile(
    rf"(?:{_POLITE} )*(?:"
    rf"{_STRONG}"
    rf"|(?:stop|quit) {_SENDING}(?: {_WHAT})*"
    rf"|(?:dont|do not|never) {_SENDING}(?: {_WHAT})*"
    r"|no more (?:messages|texts|sms)"
    r"|(?:remove|take) me(?: (?:from|off) (?:the|this|your) list)?"
    r"|(?:i )?(?:want|would like|wish) to (?:opt ?out|unsubscribe)"
    r"|(?:alkaa|ala) (?:enaa )?(?:lahettako|laheta|viestitelko|tekstatko)"
    r"(?: (?:enaa|minulle|mulle|meille|naita|viesteja|viestia|tekstareita|lisaa))*"
    r"|(?:sluta|skicka inte)(?: (?:skicka|sms|sms a|fler|mer|mig|till|meddelanden|nagra|langre))*"
    rf")(?: {_POLITE})*"
)
_NOT_WORDS = re.compile(r"[^\w]+|_+")


def keyword_in(text: str) -> Keyword | None:
    """Whether the whole text asks never to be texted again, to be texted again, or for help.

    Twilio knows only single English words; a sentence that says the same counts here as well.
    Wishes about a delivery ("cancel my order", "stop at the gate") are none.
    """
    words = _folded(text)
    if words in _STOP or _FREE.fullmatch(words):
        return "stop"
    if words in _START:
        return "start"
    return "help" if words in _HELP else None


def _folded(text: str) -> str:
    """Lower case without accents, signs and pictures, words one space apart."""
    bare = unicodedata.normalize("NFKD", text[:400].casefold().replace("ς", "σ"))
    bare = "".join(each for each in bare if not unicodedata.combining(each))
    bare = bare.replace("'", "").replace("\u2019", "")
    return _NOT_WORDS.sub(" ", bare).strip()
