"""Why a rule said no: a code for programs, a status for HTTP, a sentence for people."""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """Refused by the facts."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())
        #: Further members of the problem document, such as `alternatives`.
        self.extra = extra

    @property
    def detail(self) -> str:
        return str(self.args[0])


class NotValid(Refusal):
    """The request can be read but says something impossible."""

    code = "not_valid"
    status = 422

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail, errors=[{"pointer": pointer, "detail": detail}])


class NotFound(Refusal):
    """There is nothing under this name."""

    code = "not_found"
    status = 404


class SlotFull(Refusal):
    """Somebody else took the last place in this window."""

    code = "slot_full"


class AlreadyUsed(Refusal):
    """This id was used for something else before."""

    code = "already_used"


class HoldClosed(Refusal):
    """This hold is booked, released or expired."""

    code = "hold_closed"


class ExtensionLimit(Refusal):
    """The hold was extended as often as it can be."""

    code = "extension_limit"


class QuoteExpired(Refusal):
    """The quote is too old; ask for a new one."""

    code = "quote_expired"
    status = 410


class TooLate(Refusal):
    """The delivery can no longer be changed."""

    code = "too_late"
    status = 410


class FeeChanged(Refusal):
    """The fee is not the one that was agreed to."""

    code = "fee_changed"


class Outdated(Refusal):
    """Somebody changed this delivery a moment ago; look again."""

    code = "outdated"


class StillRunning(Refusal):
    """The first request with this key is still running; ask again in a moment."""

    code = "still_running"


class KeyUsedOtherwise(Refusal):
    """This idempotency key was used for another request."""

    code = "idempotency_key_reused"
    status = 422
