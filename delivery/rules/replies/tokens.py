"""A folded reply cut into words, numbers as people write them, and marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

#: Nobody writes more words and marks in three messages; of what has more nothing is sure.
MOST = 120
_TOKEN = re.compile(
    r"""
      (?P<word>b4(?!\w)|(?:twenty|thirty|forty|fifty)-[a-z]+|[^\W\d_]+(?:'[^\W\d_]+)*)
    | (?P<iso>(?<![\w.])[0-9]{4}([-/.])[0-9]{1,2}\3[0-9]{1,2}(?![0-9]))
    | (?P<whole>(?<![\w.:])0[0-9]{3}(?=-[0-2][0-9]{3}(?![0-9 -]*[0-9])))
    | (?P<none>(?<![\w.:])(?:\+|00?)(?:[0-9][\ -]?){6,}(?<=[0-9])|[0-9]{5,}
        |[€$£]\ ?[0-9]+(?:[.,][0-9]+)?|[0-9]+,[0-9]+(?![0-9])
        |[0-9]+(?:[.,][0-9]+)?\ ?(?:[€£$%]|kg|eur\w*|euros?|cm|mm|gb|kr|kpl|m2)(?![^\W\d])
        |24/7)
    | (?P<dmy>(?<![\w.:/])[0-9]{1,2}([-/.])[0-9]{1,2}\7(?:[0-9]{4}|[0-9]{2})(?![\w-]|[.:/][0-9]))
    | (?P<day>(?<![\w:/])[0-9]{1,2}\.[0-9]{1,2}\.(?![0-9]))
    | (?P<slash>(?<![\w.:/])[0-9]{1,2}/[0-9]{1,2}(?![\w/]))
    | (?P<clock>(?<![\w.:/])[0-9]{1,2}[:h][0-5][0-9](?::[0-5][0-9])?(?![0-9]))
    | (?P<dotted>(?<![\w.:/])[0-9]{1,2}\.[0-9]{1,2}(?![0-9]))
    | (?P<spelt>2(?:day(?!s)|nite|night|m[or]\w+)|(?<!at\ )8a(?![a-z])|8(?!am)[aeo][a-z]+|3an[a-z]+)
    | (?P<number>[0-9]+)
    | (?P<mark>->|\n|[^\w\s])
    """,
    re.VERBOSE,
)
_DIGITS = re.compile("[0-9]+")


class Written(int):
    """A number in digits: how many, and whether a dot stands behind it."""

    width: int
    dotted: bool

    def __new__(cls, digits: str, dotted: bool = False) -> Written:
        made = super().__new__(cls, int(digits))
        made.width, made.dotted = len(digits), dotted
        return made


@dataclass(slots=True)
class Token:
    """`kind` is the name of a group above; `value` the numbers in it, or the word."""

    kind: str
    value: Any
    start: int
    end: int


def tokens(folded: str) -> list[Token]:
    """The words, numbers and marks of it, in order, at most `MOST`."""
    found = []
    for match in islice(_TOKEN.finditer(folded), MOST):
        kind = match.lastgroup or "mark"
        text = match.group(kind)
        value: Any = text
        if kind in ("word", "spelt"):
            kind = "word"
            value = text.replace("'", "").replace("-", "")
        elif kind not in ("mark", "none"):
            value = [Written(each) for each in _DIGITS.findall(text)]
        found.append(Token(kind, value, match.start(), match.end()))
    return found
