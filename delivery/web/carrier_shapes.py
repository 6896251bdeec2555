"""A carrier's event as it may be posted."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from delivery.web.shapes import Id, Moment, Shape

#: A reason stands in a text message.
_Reason = Annotated[str, StringConstraints(max_length=160, pattern=r"^[^\x00]*$")]
_Language = Annotated[str, StringConstraints(max_length=12, pattern=r"^[A-Za-z_-]+$")]
_Number = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
_Type = Literal[
    "handed_over", "in_transit", "out_for_delivery", "delayed", "eta_changed", "attempt_failed",
    "at_pickup_point", "delivered", "damaged", "lost", "returning", "returned",
]  # fmt: skip

#: Nobody drives further than this; a typo in a year does.
FURTHEST = timedelta(days=370)
LONGEST = timedelta(days=14)


class WindowShape(Shape):
    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if not timedelta(0) < self.end - self.start <= LONGEST:
            raise ValueError("a window ends after it starts, and within two weeks")
        return self


class EventShape(Shape):
    """What happened to one delivery. Name it by `booking`, by `tracking_number`, or by both."""

    booking: Id | None = None
    tracking_number: _Number | None = None
    type: _Type
    occurred_at: Moment
    expected_window: WindowShape | None = None
    #: How much later than planned, where no window is given.
    minutes: int | None = Field(default=None, ge=1, le=20160)
    reason: _Reason | dict[_Language, _Reason] | None = None

    @field_validator("occurred_at")
    @classmethod
    def _near(cls, value: Any, info: ValidationInfo) -> Any:
        if info.context and abs(value - info.context["now"]) > FURTHEST:
            raise ValueError("this is more than a year away")
        return value

    @field_validator("expected_window")
    @classmethod
    def _soon(cls, value: WindowShape | None, info: ValidationInfo) -> WindowShape | None:
        if value and info.context and abs(value.start - info.context["now"]) > FURTHEST:
            raise ValueError("this is more than a year away")
        return value

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.booking is None and self.tracking_number is None:
            raise ValueError("name the delivery by booking or tracking_number")
        return self
