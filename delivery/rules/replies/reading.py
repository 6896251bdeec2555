"""From a text to what it means. Pure, and nothing is ever chosen that was not on offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from delivery.rules.replies import choosing
from delivery.rules.replies.folding import fold, language_of, turned, without_numbers
from delivery.rules.replies.lexicon import LEXICONS, Lexicon
from delivery.rules.replies.matching import fitting
from delivery.rules.replies.understanding import Slotted, Understanding
from delivery.rules.replies.wish import Wish, read_wish

_AGREES = frozenset("👍👌✅🆗💯")
_THANKS = frozenset("🙏❤♥😊🙂😀😍🥰💐")
#: What a person has to look at, in the order in which it counts.
_ASKS = (
    ("cancel", "cancel", None), ("note", "note", None), ("human", "human", None),
    ("where", "where", None), ("neighbour", "relocate", "neighbour"),
    ("pickup_point", "relocate", "pickup_point"), ("address", "relocate", "address"),
    ("safe_place", "relocate", "safe_place"),
)  # fmt: skip


def understand(
    text: str, *, locale: str, now: datetime, context: str = "none",
    slots: Sequence[Slotted] = (),
) -> Understanding:  # fmt: skip
    """What a reply means at `now`, whose zone days are read in. `locale` is a hint."""
    folded = fold(text)
    lexicon = LEXICONS[language_of(folded, locale)]
    month_first = locale.replace("_", "-").lower() == "en-us"
    meant = _keyword(folded, lexicon) or _answer(folded, lexicon, context, slots)
    if meant is None:
        plain = turned(without_numbers(folded, lexicon), lexicon)
        wish = read_wish(plain, lexicon, now, month_first=month_first)
        meant = _in_words(folded, plain, lexicon, wish, fitting(slots, wish, now.tzinfo))
        meant = _menu_line(folded, lexicon, now, context, slots, meant)
    return replace(meant, language=lexicon.code)


def _keyword(folded: str, lexicon: Lexicon) -> Understanding | None:
    alone = folded.strip(" .!?,\"'")
    for name in ("stop", "start", "help"):
        source = lexicon.asks if name in lexicon.asks else lexicon.talk
        if source[name].fullmatch(alone):
            return Understanding(name, confidence=0.97, because=(f"{alone} = {name}",))
    return None


def _answer(
    folded: str, lexicon: Lexicon, context: str, slots: Sequence[Slotted]
) -> Understanding | None:
    """What a number says to the question that is open."""
    if context == "feedback":
        rated = choosing.rating(folded)
        if rated is not None:
            return Understanding("rating", rating=rated, confidence=0.98,
                                 because=(f"{rated} of 10",))  # fmt: skip
    if context not in ("menu", "confirm"):
        return None
    number = choosing.choice(folded, lexicon)
    if number is None:
        return None
    return _chosen(number, slots)


def _chosen(number: int, slots: Sequence[Slotted]) -> Understanding:
    known = (slots[number - 1].id,) if 0 < number <= len(slots) else ()
    return Understanding("choose", choice=number, slots=known, confidence=1.0, sure=True,
                         because=(f"{number} = line {number} of the menu",))  # fmt: skip


def _menu_line(
    folded: str, lexicon: Lexicon, now: datetime, context: str, slots: Sequence[Slotted],
    meant: Understanding,
) -> Understanding:  # fmt: skip
    """A line copied from the menu is that line, when its words say the same slot."""
    line = choosing.copied_line(folded) if context == "menu" else None
    if line is None or line[0] > len(slots):
        return meant
    wish = read_wish(turned(line[1], lexicon), lexicon, now, month_first=False)
    wanted = slots[line[0] - 1]
    return _chosen(line[0], slots) if wanted.id in fitting(slots, wish, now.tzinfo) else meant


def _in_words(
    folded: str, plain: str, lexicon: Lexicon, wish: Wish, slots: list[str]
) -> Understanding:
    about = Understanding(
        "unknown", date=wish.day, earliest=wish.earliest, latest=None if wish.at else wish.latest,
        slots=slots, because=wish.because, days=wish.days,
        refused=wish.refused_days,
    )  # fmt: skip
    for name, intent, target in _ASKS:
        found = lexicon.asks[name].search(folded)
        if found:
            why = (*wish.because, f"{found.group()} = {intent}")
            return replace(about, intent=intent, target=target, slots=(), confidence=0.85,
                           because=why)  # fmt: skip
    if wish.wants:
        sure = wish.sure and wish.day is not None
        agrees = bool(lexicon.talk["yes"].search(plain) or lexicon.talk["ok"].search(plain))
        return replace(about, intent="reschedule", sure=sure, confidence=_confidence(wish),
                       agrees=agrees)  # fmt: skip
    if wish.refuses:
        return replace(about, intent="decline", confidence=0.85)
    return _small_talk(folded, plain, lexicon, about)


def _confidence(wish: Wish) -> float:
    if not wish.sure:
        return 0.55
    return 0.6 + 0.2 * (wish.day is not None) + 0.13 * wish.has_hours


def _small_talk(folded: str, plain: str, lexicon: Lexicon, about: Understanding) -> Understanding:
    if lexicon.asks["move"].search(folded):
        return replace(about, intent="reschedule", confidence=0.6, because=("another time",))
    refused = lexicon.negation["no"].search(plain) or lexicon.talk["no"].search(plain)
    agreed = lexicon.talk["yes"].search(plain) or _AGREES & set(folded)
    thanked = lexicon.talk["thanks"].search(plain) or _THANKS & set(folded)
    if refused:
        return replace(about, intent="decline", confidence=0.7)
    if agreed:
        return replace(about, intent="confirm", confidence=0.85)
    if thanked:
        return replace(about, intent="thanks", confidence=0.9)
    if lexicon.talk["ok"].search(plain):
        return replace(about, intent="confirm", confidence=0.8)
    return replace(about, confidence=0.2)
