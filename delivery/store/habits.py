"""Choices people made themselves, what was learnt of each of them, and of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    String,
    any_,
    bindparam,
    column,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from delivery.store.tables import choice, habit, taste_prior

Known = Mapping[str, Any]

#: More than these do not change what is known of somebody.
MOST_OF_ONE = 100
#: The shop's prior is learnt from so many of the latest choices.
MOST_OF_ALL = 5_000

_CUSTOMERS: dict[str, ColumnElement[bool]] = {
    "sqlite": habit.c.customer_id.in_(
        select(column("value")).select_from(func.json_each(bindparam("customers", type_=String)))
    ),
    "postgresql": habit.c.customer_id == any_(bindparam("customers", type_=ARRAY(String))),
}
#: By name of the database: (customer_id, known) of those asked for, binding what `asked` gives.
HABITS = {
    name: select(habit.c.customer_id, habit.c.known).where(among)
    for name, among in _CUSTOMERS.items()
}
# Both databases speak this ON CONFLICT; RETURNING tells a new row, where rowcount lies.
_ADD = insert(choice).on_conflict_do_nothing().returning(choice.c.id)
_WAITING = (
    select(choice.c.customer_id).where(~choice.c.learnt).order_by(choice.c.id).limit(1)
)  # fmt: skip
_COLUMNS = (choice.c.id, choice.c.customer_id, choice.c.features, choice.c.chosen,
            choice.c.traits)  # fmt: skip
_OF_ONE = (
    select(*_COLUMNS)
    .where(choice.c.customer_id == bindparam("customer"))
    .order_by(choice.c.id.desc())
    .limit(MOST_OF_ONE)
)
_MARK = (
    update(choice)
    .where(
        choice.c.customer_id == bindparam("customer"),
        # By name, not up to the last: one with a lower number may be committed after this.
        or_(
            choice.c.id.in_(bindparam("ids", expanding=True)),
            choice.c.id < bindparam("before"),
        ),
    )
    .values(learnt=True)
    .returning(choice.c.id)
)
_KEEP = insert(habit)
_KEEP = _KEEP.on_conflict_do_update(
    index_elements=[habit.c.customer_id],
    set_={"known": _KEEP.excluded.known, "at": _KEEP.excluded.at},
)
_FORGET_CHOICES = delete(choice).where(choice.c.customer_id == bindparam("customer"))
_FORGET_HABIT = delete(habit).where(habit.c.customer_id == bindparam("customer"))
_NEWEST_PRIOR = select(taste_prior).order_by(taste_prior.c.version.desc()).limit(1)
_ADD_PRIOR = insert(taste_prior).on_conflict_do_nothing().returning(taste_prior.c.version)
_NEW_SINCE = select(func.count(), func.max(choice.c.id)).where(choice.c.id > bindparam("after"))
_OF_ALL = select(*_COLUMNS).order_by(choice.c.id.desc()).limit(MOST_OF_ALL)


class Forgotten(Exception):
    """The choices that something was learnt from are gone."""


@dataclass(frozen=True)
class OwnChoice:
    """One choice that somebody made themselves: what each option was like, and which they took."""

    id: int
    customer_id: str
    features: Sequence[Sequence[float]]
    chosen: int
    traits: Sequence[str]


@dataclass(frozen=True)
class KeptPrior:
    """What was learnt of all customers together, up to the choice `until`."""

    version: int
    mean: Sequence[float]
    covariance: Sequence[Sequence[float]]
    until: int
    choices: int
    at: datetime


def asked(name: str, customers: Iterable[str]) -> dict[str, Any]:
    """What `HABITS` binds, for the database called `name`."""
    listed = sorted(set(customers))
    return {"customers": orjson.dumps(listed).decode() if name == "sqlite" else listed}


def known_of(value: Any) -> Known:
    """`habit.known` as a driver of its own gives it: SQLite's gives the text."""
    known: Known = orjson.loads(value) if isinstance(value, (str, bytes)) else value
    return known


def find(conn: Connection, customers: Iterable[str]) -> dict[str, Known]:
    """What is known of each of these customers; those of whom nothing is are left out."""
    name = conn.dialect.name
    return {row[0]: row[1] for row in conn.execute(HABITS[name], asked(name, customers))}


def add_choice(
    conn: Connection, customer_id: str, quote_id: str, *, features: Sequence[Sequence[float]],
    chosen: int, traits: Sequence[str], at: datetime,
) -> bool:  # fmt: skip
    """Write a choice down. False when one from this quote was written before."""
    row = {"customer_id": customer_id, "quote_id": quote_id, "features": features,
           "chosen": chosen, "traits": list(traits), "at": at, "learnt": False}  # fmt: skip
    return conn.execute(_ADD, row).one_or_none() is not None


def next_waiting(conn: Connection) -> str | None:
    """A customer with a choice that nothing was learnt from yet."""
    waiting: str | None = conn.execute(_WAITING).scalar()
    return waiting


def of_customer(conn: Connection, customer_id: str) -> list[OwnChoice]:
    """The latest choices of a customer, oldest first."""
    rows = conn.execute(_OF_ONE, {"customer": customer_id}).all()
    return [OwnChoice(*row) for row in reversed(rows)]


def keep_habit(
    conn: Connection, customer_id: str, learnt_from: Sequence[OwnChoice], known: Known, *,
    at: datetime,
) -> None:  # fmt: skip
    """Keep what these choices taught.

    Raises `Forgotten` when they are not all there any more: whoever asked to be forgotten
    meanwhile stays forgotten.
    """
    ids = [each.id for each in learnt_from]
    marked = conn.execute(_MARK, {"customer": customer_id, "ids": ids, "before": min(ids)})
    if not set(ids) <= set(marked.scalars()):
        raise Forgotten
    conn.execute(_KEEP, {"customer_id": customer_id, "known": known, "at": at})


def forget(conn: Connection, customer_id: str) -> None:
    """Remove a customer's choices and what was learnt from them; again is harmless."""
    # Choices first: a job that is learning from them waits, finds none and writes nothing.
    conn.execute(_FORGET_CHOICES, {"customer": customer_id})
    conn.execute(_FORGET_HABIT, {"customer": customer_id})


def newest_prior(conn: Connection) -> KeptPrior | None:
    row = conn.execute(_NEWEST_PRIOR).one_or_none()
    return None if row is None else KeptPrior(**row._mapping)


def new_since(conn: Connection, after: int) -> tuple[int, int]:
    """How many choices came after the one with this id, and the id of the last."""
    count, last = conn.execute(_NEW_SINCE, {"after": after}).one()
    return count, last or after


def of_all(conn: Connection) -> list[OwnChoice]:
    """The latest choices of everybody, oldest first."""
    rows = conn.execute(_OF_ALL).all()
    return [OwnChoice(*row) for row in reversed(rows)]


def add_prior(conn: Connection, new: KeptPrior) -> bool:
    """Keep a newer prior. False when somebody else was faster."""
    return conn.execute(_ADD_PRIOR, vars(new)).one_or_none() is not None
