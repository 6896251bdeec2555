"""What is in a delivery, in the shop's words, and whether a reply speaks of it."""

from __future__ import annotations

from typing import Any

from delivery.rules.replies.folding import fold

#: A word's beginning that must be the same: endings change ("sohvan", "lampun").
_SHORTEST, _ENDING = 3, 2
_MOST = 2


def goods_of(request: dict[str, Any]) -> str:
    """The contents of a stored request's parcels: "sofa", "sofa, lamp"; empty if none is named."""
    named = [str(each.get("contents") or "") for each in request["basket"]["parcels"]]
    different = list(dict.fromkeys(each for each in named if each))
    return ", ".join(different[:_MOST])


def speaks_of(text: str, goods: str) -> int:
    """How many letters of a word of the goods begin a word of the text; 0 for none.

    A word counts when all of it but its ending does: "lampun" speaks of "lamppu".
    """
    said = _words(text)
    return max((_alike(word, one) for word in _words(goods) for one in said), default=0)


def is_only(text: str, goods: str) -> bool:
    """Whether a reply names the goods and says hardly anything else: "the sofa please"."""
    return 0 < len(_words(text)) <= _SHORTEST and speaks_of(text, goods) > 0


def _words(text: str) -> list[str]:
    letters = "".join(each if each.isalpha() else " " for each in fold(text))
    return [each for each in letters.split() if len(each) >= _SHORTEST]


def _alike(word: str, said: str) -> int:
    same = 0
    for one, other in zip(word, said, strict=False):
        if one != other:
            break
        same += 1
    return same if same >= max(_SHORTEST, len(word) - _ENDING) else 0
