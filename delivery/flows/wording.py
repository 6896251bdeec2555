"""Options in the customer's words: titles, descriptions, price parts and reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from delivery.rules import phrases
from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import FEW_PLACES, Candidate
from delivery.rules.catalogue import Catalogue, PickupPoint, Said, Service
from delivery.rules.fitting import Exclusion
from delivery.rules.money import Money
from delivery.rules.opening_hours.hours import DAY_AND_NIGHT
from delivery.rules.options import DeliveryOption, FreeFrom, Place, PricePart, Vat
from delivery.rules.pricing import free_over_of, vat_of
from delivery.rules.slate import Folded
from delivery.words import FALLBACK, Words

LONGEST_REASON = 60
#: How a limit is said: so many of ours are one of these.
_UNITS = {
    "too_heavy": (1000, "kg"),
    "too_heavy_together": (1000, "kg"),
    "too_long": (10, "cm"),
    "too_much_girth": (10, "cm"),
    "too_much_volume": (1000, "l"),
    "too_much_volume_together": (1000, "l"),
}
_NAMINGS: tuple[Callable[[PickupPoint], str], ...] = (
    lambda each: each.name,
    lambda each: f"{each.name}, {each.street}",
    lambda each: f"{each.name}, {each.street}, {each.postcode} {each.city}",
    lambda each: f"{each.name}, {each.street}, {each.postcode} {each.city} ({each.id})",
)


class Wording:
    """Puts candidates into one language."""

    def __init__(self, words: Words, currency: str, locale: str) -> None:
        self.locale = locale
        self._words = words
        self._currency = currency

    def say(self, key: str, **fields: object) -> str:
        """A sentence of `options.toml`."""
        return self._words.say(self.locale, f"options.{key}", **fields)

    def option(
        self,
        candidate: Candidate,
        labels: tuple[str, ...] = (),
        gives: tuple[str, ...] = (),
        fee: Money | None = None,
    ) -> DeliveryOption:
        """The option as it is shown, stored and held."""
        service, point = candidate.service, candidate.point
        vat = vat_of(service.tariff, candidate.amount)
        return DeliveryOption(
            id=candidate.id,
            kind=service.kind,
            carrier=service.carrier,
            service=service.code,
            title=self.title(candidate),
            description=self.description(candidate),
            price=Money(candidate.amount, self._currency),
            price_parts=tuple(self._parts(candidate)),
            window=candidate.window,
            place=_place(point, candidate) if point else None,
            distance_m=candidate.effort if point else None,
            cutoff_at=candidate.cutoff.isoformat() if candidate.cutoff else None,
            capacity=capacity_of(candidate),
            labels=labels,
            gives=gives,
            slot_id=candidate.slot_id,
            vat=Vat(*vat) if vat else None,
            fee=fee,
        )

    def free_from(self, service: Service, ask: QuoteAsk) -> FreeFrom | None:
        """How far this basket is from free delivery by that service."""
        known = free_over_of(service.tariff, ask.value, ask.discount)
        if known is None:
            return None
        threshold, to_go = (Money(each, self._currency) for each in known[:2])
        said = phrases.price(to_go, self.locale)
        text = self.say("to_go", amount=said) if to_go.amount else ""
        return FreeFrom(threshold, to_go, known.basis, text)

    def title(self, candidate: Candidate) -> str:
        """The window and how, with the date spelled out: it is still read days later.

        No two places of a service have one title, nor has a courier that of a van. Services to
        the door whose windows are the same are never shown together: one of them is dearer.
        """
        point, service = candidate.point, candidate.service
        if point is None:
            key = "to_door_express" if service.promise == "express" else "to_door"
            return self.say(key, when=phrases.when(candidate.window, self.locale))
        return self.say(
            "at_place",
            what=self._said(service.name) if service.name else self.say(service.kind),
            name=names_of(service)[point.id],
            since=phrases.begins(candidate.window.start, self.locale),
        )

    def description(self, candidate: Candidate) -> str:
        """What the title does not say: the street, the hours, what the service is like."""
        said, point = self._said(candidate.service.description), candidate.point
        if point is None:
            return said
        if point.hours.text == DAY_AND_NIGHT:
            hours = self.say("open_always")
        else:
            span = point.hours.window_on(candidate.window.start)
            hours = self.say("open_hours", hours=phrases.hours(span, self.locale))
        named = names_of(candidate.service)[point.id]
        return f"{hours} {said}" if point.street in named else f"{point.street}. {hours} {said}"

    def _said(self, said: Said) -> str:
        """In this language if the shop says it so, else in English."""
        return said.get(self.locale) or said[FALLBACK]

    def _parts(self, candidate: Candidate) -> list[PricePart]:
        kind = candidate.service.kind
        return [
            PricePart(code, self._label(code, kind, candidate), amount)
            for code, amount in candidate.parts
        ]

    def _label(self, code: str, kind: str, candidate: Candidate) -> str:
        if code == "free_over":
            over = Money(candidate.service.tariff.free_from or 0, self._currency)
            return self.say("part_free_over", value=phrases.price(over, self.locale))
        if code == "base":
            return self.say(f"part_base_{kind}")
        said = candidate.service.tariff.said.get(code)
        return self._said(said) if said else self.say("part_surcharge")

    def exclusion(self, excluded: Exclusion) -> dict[str, str]:
        """The contract's exclusion, its reason at most 60 characters long."""
        fields = {name: self._measured(each) for name, each in excluded.fields.items()}
        if excluded.code in _UNITS:
            per, unit = _UNITS[excluded.code]
            fields["most"] = phrases.number(f"{excluded.fields['most'] / per:g}", self.locale)
            fields["most"] += f" {unit}"
        if excluded.code == "forbidden_tag":
            fields["tag"] = self._tag(str(excluded.fields["tag"]))
        reason = self._fitting(excluded.code, **fields)
        return {"service": excluded.service, "code": excluded.code, "reason": reason}

    def _measured(self, value: object) -> str:
        return phrases.number(str(value), self.locale)

    def _tag(self, tag: str) -> str:
        if self._words.knows(f"options.tag_{tag}"):
            return self.say(f"tag_{tag}")
        return tag.replace("_", " ").replace("-", " ")

    def why_folded(self, folded: Folded) -> str:
        """Against which shown option it lost, and in what; at most 60 characters."""
        by = self._brief(folded.by)
        if not folded.worse:
            return self._fitting("like" if folded.code == "alike" else "between", by=by)
        return self._fitting("than", worse=self._worse(folded.worse), by=by)

    def _worse(self, dimensions: Sequence[str]) -> str:
        said = [self.say(f"worse_{name}") for name in dimensions[:2]]
        worse = said[0] if len(said) == 1 else self.say("and", one=said[0], other=said[1])
        return worse[:1].upper() + worse[1:]

    def _brief(self, candidate: Candidate) -> str:
        if candidate.point is None:
            return phrases.when(candidate.window, self.locale, short=True)
        return self.say(f"by_{candidate.service.kind}", name=candidate.point.name)

    def _fitting(self, key: str, **fields: str) -> str:
        """The sentence; if it is too long, what it fills in last is cut short."""
        said = self.say(key, **fields)
        over = len(said) - LONGEST_REASON
        if over <= 0:
            return said
        longest = max(reversed(fields), key=lambda name: len(fields[name]))
        short = fields[longest][: -over - 1].rstrip(" ,.") + "…"
        return self.say(key, **(fields | {longest: short}))


def names_of(service: Service) -> Mapping[str, str]:
    """What each place of a service is called, so that no two are called alike.

    Its name; where others have it too also its street, then its postcode and city, then its id.
    """
    made = service.points.made
    if "names" not in made:
        made["names"] = _told_apart(service.points)
    names: Mapping[str, str] = made["names"]
    return names


def _told_apart(points: Sequence[PickupPoint]) -> dict[str, str]:
    names: dict[str, str] = {}
    unnamed, taken = list(points), set[str]()
    for say in _NAMINGS:
        count = Counter([say(each) for each in unnamed])
        clear = {each.id: say(each) for each in unnamed if count[say(each)] == 1}
        names |= {code: name for code, name in clear.items() if name not in taken}
        taken.update(count)
        unnamed = [each for each in unnamed if each.id not in names]
    return names | {each.id: each.id for each in unnamed}


def wording_of(words: Words, catalogue: Catalogue, locale: str) -> Wording:
    """Words for the options of a catalogue."""
    return Wording(words, catalogue.currency, locale)


def capacity_of(candidate: Candidate) -> str:
    """In the contract's words: `few` places, or `open`."""
    return "few" if candidate.left <= FEW_PLACES else "open"


def _place(point: PickupPoint, candidate: Candidate) -> Place:
    return Place(
        point.id, point.name, point.street, point.postcode, point.city, point.lat, point.lon,
        point.hours.text, candidate.until.isoformat() if candidate.until else "",
    )  # fmt: skip
