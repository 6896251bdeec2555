"""From a text to what it means. Pure, and nothing is ever chosen that was not on offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from delivery.rules.replies import choosing
from delivery.rules.replies.folding import LONGEST, fold, joined_halves
from delivery.rules.replies.intents import Phrase, Said, inside, keyword, said, wants_cancelled
from delivery.rules.replies.language import language_of
from delivery.rules.replies.lexicon import Lexicon
from delivery.rules.replies.matching import fitting
from delivery.rules.replies.relocating import forbidden, relocation
from delivery.rules.replies.tokens import MOST, tokens
from delivery.rules.replies.understanding import Slotted, Understanding
from delivery.rules.replies.wish import Wish, read_wish, writes_month_first

_AGREES = frozenset("👍👌✅🆗💯")
_THANKS = frozenset("🙏❤♥😊🙂😀😍🥰💐😘🤗")
#: With more words than this that we do not know we ask before anything is moved.
_UNREAD = 5
_STRANGE = 2
#: After the delivery praise agrees to nothing, and who asks where it is has not got it.
_AFTERWARDS = {"confirm": "thanks", "where": "human", "reschedule": "human"}
_TO_PERSON = ("wrong_person", "who", "complaint", "past", "money")


def understand(
    text: str, *, locale: str, now: datetime, context: str = "none",
    slots: Sequence[Slotted] = (),
) -> Understanding:  # fmt: skip
    """What a reply means at `now`, whose zone days are read in. `locale` is a hint."""
    whole, text = len(text) <= LONGEST, text[:LONGEST]
    folded = joined_halves(fold(text))
    found = tokens(folded)
    lexicon = language_of(text, found, locale)
    known = said(found, lexicon)
    meant = _keyword(known, folded) or _answer(known, lexicon, context, slots)
    if meant is None:
        original = text if len(text) == len(folded) else folded
        wish = read_wish(folded, found, lexicon, now, month_first=writes_month_first(locale),
                         original=original)  # fmt: skip
        meant = _Reading(known, wish, original, fitting(slots, wish, now.tzinfo), context).meant()
        if context == "menu":
            meant = _menu_line(folded, lexicon, now, slots) or _that_one(meant, known, slots)
        if context == "feedback":
            meant = replace(meant, intent=_AFTERWARDS.get(meant.intent, meant.intent))
    return replace(meant, language=lexicon.code, sure=meant.sure and whole and len(found) < MOST)


def _keyword(known: Said, folded: str) -> Understanding | None:
    name = keyword(known)
    if name is None:
        return None
    return Understanding(name, confidence=0.97, because=(f"{folded.strip()[:40]} = {name}",))


def _answer(
    known: Said, lexicon: Lexicon, context: str, slots: Sequence[Slotted]
) -> Understanding | None:
    """What a number says to the question that is open."""
    if context == "feedback":
        rated = choosing.rating(known, lexicon)
        if rated is not None:
            return Understanding("rating", rating=rated, confidence=0.98,
                                 because=(f"{rated} of 10",))  # fmt: skip
    if context not in ("menu", "confirm"):
        return None
    number = choosing.choice(known)
    return None if number is None else _chosen(number, slots)


def _chosen(number: int, slots: Sequence[Slotted]) -> Understanding:
    known = (slots[number - 1].id,) if 0 < number <= len(slots) else ()
    return Understanding("choose", choice=number, slots=known, confidence=1.0, sure=True,
                         because=(f"{number} = line {number} of the menu",))  # fmt: skip


def _menu_line(
    folded: str, lexicon: Lexicon, now: datetime, slots: Sequence[Slotted]
) -> Understanding | None:
    """A line copied from the menu is that line, when its words say the same slot."""
    line = choosing.copied_line(folded)
    if line is None or line[0] > len(slots):
        return None
    rest = folded[line[1] :]
    wish = read_wish(rest, tokens(rest), lexicon, now, month_first=False)
    wanted = slots[line[0] - 1]
    return _chosen(line[0], slots) if wanted.id in fitting(slots, wish, now.tzinfo) else None


def _that_one(meant: Understanding, known: Said, slots: Sequence[Slotted]) -> Understanding:
    """ "The 6 pm one" is a line of the menu where it can be one line only."""
    one = known.has("that_one")
    if meant.intent != "reschedule" or len(meant.slots) != 1 or one is None or one.start > 1:
        return meant
    number = [each.id for each in slots].index(meant.slots[0]) + 1
    return replace(meant, intent="choose", choice=number, confidence=0.9, sure=True)


class _Reading:
    """One text with its phrases and its wish: which of them it is about."""

    def __init__(self, known: Said, wish: Wish, text: str, slots: list[str], context: str) -> None:
        self.known, self.wish, self.text, self.slots = known, wish, text, slots
        #: Whether something was proposed that a refusal leaves as it was.
        self.proposed, self.awaits_yes = context in ("menu", "confirm"), context == "confirm"
        self.about = Understanding(
            "unknown", date=wish.day, earliest=wish.earliest,
            latest=None if wish.at else wish.latest, slots=slots, because=wish.because,
            days=wish.days, refused=wish.refused_days,
        )  # fmt: skip

    def meant(self) -> Understanding:
        if self.known.has("auto"):
            return replace(self.about, slots=(), confidence=0.3, automatic=True,
                           because=("looks like an automatic reply",))  # fmt: skip
        return self._asked() or self._wished() or self._small_talk()

    def _asked(self) -> Understanding | None:
        """What a person has to look at, in the order in which it counts."""
        known, wish = self.known, self.wish
        cancel = wants_cancelled(known)
        if known.has("cancel") and (angry := known.has("complaint")):
            return self._as("human", angry)  # what they did, or what is to be done?
        if cancel and self.proposed and self._unwanted(cancel):
            return self._as("decline", cancel)
        if cancel and self._all_of_it():
            return self._as("cancel", cancel)
        if (denied := known.has("cancel")) and not cancel and not wish.days:
            return self._as("unknown", denied)
        if (kept := known.has("keep")) and not wish.days:
            return self._as("decline" if self.proposed else "confirm", kept)
        note, call = known.has("note"), self._call()
        for kind in _TO_PERSON:
            if found := known.has(kind):
                return self._as("human", found)
        if (found := known.has("damage")) and not note:
            return self._as("human", found)
        if (found := known.has("person") or (call if not note else None)) is not None:
            return self._as("human", found)
        if (found := known.has("where")) and not self._asks_for_time():
            return self._as("where", found)
        return self._relocated() or self._noted(note or forbidden(known))

    def _unwanted(self, cancel: Phrase) -> bool:
        """ "I don't want it" refuses what was just proposed, if the order is not named."""
        denied = any(inside(no, cancel) for no in self.known.all("negate"))
        return denied and not self.known.has("order")

    def _all_of_it(self) -> bool:
        """ "Cancel tomorrow" may mean the day: the order has to be named, or nothing at all."""
        wish = self.wish
        if wish.days or wish.welcome:
            return False
        return self.known.has("order") is not None or not (wish.refuses or wish.has_hours)

    def _asks_for_time(self) -> bool:
        """ "It did not come, can you bring it tomorrow 17-19?" asks for a time, not for where."""
        wish = self.wish
        return (wish.refuses and bool(wish.days)) or (len(wish.days) == 1 and wish.has_hours)

    def _relocated(self) -> Understanding | None:
        timed = bool(self.wish.days) or self.wish.has_hours
        found = relocation(self.known, timed=timed)
        return self._as("relocate", *found) if found else None

    def _noted(self, note: Phrase | None) -> Understanding | None:
        """Beside a wish a note is kept, but the wish is what is answered."""
        if note is None or self.known.has("unsure"):
            return None
        if self.wish.days or self.wish.refuses:
            self.about = replace(self.about, also=("note",))
            return None
        return self._as("note", note)

    def _call(self) -> Phrase | None:
        """ "Call me", unless it is part of "call me when you are here"."""
        notes = self.known.all("note")
        calls = self.known.all("call")
        return next((c for c in calls if not any(inside(c, n) for n in notes)), None)

    def _as(self, intent: str, found: Phrase, target: str | None = None) -> Understanding:
        why = (*self.wish.because, f"{self.known.said(found, self.text)} = {found.kind}")
        return replace(self.about, intent=intent, target=target, slots=(), confidence=0.85,
                       because=why)  # fmt: skip

    def _wished(self) -> Understanding | None:
        wish, known = self.wish, self.known
        if wish.wants:
            agrees = bool(known.has("yes") or known.has("ok"))
            if (still := known.has("still")) and not (wish.has_hours or "?" in known.words):
                return replace(self._as("confirm", still), agrees=True)  # "friday is still good"
            if (praise := known.has("praise")) and not (wish.has_hours or self.proposed):
                return self._as("thanks", praise)
            if known.has("closing") and not wish.has_hours:
                intent = "thanks" if known.has("thanks") else "confirm"
                return replace(self.about, intent=intent, slots=(), confidence=0.8, agrees=True)
            sure = wish.sure and wish.day is not None and self._is_read()
            sure = sure and not known.has("unsure")
            return replace(self.about, intent="reschedule", sure=sure, agrees=agrees,
                           confidence=_confidence(wish, sure=sure or wish.day is None))  # fmt: skip
        if wish.refuses:
            return replace(self.about, intent="decline", confidence=0.85)
        return None

    def _is_read(self) -> bool:
        """Whether few enough words are left over: "friday is the school play" is no wish."""
        known = self.wish.welcome or self.wish.has_hours
        return self.wish.unread <= _UNREAD and self.wish.strange <= (_STRANGE if known else 1)

    def _small_talk(self) -> Understanding:
        known, about = self.known, self.about
        if (found := known.has("fails")) and self.wish.strange and not self.proposed:
            return self._as("human", found)  # "the lamp doesn't work": no time was spoken of
        if found := known.has("move"):
            return replace(about, intent="reschedule", confidence=0.6,
                           because=(f"{known.said(found, self.text)} = another time",))  # fmt: skip
        if found := known.has("unsure"):
            return replace(about, confidence=0.4, because=(f"{found.kind}",))
        if known.spoken == 1 and (known.has("solo_yes") or known.has("solo_no")):
            word = "yes" if known.has("solo_yes") else "no"
            return replace(about, intent="confirm" if word == "yes" else "decline",
                           confidence=0.8, because=(f"a {word}",))  # fmt: skip
        return self._answered()

    def _answered(self) -> Understanding:
        """A yes, a no or thanks."""
        known, about, signs = self.known, self.about, set(self.text)
        refused = self._longest_of("no", "yes") == "no" or known.has("negate")
        thanked = known.has("thanks") or _THANKS & signs
        agreed = (
            known.has("yes") or known.has("praise") or (_AGREES & signs and not known.has("thanks"))
        )
        if refused and not (known.has("yes") and self._longest_of("no", "yes") == "yes"):
            return replace(about, intent="decline", confidence=0.7, because=("a no",))
        thanks = known.has("thanks")
        if (praise := known.has("praise")) and not self.proposed:
            return self._as("thanks", praise)
        if (agreed or known.has("ok")) and not self._plainly():
            return replace(
                about, confidence=0.3, because=("a yes among words that we do not know",)
            )
        agreed = bool(agreed or (self.awaits_yes and known.has("ok")))
        if agreed and not (thanks and thanks.start == 0):
            return replace(about, intent="confirm", confidence=0.85, because=("a yes",))
        if thanked:
            return replace(about, intent="thanks", confidence=0.9, because=("thanks",))
        if known.has("ok"):
            return replace(about, intent="confirm", confidence=0.8, because=("an ok",))
        if known.has("closing"):
            return replace(about, intent="thanks", confidence=0.7, because=("a goodbye",))
        return replace(about, confidence=0.2, because=("no words that we know",))

    def _plainly(self) -> bool:
        """Whether a yes answers us: no question, and few words beside it that we do not know."""
        begins = any(each.start == 0 for each in self.known.all("yes", "ok"))
        asks = "?" in self.known.words and not begins
        return not asks and self.wish.strange < _STRANGE and self.wish.unread <= _UNREAD

    def _longest_of(self, *kinds: str) -> str | None:
        """Which of them has the longest phrase: "no problem" is more than "no"."""
        some = self.known.all(*kinds)
        best = max(some, key=lambda each: (each.end - each.start, -each.start), default=None)
        return best.kind if best else None


def _confidence(wish: Wish, *, sure: bool) -> float:
    if not (wish.sure and sure):
        return 0.55
    return 0.6 + 0.2 * (wish.day is not None) + 0.13 * wish.has_hours
