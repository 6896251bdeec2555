"""What the contract promises: one suite for every provider, each against a real peer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from notifications.providers.base import (
    Accepted,
    LookupFailed,
    OutcomeUnknown,
    Provider,
    SendLater,
    SendRefused,
)
from tests.notifications.conformance.file_drop import LONG_AGO
from tests.notifications.conformance.peers import (
    FolderPeer,
    Peer,
    mail_peer,
    twilio_peer,
    wall,
)

Made = TypeVar("Made")

UNICODE = "Hyvää päivää, Ångström! Καλημέρα Ευφροσύνη 👋 naïve Zoë Šárka 你好 שלום"


@pytest.fixture(params=["twilio", "smtp", "file drop"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    if request.param == "file drop":
        yield FolderPeer(tmp_path)
    else:
        with {"twilio": twilio_peer, "smtp": mail_peer}[request.param]() as made:
            yield made


def using(provider: Provider, work: Callable[[Provider], Awaitable[Made]]) -> Made:
    """Run it in a loop of its own, and let go of the connections."""

    async def run() -> Made:
        try:
            return await work(provider)
        finally:
            await provider.close()

    return asyncio.run(run())


def send(provider: Provider, to: str, body: str, **more: Any) -> Awaitable[Accepted]:
    given = {"attempt": "a1-1", "not_after": None, "now": wall(), "number": 1} | more
    return provider.send(to, body, **given)


def one(peer: Peer, body: str = "Hello", *, to: str = "", timeout: float = 5.0, **more: Any) -> Any:
    """One message; what came of it, an error as a value."""
    provider = peer.provider(timeout=timeout)

    async def work(provider: Provider) -> Any:
        try:
            return await send(provider, to or peer.address(), body, **more)
        except Exception as error:
            return error

    return using(provider, work)


def test_accepted(peer: Peer) -> None:
    made = one(peer)
    assert isinstance(made, Accepted)
    assert 0 < len(made.provider_id) <= 64
    assert made.state in ("sent", "delivered")
    assert peer.accepted() == [(peer.address(), "Hello")]


def test_refused_for_ever_says_why(peer: Peer) -> None:
    peer.trouble("refused")
    made = one(peer)
    assert isinstance(made, SendRefused)
    assert made.failure.kind == "bad_number"
    assert made.failure.words.endswith(".")
    assert peer.accepted() == []


def test_later_is_certainly_not_sent(peer: Peer) -> None:
    peer.trouble("later")
    made = one(peer)
    assert isinstance(made, SendLater)
    # Busy is not broken: nothing of this kind may open a breaker.
    assert made.failure is None or made.failure.kind == "wait"
    assert peer.accepted() == []
    assert isinstance(one(peer), Accepted)


def test_what_is_ours_to_mend_is_not_this_messages_fault(peer: Peer) -> None:
    peer.trouble("ours")
    made = one(peer)
    assert isinstance(made, SendLater)
    assert made.failure is not None
    assert made.failure.kind == "configuration"
    assert peer.accepted() == []


def test_nobody_there_is_later(peer: Peer) -> None:
    provider = peer.provider(down=True)

    async def work(provider: Provider) -> None:
        with pytest.raises(SendLater) as no:
            await send(provider, peer.address(), "Hello")
        assert no.value.failure is None

    using(provider, work)


@pytest.mark.parametrize("trouble", ["cut", "late"])
def test_no_answer_after_acceptance_is_unknown_within_the_deadline(
    peer: Peer, trouble: str
) -> None:
    peer.trouble(trouble, seconds=3)
    began = time.monotonic()
    made = one(peer, timeout=0.5)
    assert time.monotonic() - began < 2.5
    assert isinstance(made, OutcomeUnknown)
    assert peer.accepted() == [(peer.address(), "Hello")]  # once: never again by itself


def test_what_it_took_can_be_found_where_it_keeps_a_list(peer: Peer) -> None:
    async def work(provider: Provider) -> None:
        to = peer.address()
        made = await send(provider, to, UNICODE)
        await send(provider, to, "Another", attempt="a2-2", number=2)
        await send(provider, peer.address(1), UNICODE, attempt="a3-3", number=3)
        found = await provider.find(to, UNICODE, LONG_AGO)
        assert [each.provider_id for each in found] == ([made.provider_id] if peer.lists else [])
        assert await provider.find(to, UNICODE, wall() + timedelta(minutes=1)) == []
        assert await provider.find(to, "Never said", LONG_AGO) == []

    using(peer.provider(), work)


def test_what_became_of_it_can_be_fetched_where_it_says(peer: Peer) -> None:
    async def work(provider: Provider) -> None:
        made = await send(provider, peer.address(), "Hello")
        known = await provider.fetch(made.provider_id)
        assert (known is not None) == peer.lists
        assert known is None or known.provider_id == made.provider_id
        assert await provider.fetch("SM" + "0" * 32) is None

    using(peer.provider(), work)


def test_one_that_cannot_be_asked_says_so() -> None:
    async def work(provider: Provider) -> None:
        with pytest.raises(LookupFailed):
            await provider.find("+358401230000", "Hello", LONG_AGO)
        with pytest.raises(LookupFailed):
            await provider.fetch("SM" + "0" * 32)

    with twilio_peer() as peer:
        using(peer.provider(down=True, timeout=1), work)


@pytest.mark.parametrize("body", [UNICODE, "a\nb\n\nc", ".\n.leading dots\n..", "=20 &amp; %41"])
def test_words_arrive_as_they_were_written(peer: Peer, body: str) -> None:
    assert isinstance(one(peer, body), Accepted)
    assert peer.accepted() == [(peer.address(), body)]


def test_a_long_text_is_carried_whole_or_refused(peer: Peer) -> None:
    body = "Pitkä teksti. " * 715
    assert len(body) > 10_000
    made = one(peer, body.strip())
    if isinstance(made, Accepted):
        assert peer.accepted() == [(peer.address(), body.strip())]
    else:
        assert isinstance(made, SendRefused)
        assert made.failure.kind == "content"
        assert peer.accepted() == []


INJECTIONS = ["\r\nBcc: evil@example.com", "\nX-Evil: 1", "\r\n\r\nanother body", "\r\n.\r\nQUIT"]


@pytest.mark.parametrize("injected", INJECTIONS)
def test_nothing_in_a_message_makes_another_one(peer: Peer, injected: str) -> None:
    body = f"Hello{injected}"
    one(peer, body, parts={"subject": f"News{injected}", "sender_name": f"Mikko{injected}"})
    taken = peer.accepted()
    assert len(taken) == 1
    assert taken[0] == (peer.address(), body.replace("\r\n", "\n")) or taken[0][1] == body


@pytest.mark.parametrize("injected", INJECTIONS)
def test_nothing_in_an_address_makes_another_one(peer: Peer, injected: str) -> None:
    made = one(peer, to=f"{peer.address()}{injected}")
    assert isinstance(made, SendRefused)
    assert peer.accepted() == []


def test_sixty_four_at_once_arrive_once_each(peer: Peer) -> None:
    async def work(provider: Provider) -> list[Accepted]:
        return await asyncio.gather(*(
            send(provider, peer.address(each), f"Hello {each}", attempt=f"a-{each}", number=each)
            for each in range(64)
        ))  # fmt: skip

    made = using(peer.provider(timeout=20), work)
    assert len({each.provider_id for each in made}) == 64
    assert sorted(peer.accepted()) == sorted(
        (peer.address(each), f"Hello {each}") for each in range(64)
    )


def test_a_closed_provider_opens_again(peer: Peer) -> None:
    async def work(provider: Provider) -> None:
        await send(provider, peer.address(), "one")
        await provider.close()
        await send(provider, peer.address(), "two", attempt="a2-2", number=2)

    using(peer.provider(), work)
    assert [body for _, body in peer.accepted()] == ["one", "two"]
