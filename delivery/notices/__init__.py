"""Every message we can send, by name; its texts lie in templates/notices/<name>/.

Lane 0 is an answer to a person and goes first, lane 1 is news of a delivery. `link` opens the
delivery's page; every e-mail has it as its one button, an SMS only where there is room for it.
"""

from __future__ import annotations

from delivery.notices.answers import (
    Answer,
    Cancelled,
    HandedOver,
    NotUnderstood,
    OptedOut,
    Rescheduled,
    SlotGone,
    TakenOver,
    WhichTime,
)
from delivery.notices.kindness import ApologyGoodwill, FeedbackAsked, ThankYou, WhatWeFixed
from delivery.notices.news import (
    AtPickupPoint,
    BackOnTime,
    BookingConfirmed,
    Delayed,
    Delivered,
    EveningBefore,
    Missed,
    MovedEarlier,
    NewTimeNeeded,
    OnTheWay,
    PickupReminder,
    ReturnBooked,
)
from delivery.notices.questions import (
    ConfirmCancel,
    ConfirmPlace,
    ConfirmTime,
    WhichDelivery,
    WhichPlace,
)
from delivery.notices.settled import (
    FeedbackThanked,
    Noted,
    PlaceChanged,
    WhereIsIt,
    YouAreWelcome,
)
from notifications.notice import Notice

__all__ = [
    "NAMING_A_WINDOW", "NOTICES", "Answer", "ApologyGoodwill", "AtPickupPoint", "BackOnTime",
    "BookingConfirmed", "Cancelled", "ConfirmCancel", "ConfirmPlace", "ConfirmTime",
    "Delayed", "Delivered", "EveningBefore", "FeedbackAsked", "FeedbackThanked", "HandedOver",
    "Missed", "MovedEarlier", "NewTimeNeeded", "NotUnderstood", "Noted", "OnTheWay", "OptedOut",
    "PickupReminder",
    "PlaceChanged", "Rescheduled", "ReturnBooked", "SlotGone", "TakenOver", "ThankYou",
    "WhatWeFixed", "WhereIsIt", "WhichDelivery", "WhichPlace", "WhichTime", "YouAreWelcome",
]  # fmt: skip

#: All of them, by name.
NOTICES: dict[str, type[Notice]] = {
    each.name: each
    for each in (
        BookingConfirmed, EveningBefore, OnTheWay, Delayed, MovedEarlier, BackOnTime,
        NewTimeNeeded, Delivered, Missed, AtPickupPoint, PickupReminder, Rescheduled, Cancelled,
        SlotGone, WhichTime, NotUnderstood, HandedOver, TakenOver, Answer, ReturnBooked,
        FeedbackAsked, ThankYou, ApologyGoodwill, WhatWeFixed, OptedOut,
        ConfirmTime, ConfirmCancel, ConfirmPlace, WhichDelivery, WhichPlace, PlaceChanged,
        WhereIsIt, Noted, YouAreWelcome, FeedbackThanked,
    )
}  # fmt: skip

#: Notices that name the promised window: a newer one replaces those that have not left.
NAMING_A_WINDOW = (
    BookingConfirmed.name, EveningBefore.name, Delayed.name, MovedEarlier.name, BackOnTime.name,
    OnTheWay.name, Rescheduled.name, SlotGone.name, WhichTime.name, NotUnderstood.name,
    Missed.name, NewTimeNeeded.name, ConfirmTime.name, ConfirmCancel.name, ConfirmPlace.name,
    WhichDelivery.name, WhereIsIt.name, PlaceChanged.name,
)  # fmt: skip
