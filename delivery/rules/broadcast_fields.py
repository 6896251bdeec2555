"""What a broadcast says: the notices that can be sent to many, and the fields of each. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from delivery.rules.broadcasts import Effect
from delivery.rules.refusals import NotValid
from delivery.rules.windows import TimeWindow

#: A week: what comes later is another day, and is said as a window.
LONGEST_MINUTES = 7 * 24 * 60
LONGEST_TEXT = 300
#: Nobody is promised a time further away than this.
FURTHEST = timedelta(days=60)
_LANGUAGE = re.compile(r"^$|^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")


@dataclass(frozen=True)
class Spec:
    """One notice: how it may move the promise, and its texts with whether they must be given."""

    moves: tuple[str, ...] = ()
    texts: Mapping[str, bool] = field(default_factory=dict)


SPECS = {
    "delayed": Spec(("minutes", "window", "choose"), {"reason": False}),
    "moved_earlier": Spec(("minutes", "window")),
    "back_on_time": Spec(),
    "apology_goodwill": Spec(texts={"reason": False, "goodwill": True}),
    "what_we_fixed": Spec(texts={"said": True, "fixed": True}),
    "thank_you": Spec(texts={"reason": False}),
}
#: Those after which another time may stand than before.
OF_A_TIME = ("delayed", "moved_earlier", "back_on_time")
#: Said in place of `delayed` where the customer chooses the new time.
CHOOSING = "new_time_needed"


@dataclass(frozen=True)
class Saying:
    """What is said and done. `notice` is what is sent; `texts` are by field and language."""

    notice: str
    effect: Effect
    texts: Mapping[str, Mapping[str, str]]


def read_saying(
    notice: str, given: Mapping[str, Any], *, languages: tuple[str, ...], now: datetime
) -> Saying:
    """Check the fields. `languages` are those of which a text that must be given has one.

    Raises `NotValid` with a pointer to the field at fault.
    """
    spec = SPECS.get(notice)
    if spec is None:
        raise NotValid("/notice", f"One of: {', '.join(SPECS)}.")
    for name in given:
        if name not in spec.moves and name not in spec.texts:
            raise NotValid(f"/fields/{name}", f"{notice} has no such field.")
    texts = {
        name: _texts(name, given.get(name), must, languages) for name, must in spec.texts.items()
    }
    if notice == "back_on_time":
        return Saying(notice, Effect("back"), texts)
    effect = _effect(notice, spec, given, now) if spec.moves else Effect()
    choosing = effect.offers and not effect.moves
    return Saying(CHOOSING if choosing else notice, effect, texts)


def _effect(notice: str, spec: Spec, given: Mapping[str, Any], now: datetime) -> Effect:
    chosen = [name for name in spec.moves if given.get(name) is not None]
    if len(chosen) != 1:
        raise NotValid("/fields", f"Give one of: {', '.join(spec.moves)}.")
    if chosen == ["minutes"]:
        minutes = given["minutes"]
        if type(minutes) is not int or not 1 <= minutes <= LONGEST_MINUTES:
            raise NotValid("/fields/minutes", f"A whole number from 1 to {LONGEST_MINUTES}.")
        return Effect("shift", minutes if notice == "delayed" else -minutes, offers=True)
    if chosen == ["window"]:
        return Effect("window", window=_window(given["window"], now), offers=True)
    if given["choose"] is not True:
        raise NotValid("/fields/choose", "true, or left out.")
    return Effect(offers=True)


def _window(given: Any, now: datetime) -> TimeWindow:
    try:
        window = TimeWindow.from_json(given)
    except (TypeError, KeyError, ValueError):
        raise NotValid(
            "/fields/window", "Two times with an offset: start, and end after it."
        ) from None
    if window.end <= now or window.start > now + FURTHEST:
        raise NotValid("/fields/window", f"A time to come, within {FURTHEST.days} days.")
    return window


def _texts(name: str, given: Any, must: bool, languages: tuple[str, ...]) -> dict[str, str]:
    said = {"": given} if isinstance(given, str) else given or {}
    pointer = f"/fields/{name}"
    if not isinstance(said, Mapping):
        raise NotValid(pointer, "A text for each language.")
    for language, text in said.items():
        if not isinstance(language, str) or not _LANGUAGE.match(language):
            raise NotValid(pointer, "Languages as two letters: fi, sv, en.")
        if not isinstance(text, str) or len(text) > LONGEST_TEXT or not _is_printable(text):
            raise NotValid(
                f"{pointer}/{language}", f"One line of at most {LONGEST_TEXT} characters."
            )
    kept = {language: text.strip() for language, text in said.items() if text.strip()}
    if must and not any(each in kept for each in (*languages, "")):
        raise NotValid(pointer, f"Needed in one of: {', '.join(languages)}.")
    return kept


def _is_printable(text: str) -> bool:
    return all(each.isprintable() for each in text)
