"""What staff may post, and conversations as they are shown to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from delivery.rules.replies import OfferedSlot
from delivery.store.replies import Stranger
from delivery.web.shapes import Locale, Moment, Name, Shape
from notifications.phone import masked

State = Literal["quiet", "asked", "waiting", "closed"]
#: What one may say in an answer: ten segments at the most.
_Answer = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1500, pattern=r"^[^\x00]*$", strip_whitespace=True),
]
_Wide = Annotated[str, StringConstraints(max_length=5000)]


def _of_this_age(value: datetime) -> datetime:
    # Days are counted from it, and calendars end somewhere.
    if not 1970 <= value.year <= 2200:
        raise ValueError("a year between 1970 and 2200")
    return value


_Near = Annotated[Moment, AfterValidator(_of_this_age)]


class AnswerShape(Shape):
    text: _Answer
    #: Who signs; the shop's own agent if left out.
    agent: Name | None = None


class SlotShape(Shape):
    id: Annotated[str, StringConstraints(max_length=200)]
    start: _Near
    end: _Near

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start >= self.end:
            raise ValueError("a slot ends after it starts")
        return self

    def offered(self) -> OfferedSlot:
        return OfferedSlot(self.id, self.start, self.end)


class InterpretShape(Shape):
    text: _Wide
    locale: Locale = "en"
    now: _Near
    context: Literal["none", "menu", "confirm", "feedback"] = "none"
    slots: Annotated[list[SlotShape], Field(max_length=500)] = Field(default_factory=list)


def conversation_json(
    row: dict[str, Any], thread: list[dict[str, Any]], *, now: datetime
) -> dict[str, Any]:
    """A conversation as staff see it; the number only as far as one recognises it."""
    return {
        "id": str(row["id"]),
        "reference": row["reference"],
        "state": row["state"],
        "waiting_since": _moment(row["waiting_since"]),
        "answer_by": _moment(row["answer_by"]),
        "overdue": _is_over(row["answer_by"], now),
        "agent": row["agent"],
        "assignee": row["assignee"],
        "customer": {"given_name": row["given_name"], "family_name": row["family_name"],
                     "phone": masked(row["phone"]), "locale": row["locale"]},
        "booking_state": row["booking_state"],
        "thread": [each | {"at": _moment(each["at"])} for each in thread],
    }  # fmt: skip


def stranger_json(
    known: Stranger, thread: list[dict[str, Any]], *, answer_by: datetime | None, now: datetime
) -> dict[str, Any]:
    """Somebody who wrote without a booking, as `conversation_json`."""
    return {
        "id": known.about,
        "reference": None,
        "state": "waiting",
        "waiting_since": _moment(known.received_at),
        "answer_by": _moment(answer_by),
        "overdue": _is_over(answer_by, now),
        "agent": None,
        "assignee": None,
        "customer": {"given_name": "", "family_name": "", "phone": masked(known.sender),
                     "locale": None},
        "booking_state": None,
        "thread": [each | {"at": _moment(each["at"])} for each in thread],
    }  # fmt: skip


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def _is_over(answer_by: datetime | None, now: datetime) -> bool:
    return answer_by is not None and answer_by < now
