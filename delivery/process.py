"""What a process that sends asks of Python itself (figures: `perille bench send`)."""

from __future__ import annotations

import gc
import sys

#: Objects made and not let go of till the next look at the young ones; Python's own is 700.
_YOUNG = 20_000
#: A thread that waits for its turn to run gets it after this long; Python's own is 5 ms.
_TURN_SECONDS = 0.001


def prepare_to_send() -> None:
    """Call once, when everything is imported; for a process of its own, not for a library's user.

    Hundreds of calls are out at once. By its own rules the collector would walk over all of them,
    and over every module, many times a second: a third of the time of sending. And a thread that
    has heard from the database must not wait for the loop longer than its statement took.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 50)
    sys.setswitchinterval(_TURN_SECONDS)
