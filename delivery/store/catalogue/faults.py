"""What is wrong with a catalogue's document, in plain words and by line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from delivery.store.catalogue.document import Document
from delivery.store.catalogue.lines import line_of, lines_of

Fault = tuple[str, str]

_WORDS = {
    "missing": "is missing",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "literal_error": "must be {expected}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "too_short": "must have {min_length} or more",
    "too_long": "must have {max_length} at the most",
    "string_too_short": "must have {min_length} or more characters",
    "string_too_long": "must have {max_length} characters at the most",
}
# What a text that fits would look like, by the pattern that it did not fit.
_LIKE = (
    ("12:30", "a time of day such as 14:00"),
    ("2026-12-24", "a date such as 2026-12-24"),
    ("2026-07-01/2026-07-14", "a date or two, such as 2026-07-01/2026-07-14"),
    ("2026-12-23T17:00/2026-12-23T21:00", "times such as 2026-12-23T17:00/2026-12-23T21:00"),
    ("12-24", "a day of the year such as 12-24"),
    ("EUR", "three capital letters"),
    ("FI", "two capital letters"),
    ("00530", "a postcode of five digits"),
    ("home", "small letters, digits, - and _, a letter first, 39 at the most"),
    ("3-home", "small letters, digits and -, 39 at the most"),
)
_KEY = "[key]"


def plain_faults(error: ValidationError, raw: Mapping[str, Any]) -> list[Fault]:
    """Each fault once, by its path in the document; alternatives of one value are joined."""
    found: dict[str, list[str]] = {}
    for each in error.errors(include_url=False):
        words = found.setdefault(".".join(_path(each, raw)), [])
        said = _words(each)
        if said not in words:
            words.append(said)
    return [(path, ", or ".join(words)) for path, words in found.items()]


def _path(error: ErrorDetails, raw: Any) -> list[str]:
    """Where it is, without the names that pydantic gives to the alternatives of a value."""
    path: list[str] = []
    at = raw
    for number, step in enumerate(error["loc"]):
        last = number == len(error["loc"]) - 1
        if isinstance(at, Mapping) and str(step) in at:
            at = at[str(step)]
        elif isinstance(at, Sequence) and isinstance(step, int) and step < len(at):
            at = at[step]
        elif not (last and error["type"] == "missing"):
            continue
        path.append(str(step))
    return path


def _words(error: ErrorDetails) -> str:
    kind = error["type"]
    details = {
        name: int(limit) if isinstance(limit, float) and limit.is_integer() else limit
        for name, limit in error.get("ctx", {}).items()
    }
    if kind == "value_error":
        return str(details["error"])
    if kind == "extra_forbidden":
        return f"is not known here{_meant(str(error['loc'][-1]))}"
    if kind == "string_pattern_mismatch":
        said = f"must be {_like(str(details['pattern']))}"
    elif kind in _WORDS:
        said = _WORDS[kind].format(**details).replace("False", "false").replace("True", "true")
    else:
        said = error["msg"][:1].lower() + error["msg"][1:]
    return f"its name {said}" if error["loc"][-1:] == (_KEY,) else said


def _meant(name: str) -> str:
    near = get_close_matches(name, _known_names(), n=1, cutoff=0.75)
    return f"; {near[0]}?" if near else ""


@lru_cache
def _known_names() -> tuple[str, ...]:
    schema = Document.model_json_schema()
    tables = (schema, *schema["$defs"].values())
    return tuple(sorted({name for table in tables for name in table.get("properties", ())}))


def _like(pattern: str) -> str:
    fits = (words for example, words in _LIKE if re.search(pattern, example))
    return next(fits, f"a text like {pattern}")


class PlacedFault(NamedTuple):
    """A fault and where it stands: what `perille catalogue load` prints."""

    file: str
    line: int
    path: str
    words: str

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {path}{self.words}"


_SYNTAX = re.compile(r"^(?P<words>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


def placed(faults: Sequence[Fault], text: str, file: str) -> list[PlacedFault]:
    """Faults with the lines of a TOML text on which they stand, in the order of the lines."""
    syntax = _SYNTAX.match(faults[0][1]) if len(faults) == 1 and not faults[0][0] else None
    if syntax:
        line = int(syntax["line"] or text.count("\n") + 1)
        return [PlacedFault(file, line, "", syntax["words"])]
    lines = lines_of(text)
    found = [
        PlacedFault(file, line_of(lines, tuple(path.split("."))), path, words)
        for path, words in faults
    ]
    return sorted(found, key=lambda each: each.line)
