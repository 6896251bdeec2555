"""The sender, the one asynchronous island: claim, write the attempt down, call, write down how it
ended. Database work runs in threads; no transaction ever waits on the network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog

from notifications import calling, pacing
from notifications.calling import Step
from notifications.channels import Channels, channels_of
from notifications.claims import Call, Claimed
from notifications.clocks import Clock
from notifications.consequences import SayElsewhere
from notifications.lookups import AFTER
from notifications.outcomes import Outcome
from notifications.paces import PACED, Paces, side_by_side
from notifications.permission import Permission
from notifications.providers.base import Provider
from notifications.recorder import Recorder
from notifications.rescue import rescue
from notifications.room import Room
from notifications.taking import Batch, Leaving, Taker
from notifications.transactions import Transactions
from notifications.turns import Turn, Turns

log = structlog.get_logger()

#: Opt-outs are asked for again before each of these.
SUB_BATCH = 128
#: No more are claimed at once; the rest stays free for other workers and for answers to people.
CLAIM = 512


class Sender:
    """Sends what is due over all channels, and rescues what was left behind.

    Any number of senders may work on one database; each needs a `name` of its own. `on_step` is
    told of each step: claimed, attempted, calling, answered, recorded.
    """

    def __init__(
        self, transactions: Transactions, provider: Channels | Provider, *,
        clock: Clock, name: str,
        lease_for: timedelta = timedelta(seconds=90),
        unsure_for: timedelta = timedelta(seconds=60),
        poll_for: timedelta = timedelta(seconds=0.5),
        call_for: timedelta = timedelta(seconds=45),
        in_flight: int = 64, segments_per_second: float = 0,
        look_up_after: timedelta = AFTER, fallback: SayElsewhere | None = None,
        on_step: Step = lambda step: None,
    ) -> None:  # fmt: skip
        self._transactions = transactions
        self._channels = channels_of(provider, transactions)
        self._clock = clock
        self._lease_for = lease_for
        self._unsure_for = unsure_for
        self._poll_for = poll_for
        # A call never outlives its lease: nobody else may touch the message meanwhile.
        self._call_seconds = min(call_for, lease_for * 0.8).total_seconds()
        # Half of the calls are out while the others are written down.
        self._part = max(1, min(SUB_BATCH, in_flight // 2))
        self._most = max(1, min(CLAIM, 2 * in_flight))
        self._room = Room(in_flight)
        self._paces = Paces(
            transactions, clock, self._channels, per_second=segments_per_second
        )  # fmt: skip
        self._on_step = on_step
        self._look_up_after = look_up_after
        self._fallback = fallback
        self._taker = Taker(
            transactions, self._channels, self._paces, clock=clock, name=name,
            lease_for=lease_for, fallback=fallback,
        )  # fmt: skip
        self._recorder = Recorder(
            transactions, clock=clock, unsure_for=unsure_for, on_step=on_step, fallback=fallback
        )
        #: Calls that are out, and until when.
        self._calls: dict[asyncio.Task[None], float] = {}
        self._watch: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False

    def wake(self) -> None:
        """Look at once, without waiting for the next poll; may be called from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended: nobody is there to wake
                self._loop.call_soon_threadsafe(self._woken.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Send and rescue until `stop` is set; calls that are out then are waited for."""
        self._loop = asyncio.get_running_loop()
        beside = [asyncio.create_task(each) for each in (self._rescue_all(), self._stop_on(stop))]
        try:
            while not stop.is_set():
                if not await self._guarded(self.feed):
                    await self._pause()
        finally:
            for each in beside:
                each.cancel()
            await self.settled()
            await asyncio.gather(*beside, return_exceptions=True)

    async def send_due(self) -> int:
        """Send all that is due now and write down how it went; how many calls were made."""
        begun = await self.feed()
        await self.settled()
        return begun

    async def rescue(self) -> int:
        """One turn over what was left behind; how many messages it moved on."""
        return await rescue(
            self._transactions, self._channels, clock=self._clock, unsure_for=self._unsure_for,
            look_up_after=self._look_up_after, fallback=self._fallback,
        )  # fmt: skip

    async def feed(self) -> int:
        """Begin the calls of all that is due, never more at once than allowed; how many."""
        self._taker.look_again()
        if self._paces.per_second:
            return await self._feed_in_turns()
        begun = 0
        while not self._stopping:
            # Claimed only as there is room for them, so that each is begun as it is claimed.
            room = await self._room.take(self._part)
            calls = 0
            try:
                leaving = await asyncio.to_thread(self._taker.leave, room)
                calls = len(leaving.calls)
            finally:
                self._room.give_back(room - calls)
            if not leaving.moved:
                break
            self._on_step("claimed")
            begun += await self._begin_calls(leaving, None)
        return begun

    async def _feed_in_turns(self) -> int:
        begun = 0
        while not self._stopping:
            batch = await asyncio.to_thread(self._taker.claim, self._most)
            if not batch.messages:
                break
            self._on_step("claimed")
            theirs = self._paces.split(batch.messages)
            begun += await side_by_side(theirs, partial(self._begin_in_turn, batch))
        return begun

    async def settled(self) -> None:
        """Wait until no call is out and every outcome is written down."""
        while self._calls:
            await asyncio.wait(list(self._calls))
        await self._recorder.settled()

    async def _begin_in_turn(
        self, batch: Batch, turns: Turns | None, claimed: list[Claimed]
    ) -> int:  # fmt: skip
        """Begin the calls of one of our senders, each part of them when its turn comes."""
        begun = 0
        per_second = turns.per_second if turns else 0
        for part in pacing.parts(claimed, self._part, per_second):
            turn = await turns.take(part) if turns else None
            begun += await self._begin_part(batch, part, turn)
        return begun

    async def _begin_part(self, batch: Batch, part: list[Claimed], turn: Turn | None) -> int:
        """Begin these calls, as many at once as there is room for; how many were begun."""
        begun = 0
        while part:
            # What has a pace leaves one after another, as its part was asked for.
            count = await self._room.take(len(part), whole=turn is not None)
            piece, part = part[:count], part[count:]
            begun += await self._begin_piece(batch, piece, turn)
        return begun

    async def _begin_piece(self, batch: Batch, piece: list[Claimed], turn: Turn | None) -> int:
        calls = 0
        try:
            old = time.monotonic() - batch.leased > self._lease_for.total_seconds() / 2
            if self._stopping or old:
                await asyncio.to_thread(self._taker.give_back, batch, piece)
                return 0
            leaving = await asyncio.to_thread(self._taker.begin, batch, piece)
            calls = len(leaving.calls)
        finally:
            self._room.give_back(len(piece) - calls)
        return await self._begin_calls(leaving, turn)

    async def _begin_calls(self, leaving: Leaving, turn: Turn | None) -> int:
        """Make these calls, for which there is room, from their turn on; how many they are."""
        calls, asked = leaving.calls, leaving.asked
        self._on_step("attempted")
        permission = Permission(self._transactions, self._clock, leaving.who, calls, asked=asked)
        already = await turn.begun_for() if turn else 0.0
        per_second = self._paces.per_second if turn else 0
        waits = pacing.waits(calls, per_second, already)
        for call, wait in zip(calls, waits, strict=True):
            task = asyncio.create_task(self._call(call, permission, wait))
            self._calls[task] = asked + wait + self._call_seconds
            task.add_done_callback(self._back)
        if self._watch is None and calls:
            self._watch = asyncio.create_task(self._end_overdue())
        return len(calls)

    def _back(self, task: asyncio.Task[None]) -> None:
        self._calls.pop(task, None)
        self._room.give_back()

    async def _call(self, call: Call, permission: Permission, wait: float) -> None:
        if wait:
            await asyncio.sleep(wait)
        turns = self._paces.of(call.message.to) if call.message.channel == PACED else None
        if turns is not None and (held := turns.held_for()):
            outcome = Outcome(call, "later", "sender_waits", wait=timedelta(seconds=held))
        else:
            outcome = await calling.made(
                call, self._channels, permission=permission, clock=self._clock,
                on_step=self._on_step,
            )  # fmt: skip
        self._on_step("answered")
        self._recorder.add(outcome)
        if outcome.kind == "later":
            self._taker.look_again()
        if outcome.hold_for and turns is not None:
            with suppress(Exception):  # others are told by the provider, too
                await turns.hold(outcome.hold_for)

    async def _end_overdue(self) -> None:
        """Give up on calls whose time is over, whatever the provider's own deadlines are."""
        # One look at all of them now and then: a timer for each would cost more than it does.
        try:
            while self._calls:
                await asyncio.sleep(min(1.0, self._call_seconds / 8))
                now = time.monotonic()
                for task in [task for task, until in self._calls.items() if until < now]:
                    task.cancel()
        finally:
            self._watch = None

    async def _rescue_all(self) -> None:
        every = min(self._lease_for, self._unsure_for).total_seconds() / 8
        while True:
            await self._guarded(self.rescue)
            await asyncio.sleep(min(max(every, 0.2), 5.0))

    async def _guarded(self, turn: Callable[[], Awaitable[int]]) -> int:
        """A turn that breaks is written down; the loop goes on."""
        try:
            return await turn()
        except Exception as error:
            log.error("sender broke", error=type(error).__name__)
            return 0

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_for.total_seconds()):
                await self._woken.wait()
        self._woken.clear()

    async def _stop_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stopping = True
        self._recorder.hurry()
        self._woken.set()
