"""Shapes that requests share: texts without NULs, ids, money, moments with an offset."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

# PostgreSQL keeps no NUL in a text, and SQLite cuts it there; lone surrogates pydantic refuses.
_NO_NUL = r"^[^\x00]*$"
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
ID_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"

#: Free text of at most 1,000 characters, lines allowed.
Text = Annotated[str, StringConstraints(max_length=1000, pattern=_NO_NUL, strip_whitespace=True)]
#: One line of at most 200 characters: names, streets, titles.
Name = Annotated[str, StringConstraints(max_length=200, pattern=_ONE_LINE, strip_whitespace=True)]
#: An id that a caller chose, in a body.
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
#: An id that a caller chose, in a path.
PathId = Annotated[str, Path(pattern=ID_PATTERN)]
#: `fi`, `fi-FI`, `en_US`: taken loosely, since an unknown language is answered in ours.
Locale = Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z0-9_-]*$")]
Email = Annotated[
    str, StringConstraints(max_length=320, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$")
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
#: A moment; one without an offset is refused.
Moment = AwareDatetime
#: Whole numbers that both databases keep.
Amount = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]


class Shape(BaseModel):
    """A part of a request. What we do not know is ignored, so that callers may run ahead."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class MoneyShape(Shape):
    amount: Amount
    currency: Currency
