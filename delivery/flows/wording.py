"""Options in the customer's words: titles, descriptions, price parts and reasons."""

from __future__ import annotations

from collections.abc import Sequence

from delivery.rules import phrases
from delivery.rules.asks import QuoteAsk
from delivery.rules.candidates import FEW_PLACES, Candidate
from delivery.rules.catalogue import Catalogue, PickupPoint, Service
from delivery.rules.fitting import Exclusion
from delivery.rules.money import Money
from delivery.rules.opening_hours import DAY_AND_NIGHT
from delivery.rules.options import DeliveryOption, FreeFrom, Place, PricePart, Vat
from delivery.rules.pricing import free_over_of, vat_of
from delivery.rules.slate import Folded
from delivery.words import Words

LONGEST_REASON = 60


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
        return FreeFrom(threshold, to_go, known.basis)

    def title(self, candidate: Candidate) -> str:
        """The window and how, with the date spelled out: it is still read days later."""
        point, kind = candidate.point, candidate.service.kind
        if point is None:
            return self.say(kind, when=phrases.when(candidate.window, self.locale))
        start = candidate.window.start
        return self.say(
            kind,
            name=point.name,
            day=phrases.day(start.date(), self.locale),
            hour=self._hour(candidate),
        )

    def _hour(self, candidate: Candidate) -> str:
        start = candidate.window.start
        # English says "from" before the day, Finnish "alkaen" after the hour.
        if self.locale == "fi":
            return phrases.since(start, self.locale)
        return phrases.clock_time(start, self.locale)

    def description(self, candidate: Candidate) -> str:
        said = candidate.service.description[self.locale]
        point = candidate.point
        if point is None:
            return said
        if point.hours.text == DAY_AND_NIGHT:
            return f"{point.street}. {self.say('open_always')} {said}"
        span = point.hours.window_on(candidate.window.start)
        hours = self.say("open_hours", hours=phrases.hours(span, self.locale))
        return f"{point.street}. {hours} {said}"

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
        return said[self.locale] if said else self.say("part_surcharge")

    def exclusion(self, excluded: Exclusion) -> dict[str, str]:
        """The contract's exclusion, its reason at most 60 characters long."""
        fields = dict(excluded.fields)
        if excluded.code in ("too_heavy", "too_heavy_together"):
            fields["most"] = f"{fields['most'] / 1000:g} kg"
        if excluded.code in ("too_long", "too_much_girth"):
            fields["most"] = f"{fields['most'] / 10:g} cm"
        if excluded.code in ("too_much_volume", "too_much_volume_together"):
            fields["most"] = f"{fields['most'] / 1000:g} l"
        reason = self.say(excluded.code, **fields)[:LONGEST_REASON]
        return {"service": excluded.service, "code": excluded.code, "reason": reason}

    def why_folded(self, folded: Folded) -> str:
        """Against which shown option it lost, and in what."""
        by = self._brief(folded.by)
        if folded.code == "alike":
            return self._fitting(self.say("like", by=by))
        if not folded.worse:
            return self.say("needless")
        return self._fitting(self.say("than", worse=self._worse(folded.worse), by=by))

    def _worse(self, dimensions: Sequence[str]) -> str:
        said = [self.say(f"worse_{name}") for name in dimensions[:2]]
        worse = said[0] if len(said) == 1 else self.say("and", one=said[0], other=said[1])
        return worse[:1].upper() + worse[1:]

    def _brief(self, candidate: Candidate) -> str:
        if candidate.point is None:
            return phrases.when(candidate.window, self.locale)
        return self.say(f"by_{candidate.service.kind}", name=candidate.point.name)

    def _fitting(self, reason: str) -> str:
        return reason if len(reason) <= LONGEST_REASON else self.say("needless")


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
