"""The pieces of which every table of a catalogue's document is made."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,38}$")]
PlaceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,38}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Cents = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Hour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MINUTES_OF_A_DAY = 24 * 60


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Part):
    """A short text in each language of ours."""

    en: Line
    fi: Line


def minutes_of(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def clock_face(text: str) -> time:
    """`24:00` is 0:00, the end of the day."""
    return time(*divmod(minutes_of(text) % MINUTES_OF_A_DAY, 60))
