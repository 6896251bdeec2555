"""The inbox over real HTTP: whose turn it is, what one click does, what is refused and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from delivery.house import House
from delivery.store import bookings, conversations, examples, staff
from delivery.store.tables_talks import desk_action
from notifications import inbox as replies
from notifications import outbox
from notifications.tables import task
from tests.loopback import RunningServer
from tests.times import NOW, SettableClock
from tests.together import at_once
from tests.web.browsing import PASSWORD, Browser, Form, Page, at_door

ONE_DATABASE = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def desk(server: RunningServer, house: House) -> Iterator[Browser]:
    with house.database.write() as conn:
        staff.add(conn, "sanna", "Sanna Virtanen", PASSWORD, now=NOW)
    with Browser(server.url) as browser:
        browser.log_in(house)
        yield browser


def waiting(server: RunningServer, house: House, number: int = 1, minutes: int = 60) -> str:
    """Somebody at their door with a question; the reference."""
    with Browser(server.url, "fi") as shopper:
        options = shopper.ask_options(phone=f"+3584000000{number:02}")
        form = options.form("/hold")
        held = shopper.send(form, form.choices[at_door(options)])
        done = shopper.send(next(each for each in held.forms if "/extend" not in each.action))
    reference = done.url.rpartition("/")[2]
    with house.database.write() as conn:
        replies.keep_reply(
            conn, provider_id=f"SM{number:032}", sender="+358400000001",
            recipient="+358401000000", body="perjantaina 12-16", now=LATER,
        )  # fmt: skip
        kept = replies.next_waiting(conn)
        assert kept
        replies.settle(conn, kept.id, state=replies.WITH_PERSON, about=reference, now=LATER)
        conversations.hand_to_person(conn, bookings.get(conn, reference), now=LATER,
                                     answer_by=NOW + timedelta(minutes=minutes))  # fmt: skip
    return reference


def press(desk: Browser, page: Page, what: str, **filled: str) -> Page:
    return desk.send(page.form(f"/{what}"), **filled)


def count(house: House, kind: str) -> int:
    with house.database.read() as conn:
        found = conn.scalar(select(func.count()).where(desk_action.c.kind == kind))
    return int(found or 0)


def test_one_conversation_from_claim_to_close(
    desk: Browser, server: RunningServer, house: House, clock: SettableClock
) -> None:
    reference = waiting(server, house)
    clock.forward(minutes=10)
    page = desk.open(f"/ops/conversations/{reference}")
    assert "Answer by 13:00" in page.text
    page = press(desk, page, "claim")
    assert "Mikko took it, 12:10" in page.text
    assert "yours" in desk.open("/ops/conversations").text
    assert reference in desk.open("/ops/conversations?whose=mine").html
    page = press(desk, page, "note", note="Ovikoodi ei toimi <b>")
    assert "Ovikoodi ei toimi &lt;b&gt;" in page.html
    filled = desk.open(f"/ops/conversations/{reference}?canned=sorry_late")
    draft = filled.html.partition('id="text"')[2].partition("</textarea>")[0].partition(">")[2]
    assert len(draft) > 20
    with house.database.read() as conn:
        assert not any("Ovikoodi" in each["body"] for each in outbox.history(conn, reference))
    clock.forward(minutes=5)
    page = desk.send(_offering(page), text="Olen pahoillani.")
    assert "Mikko offered three times" in page.text
    with house.database.read() as conn:
        last = outbox.history(conn, reference)[-1]["body"]
        talk = conversations.of(conn, reference)
    assert "Olen pahoillani." in last
    assert "3 " in last
    assert talk
    assert (talk.state, len(talk.menu)) != (conversations.WAITING, 0)
    page = press(desk, page, "call")
    assert "Mikko asked for a call back" in page.text
    with house.database.read() as conn:
        assert conn.scalar(select(task.c.about).where(task.c.kind == "call_back")) == reference
    page = press(desk, page, "assign", to="sanna")
    assert "Mikko handed it over to Sanna" in page.text
    assert "Take over from Sanna" in page.text
    assert press(desk, page, "close").url.endswith("/ops/conversations")
    figures = desk.open("/ops/conversations/figures?days=7").text
    assert "Mikko Rantanen 1 14 min 14 min 100 %" in figures


def _offering(page: Page) -> Form:
    """The answer's form, sent by its other button."""
    form = page.form("/answer")
    form.action = form.action.removesuffix("/answer") + "/offer"
    return form


def test_what_is_given_is_given_once_and_within_the_limit(
    desk: Browser, server: RunningServer, house: House
) -> None:
    reference = waiting(server, house)
    page = desk.open(f"/ops/conversations/{reference}")
    refund, goodwill = page.form("/refund"), page.form("/goodwill")
    at_once([lambda: desk.send(refund)] * 4)
    again = desk.send(refund)
    assert again.status == 200
    assert "The fee was given back." in again.text
    assert count(house, "refunded") == 1
    for amount, said in (("10.01", "over your limit: €10.00 is left"), ("0", "Write an amount"),
                         ("x", "Write an amount"), ("1,234", "Write an amount")):  # fmt: skip
        refused = desk.send(goodwill, amount=amount, why="sorry")
        assert said in refused.text
        assert refused.form("/goodwill").fields["amount"] == amount
        assert refused.status in (409, 422)
    for _ in range(2):
        assert "Mikko gave €7.50" in desk.send(goodwill, amount="7,50").text
    assert count(house, "goodwill") == 1
    with house.database.read() as conn:
        charges = bookings.get(conn, reference).charges
    assert [each["code"] for each in charges] == ["refund", "goodwill"]


def test_who_comes_second_is_told_who_was_first(
    desk: Browser, server: RunningServer, house: House
) -> None:
    reference = waiting(server, house)
    with Browser(server.url) as other:
        other.send(other.open("/ops/login").form("/ops/login"), login="sanna", password=PASSWORD)
        mine, theirs = (each.open(f"/ops/conversations/{reference}") for each in (desk, other))
        press(other, theirs, "claim")
    late = press(desk, mine, "claim")
    assert late.status == 409
    assert "Sanna Virtanen took it a moment ago." in late.text
    page = press(desk, late, "assign", to="mikko")
    with house.database.read() as conn:
        talk = conversations.of(conn, reference)
    assert talk
    assert talk.assignee == "mikko"
    assert "Mikko gave it to Mikko" in page.text


@ONE_DATABASE
def test_the_most_urgent_is_first_and_looks_so(
    desk: Browser, server: RunningServer, house: House, clock: SettableClock
) -> None:
    calm, near, over = (
        waiting(server, house, number, left) for number, left in ((1, 60), (2, 30), (3, 10))
    )
    clock.forward(minutes=20)
    html = desk.open("/ops/conversations").html
    assert html.index(over) < html.index(near) < html.index(calm)
    for kind, said in (("bad", "was due 12:10"), ("late", "by 12:30"), ("mute", "by 13:00")):
        assert f'<span class="xs nb {kind}">{said}</span>' in html


def test_a_correction_waits_until_somebody_decides(
    desk: Browser, server: RunningServer, house: House
) -> None:
    reference = waiting(server, house)
    page = desk.open(f"/ops/conversations/{reference}")
    assert "Read as: another time, Fri 13 March, 12:00–16:00" in page.text
    form = page.form("/correct")
    refused = desk.send(form, intent="choose", said="perjantaina")
    assert refused.status == 422
    assert "<details open>" in refused.html
    assert ">perjantaina</textarea>" in refused.html
    assert desk.send(form, reply="99999", said="x").status == 404
    typed = {"date": "", "from": "", "to": "", "said": "Virtaselle"}
    said = desk.send(form, intent="relocate/neighbour", **typed)
    assert "Mikko said what was meant" in said.text
    decided = desk.open("/ops/examples")
    assert "to a neighbour" in decided.text
    assert "still misread" in decided.text
    approve = decided.form("/approve")
    assert "Nothing to decide" in desk.send(approve).text
    assert desk.send(approve).status == 409
    with house.database.read() as conn:
        [kept] = examples.of_state(conn, examples.APPROVED)
    assert (kept.text, kept.meant["target"]) == ("Virtaselle", "neighbour")


@ONE_DATABASE
def test_the_desk_speaks_four_languages(desk: Browser, server: RunningServer, house: House) -> None:
    reference = waiting(server, house)
    for lang, words in (("sv", "Gör det bra igen"), ("el", "Διορθώστε το"), ("fi", "Hyvitä")):
        assert words in desk.open(f"/ops/conversations/{reference}?lang={lang}").text
        for path in ("", "/figures", f"/{reference}"):
            page = desk.open(f"/ops/conversations{path}")
            assert page.lang == lang
            assert "onversation" not in page.text


@ONE_DATABASE
def test_the_list_comes_anew_when_it_changes(
    desk: Browser, server: RunningServer, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.web.ops_conversations.EVERY_SECONDS", 0.05)
    reference = waiting(server, house)
    address = f"{server.url}/ops/conversations/events?open={reference}"
    with desk.http.get(address, stream=True, timeout=20) as stream:
        lines = stream.iter_lines(decode_unicode=True, chunk_size=1)
        names = [next(each for each in lines if each.startswith("event: ")) for _ in range(2)]
        assert names == ["event: list", "event: thread"]
        other = waiting(server, house, 2)
        assert next(each for each in lines if each.startswith("event: ")) == "event: list"
        assert any(other in each for _, each in zip(range(5), lines, strict=False))
    assert desk.http.get(address + "nobody", timeout=20).status_code == 404
