"""One call to the provider, and which of four ways it ended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from notifications.channels import Channels
from notifications.claims import Call
from notifications.clocks import Clock
from notifications.message import LONGEST_ASKED, wait_before_retry
from notifications.outcomes import Outcome
from notifications.permission import Permission
from notifications.providers.base import OutcomeUnknown, SendLater, SendRefused

Step = Callable[[str], None]


async def made(
    call: Call, channels: Channels, *, permission: Permission, clock: Clock, on_step: Step
) -> Outcome:
    """Make it, once. Never raises; cancelled because its time is over, its outcome is unknown."""
    # It may have waited for its turn, or we were stopped for a while and others have it by now.
    if why := await _forbidden(call, permission):
        return Outcome(call, "later", why)
    on_step("calling")
    one = call.message
    try:
        accepted = await channels.send(
            one.to, one.body, attempt=call.attempt, not_after=one.not_after, now=clock(),
            message=one,
        )  # fmt: skip
    except SendRefused as no:
        return Outcome(call, "refused", no.code, opted_out=no.opted_out, failure=no.failure)
    except SendLater as no:
        wait = wait_before_retry(call.number, no.retry_after, random.random())
        # A breaker's time is not the provider's: others of our senders may go on.
        asked = (no.retry_after or 0.0) if no.failure is not None else 0.0
        hold = min(asked, LONGEST_ASKED.total_seconds())
        return Outcome(call, "later", no.code, wait=wait, failure=no.failure, hold_for=hold)
    except OutcomeUnknown as error:
        return Outcome(call, "unknown", error.code)
    except asyncio.CancelledError:
        return Outcome(call, "unknown", "deadline")
    except Exception as error:
        return Outcome(call, "unknown", type(error).__name__)
    return Outcome(
        call, "accepted", provider_id=accepted.provider_id, state=accepted.state,
        carried_by=accepted.sender or None,
    )  # fmt: skip


async def _forbidden(call: Call, permission: Permission) -> str | None:
    try:
        return None if await permission.holds(call) else "withdrawn"
    except (Exception, asyncio.CancelledError):  # whoever cannot be asked is not called
        return "not_fresh"
