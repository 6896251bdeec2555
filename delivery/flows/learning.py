"""Learning what customers like: only from what they chose themselves, and forgotten on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Connection

from delivery.rules.holds import Hold
from delivery.rules.taste.model import Seen, features, traits
from delivery.store import habits, quotes
from delivery.store.engine import Database
from delivery.store.habits import Forgotten, KeptPrior, OwnChoice

if TYPE_CHECKING:
    from delivery.rules.taste.learner import Prior
    from delivery.rules.taste.shop import Chosen

#: How the customer came to an option that teaches something.
CHOSEN = "chosen"
#: How often the prior of all customers is learnt anew, and from how many new choices at least.
PRIOR_LASTS = timedelta(days=1)
FEWEST_NEW = 20


def has_address(request: Mapping[str, Any]) -> bool:
    """Whether a request says where the customer is, more exactly than a postcode does."""
    to = request["destination"]
    return bool(to.get("street")) or to.get("lat") is not None


def keep_choice(conn: Connection, hold: Hold, *, now: datetime) -> bool:
    """Write down what the customer chose, within the booking's transaction; True if it is kept.

    Nothing is written for an option that was preselected or fell back, for a customer without an
    id, without a real address, or where there was nothing to choose between.
    """
    if hold.origin != CHOSEN:
        return False
    quote = quotes.get(conn, hold.quote_id)
    customer = (quote.request.get("customer") or {}).get("id")
    if not customer or not has_address(quote.request):
        return False
    options, chosen = _looked_at(quote.answer, hold)
    if len(options) < 2:
        return False
    return habits.add_choice(
        conn, customer, quote.id, features=[_rounded(row) for row in features(options)],
        chosen=chosen, traits=traits(options, chosen), at=now,
    )  # fmt: skip


def _looked_at(answer: bytes, hold: Hold) -> tuple[list[Seen], int]:
    """The options that were shown, and which was taken; one from the calendar stands last."""
    shown = orjson.loads(answer)["options"]
    ids = [option["id"] for option in shown]
    if hold.option_id not in ids:
        ids.append(hold.option_id)
        shown.append(hold.option)
    return [seen_of(option) for option in shown], ids.index(hold.option_id)


def seen_of(option: Mapping[str, Any]) -> Seen:
    """An option as it was shown, for the learner."""
    window = option["window"]
    end = datetime.fromisoformat(window["end"])
    return Seen(
        option["kind"], option["price"]["amount"], datetime.fromisoformat(window["start"]),
        end.timestamp(), option["width_minutes"], option["distance_m"] or 0,
    )  # fmt: skip


def _rounded(row: Sequence[float]) -> list[float]:
    # So many digits as a taste can tell apart, and too few to find an address by its distances.
    return [round(value, 2) for value in row]


def learn_next(database: Database, *, now: datetime) -> bool:
    """Learn from the choices of one customer with a new one; True if more may wait."""
    with database.read() as conn:
        customer = habits.next_waiting(conn)
        if customer is None:
            return False
        theirs = habits.of_customer(conn, customer)
        kept = habits.newest_prior(conn)
    if not theirs:
        return True  # forgotten a moment ago
    from delivery.rules.taste.shop import learn_customer

    taste = learn_customer(_prior(kept), [_as_chosen(each) for each in theirs])
    try:
        with database.write() as conn:
            habits.keep_habit(conn, customer, theirs, taste.as_json(), at=now)
    except Forgotten:
        pass  # whoever asked for that has the last word
    return True


def learn_prior_of_all(database: Database, *, now: datetime) -> bool:
    """Once a day learn anew what customers are like, where there is enough new; True if it was."""
    with database.read() as conn:
        last = habits.newest_prior(conn)
        if last is not None and now < last.at + PRIOR_LASTS:
            return False
        new, until = habits.new_since(conn, last.until if last else 0)
        if new < FEWEST_NEW:
            return False
        everything = habits.of_all(conn)
    from delivery.rules.taste.shop import learn_shop

    learnt = learn_shop([_as_chosen(each) for each in everything])
    found = KeptPrior(
        version=last.version + 1 if last else 1, mean=learnt.mean.tolist(),
        covariance=learnt.covariance.tolist(), until=until, choices=len(everything), at=now,
    )  # fmt: skip
    with database.write() as conn:
        return habits.add_prior(conn, found)


def forget(conn: Connection, customer_id: str) -> None:
    """Forget what a customer chose and what was learnt; again is harmless."""
    habits.forget(conn, customer_id)


def _prior(kept: KeptPrior | None) -> Prior:
    from delivery.rules.taste.shop import literature, prior_of

    return literature() if kept is None else prior_of(kept.mean, kept.covariance)


def _as_chosen(choice: OwnChoice) -> Chosen:
    from delivery.rules.taste.shop import Chosen

    return Chosen(choice.customer_id, choice.features, choice.chosen, choice.traits)
