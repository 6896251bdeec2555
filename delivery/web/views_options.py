"""Options as cards: what each is, and what it costs to have it, in one line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from markupsafe import Markup

from delivery.house import House
from delivery.rules import phrases
from delivery.rules.money import Money
from delivery.web.templating import say
from delivery.web.views import Choice, DayScale, OptionCard, said_when

Say = Callable[..., Markup]
#: Under this one walks; above it one is only told how far it is.
_WALK_M = 2000


@dataclass(frozen=True)
class Shelf:
    """Options that are compared with one another on one page."""

    house: House
    choices: tuple[Choice, ...]
    lang: str
    say: Say
    today: date
    goods: Money
    recommended: str = ""

    @classmethod
    def of(
        cls, house: House, shown: Sequence[dict[str, Any]], lang: str, *,
        now: datetime, goods: Money, recommended: str = "",
    ) -> Shelf:  # fmt: skip
        choices = tuple(Choice.of(each) for each in shown)
        # The offset in which the first option is told: that of the place.
        today = now.astimezone(choices[0].window.start.tzinfo).date() if choices else now.date()
        return cls(house, choices, lang, partial(say, house.words, lang), today, goods, recommended)

    def cards(self, chosen: str = "") -> tuple[OptionCard, ...]:
        """Every option as a card, in the order given; the chosen one ticked."""
        scale = DayScale.of(each.window for each in self.choices)
        return tuple(
            self._card(number, each, scale, chosen or self.recommended)
            for number, each in enumerate(self.choices, 1)
        )

    def _card(self, number: int, choice: Choice, scale: DayScale, chosen: str) -> OptionCard:
        day, hours = said_when(choice, self.lang, today=self.today, words=self.say)
        price = choice.fee or choice.price
        return OptionCard(
            id=choice.id, number=number, day=day, hours=hours, price=self.priced(price),
            where=where(self.house, choice, self.lang), pill=self._pill(choice),
            few=choice.capacity == "few", line=scale.line(choice.window),
            more=self._more(choice), gives=self._gives(choice), checked=choice.id == chosen,
            parts=tuple((label, self.priced(Money(amount, choice.price.currency)))
                        for label, amount in choice.parts),
            total=self.priced(choice.price + self.goods),
        )  # fmt: skip

    def priced(self, money: Money) -> str:
        return phrases.price(money, self.lang)

    def _more(self, choice: Choice) -> tuple[str, ...]:
        said = []
        if choice.to_go is not None and choice.to_go.amount <= self.goods.amount:
            said.append(str(self.say("free_to_go", amount=self.priced(choice.to_go))))
        if choice.kept is not None:
            kept, of = choice.kept
            said.append(str(self.say("kept_of", kept=kept, of=of)))
        return tuple(said)

    def _pill(self, choice: Choice) -> str:
        said = [str(self.say(f"label_{each}")) for each in choice.labels[:2]]
        if choice.capacity == "few":
            said.append(str(self.say("few_left")))
        return ", ".join([*said[:1], *(_small(each) for each in said[1:])])

    def _gives(self, choice: Choice) -> Markup:
        saved = self._reference.price.amount - choice.price.amount
        dimensions, amounts = [], []
        for dimension in choice.gives[:2]:
            amount = _AMOUNTS[dimension](self, choice)
            if amount:
                dimensions.append(self.say(f"give_{dimension}"))
                amounts.append(amount)
        sentences = []
        if saved > 0:
            money = self.priced(Money(saved, choice.price.currency))
            sentences.append(self.say("you_save", amount=money))
        if dimensions:
            both = self.say("and").join(dimensions)
            given = Markup(", ").join(amounts)
            sentences.append(self.say("you_give", dimensions=both, amounts=given))
        return Markup(" ").join(sentences)

    @property
    def _reference(self) -> Choice:
        """What others are compared with: the suggestion, else the cheapest."""
        for each in self.choices:
            if each.id == self.recommended:
                return each
        return self._cheapest

    @property
    def _cheapest(self) -> Choice:
        return min(self.choices, key=lambda each: (each.price.amount, each.window.end))

    def _price(self, choice: Choice) -> Markup | None:
        more = choice.price.amount - self._reference.price.amount
        if more > 0 and self.recommended:
            return self.say("more_price", amount=self.priced(Money(more, choice.price.currency)))
        more = choice.price.amount - self._cheapest.price.amount
        if more > 0:
            amount = self.priced(Money(more, choice.price.currency))
            return self.say("more_than_cheapest", amount=amount)
        return None

    def _speed(self, choice: Choice) -> Markup | None:
        fastest = min(self.choices, key=lambda each: each.window.end)
        for other, key in ((self._reference, "later"), (fastest, "later_than_fastest")):
            days = (choice.window.start.date() - other.window.start.date()).days
            if days > 0:
                return self.say(f"{key}_one" if days == 1 else key, days=days)
        return self.say("later_same_day") if choice.window.end > fastest.window.end else None

    def _precision(self, choice: Choice) -> Markup | None:
        return self.say("wide_window", hours=math.ceil(choice.window.minutes / 60))

    def _place(self, choice: Choice) -> Markup | None:
        if choice.distance_m is None:
            return self.say("fetch")
        key = "walk" if choice.distance_m <= _WALK_M else "away"
        return self.say(key, distance=phrases.distance(choice.distance_m, self.lang))


_AMOUNTS: dict[str, Callable[[Shelf, Choice], Markup | None]] = {
    "price": Shelf._price,
    "speed": Shelf._speed,
    "precision": Shelf._precision,
    "place": Shelf._place,
}


def where(house: House, choice: Choice, lang: str) -> str:
    """Where it comes to and who brings it, as one short line."""
    words = partial(say, house.words, lang)
    if choice.place is not None:
        return f"{words(f'kind_{choice.kind}')}, {choice.place['name']}"
    names = house.catalogues.current().carriers.get(choice.carrier, {})
    name = names.get(lang) or next(iter(names.values()), "")
    return " · ".join(part for part in (str(words("to_door")), name) if part)


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]
