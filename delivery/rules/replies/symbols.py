"""The alphabet of the grammar: what the words of a language file can mean."""

from __future__ import annotations

#: Name in a language file -> code and value. Codes made later by rules: Z days, V span, c clock,
#: d written date, x `18.3` or `18.30`, n number, o ordinal, Y year, # a number that is no time,
#: D length of time, `,` `;` ends of clauses, `.` any other word.
TAGS: dict[str, tuple[str, object]] = {
    "today": ("R", 0), "tomorrow": ("R", 1), "day2": ("R", 2), "day3": ("R", 3),
    "yesterday": ("R", -1), "day_before_yesterday": ("R", -2),
    "weekend": ("E", None), "workdays": ("w", None), "next": ("N", None), "this": ("S", None),
    "coming": ("G", None), "last": ("L", None), "final": ("L", "final"), "was": ("=", None),
    "after_next": ("X", None),
    "begin": ("b", None), "end": ("e", None), "rest": ("l", None), "week_number": ("k", None),
    "in": ("I", None), "hence": ("J", None), "ago": ("j", None), "ago_behind": ("j", "behind"),
    "since": ("s", None),
    "one": ("i", 1),
    "couple": ("n", 2), "few": ("n", 3),
    "minute": ("U", "minute"), "hour": ("U", "hour"), "day": ("U", "day"), "week": ("U", "week"),
    "month": ("U", "month"), "year": ("U", "year"), "fortnight": ("D", (0, 14, 0)),
    "half_hour": ("D", (0, 0, 30)), "hour_and_half": ("D", (0, 0, 90)),
    "quarter_hour": ("D", (0, 0, 15)),
    "at": ("K", None), "clock": ("O", None), "am": ("a", "a"), "pm": ("a", "p"),
    "half_past": ("H", None), "half_to": ("h", None), "and_half": ("f", None),
    "quarter": ("Q", 15), "past": ("p", None), "minutes_to": ("v", None), "minus": ("λ", None),
    "noon": ("c", (12 * 60, False)), "midnight": ("c", (0, False)),
    "early_morning": ("P", "early"), "morning": ("P", "morning"), "forenoon": ("P", "forenoon"),
    "lunch": ("P", "lunch"), "midday": ("P", "midday"), "afternoon": ("P", "afternoon"),
    "evening": ("P", "evening"), "night": ("P", "night"),
    "after": (">", False), "not_before": (">", True), "before": ("<", False), "by": ("<", True),
    "after_behind": ("}", False), "onward": ("}", True), "before_behind": ("{", True),
    "from": ("F", None), "between": ("B", None), "between_behind": ("y", None), "to": ("T", None),
    "minutes_or_to": ("T", "minutes"), "until": ("u", None), "and": ("&", None), "or": ("/", None),
    "any": ("*", None), "any_day": ("*", "day"), "all_day": ("*", "all_day"),
    "not": ("!", None), "away": ("A", None),
    "home": ("+", "home"), "fine": ("+", None), "except": ("!", "except"),
    "except_behind": ("¤", None), "instead_of": ("!", "instead"),
    "moving": ("¢", None), "moving_but": ("¢", "but"), "but": ("|", None),
    "because": ("|", "because"),
    "code": ("C", None), "counted": ("g", None), "day_of": ("^", None),
    "of_month": ("%", None), "drop": ("", None),
}  # fmt: skip

#: Parts of the day in minutes, as deliveries mean them.
PARTS = {
    "early": (6 * 60, 9 * 60), "morning": (8 * 60, 12 * 60), "forenoon": (8 * 60, 12 * 60),
    "lunch": (11 * 60, 14 * 60), "midday": (12 * 60, 15 * 60), "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 21 * 60), "night": (17 * 60, 21 * 60),
}  # fmt: skip
#: The moment a clock's reader takes each for, where a moment and no delivery is asked for.
MOMENTS = {
    "early": 6 * 60,
    "morning": 6 * 60,
    "forenoon": 9 * 60,
    "lunch": 12 * 60,
    "midday": 12 * 60,
    "afternoon": 15 * 60,
    "evening": 20 * 60,
    "night": 22 * 60,
}
#: Which half of the clock an hour beside it belongs to.
HALF_OF_PART = {
    "early": "a", "morning": "a", "forenoon": "a", "lunch": "p", "midday": "p", "afternoon": "p",
    "evening": "p", "night": "p",
}  # fmt: skip
