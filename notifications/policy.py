"""What the shop allows itself towards people: when they sleep and how much is too much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from notifications.elsewhere import SayElsewhere
from notifications.quiet import Quiet

#: Messages of one person and day that are neither answers nor urgent.
PER_DAY = 5


@dataclass(frozen=True)
class Policy:
    """Handed to `outbox.post` by whoever knows the settings."""

    quiet: Quiet | None = None
    #: The shop's, for readers whose own is not known.
    zone: tzinfo = UTC
    per_day: int = PER_DAY
    #: What is held back here is said there, where there is another channel.
    say_elsewhere: SayElsewhere | None = None
