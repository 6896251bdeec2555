"""Why a message failed, in classes that mean the same for every provider. Pure.

A provider's own codes stay in its file; what is done about a failure depends on its class alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "retry",  # trouble on the way: once or twice more while it is of use, then another channel
    "wait",  # too much at once: the same message later, as often as it takes
    "bad_number",  # no SMS will ever reach it: remembered, another channel, a task
    "consent",  # the person has told the provider to stop: remembered, never tried again
    "content",  # the words are not carried: never the same again
    "configuration",  # ours to mend: the breaker opens and the queue is held, nothing is lost
    "trial",  # an account that is not open for business yet
    "unknown",  # never seen before: not tried again, and shown
]

#: What is worth handing over again after a definite failure, and how often in all.
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """What a provider's code means. `words` are for operations, who know no codes."""

    code: str
    kind: Kind
    words: str
    #: The person may have it all the same: a second SMS would be a second copy.
    maybe_delivered: bool = False
    #: It holds for this recipient's country only; others may be sent to.
    one_route: bool = False


def unknown(code: str) -> Failure:
    """A code nobody has described: providers add them without notice."""
    words = f"The provider gave a reason that is new to us ({code}); look it up in its documents."
    return Failure(code, "unknown", words)


def may_go_again(failure: Failure, *, tries: int, elsewhere: bool) -> bool:
    """Whether the same words may be handed over to the same channel once more.

    `tries` that have failed so far; `elsewhere`: the person can be reached over another channel.
    """
    if failure.kind == "retry":
        return tries < MOST_TRIES and not (elsewhere and failure.maybe_delivered)
    if failure.kind == "configuration":
        # The rest of the world is sent to meanwhile, so nobody might look for days.
        return not (elsewhere and failure.one_route)
    return failure.kind == "wait"
