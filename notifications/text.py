"""What a text costs as an SMS: its alphabet, its segments, the character that makes it dear."""

from __future__ import annotations

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True)
class Segments:
    """`encoding` is GSM-7 or UCS-2; `costly` are the characters that keep a text out of GSM-7."""

    encoding: str
    count: int
    costly: str


def segments(text: str) -> Segments:
    """How an SMS with this text is billed (3GPP TS 23.038: 160/153 septets, 70/67 units)."""
    costly = "".join(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENDED))
    if costly:
        return Segments("UCS-2", _parts([len(c.encode("utf-16-le")) // 2 for c in text], 70, 67), costly)
    return Segments("GSM-7", _parts([2 if c in _EXTENDED else 1 for c in text], 160, 153), "")


def _parts(sizes: list[int], alone: int, joined: int) -> int:
    if sum(sizes) <= alone:
        return 1
    count, room = 1, joined
    for size in sizes:  # an escape or a surrogate pair is never cut in two
        if size > room:
            count, room = count + 1, joined
        room -= size
    return count
