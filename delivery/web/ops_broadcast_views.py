"""Broadcasts in words: their list, what will happen, how far they are, who has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from delivery.flows import broadcasts as flow
from delivery.house import House
from delivery.rules import phrases
from delivery.rules.broadcasts import (
    CANCELLED,
    DONE,
    DRAFT,
    MOVES,
    RUNNING,
    STARTING,
    Audience,
)
from delivery.rules.money import Money
from delivery.store import broadcast_progress
from delivery.store.broadcasts import Broadcast
from delivery.web.at_desk import local
from delivery.web.broadcast_shapes import masked_address
from delivery.web.static_files import address
from delivery.web.templating import say
from delivery.web.views_broadcasts import (
    BroadcastPage,
    BroadcastRow,
    Held,
    Live,
    PersonRow,
    SampleText,
)
from delivery.web.views_ops import DeskFrame, Figure
from notifications.phone import masked

SCRIPT = "broadcast.js"
#: Of those who have it so many are listed; all of them are at /v1/broadcasts/{id}/recipients.
GOT = 50
_KINDS = {"done": "good", "running": "late", "starting": "late", "paused": "bad"}
_PILLS = {"sent": "good", "delivered": "good", "failed": "bad", "queued": "late"}
_OVER = (DONE, CANCELLED)
_Say = Callable[..., Markup]


def rows(
    known: Sequence[Broadcast], house: House, lang: str, *, now: datetime
) -> tuple[BroadcastRow, ...]:
    """The list: what, when and how it stands."""
    speak = partial(say, house.words, lang)
    return tuple(
        BroadcastRow(
            each.id, _title(each, lang, speak), _when(each, house, lang, speak, now),
            each.shown["counts"]["recipients"], str(speak(f"bc_state_{each.state}")),
            _KINDS.get(each.state, ""),
        )
        for each in known
    )  # fmt: skip


def held(conn: Connection, house: House, lang: str) -> Held:
    """Whether everything is held, and what pressing the button does."""
    speak, told = partial(say, house.words, lang), flow.held(conn)
    counts = {"waiting": told["waiting"], "out": told["on_the_wire"]}
    if not told["stopped"]:
        return Held(False, str(speak("bc_panic_what", **counts)), str(speak("bc_panic_go")))
    by = str(told["by"])
    return Held(True, str(speak("bc_panic_on", by=by, **counts)), str(speak("bc_panic_end")))


def page(
    conn: Connection, house: House, known: Broadcast, frame: DeskFrame, lang: str, *,
    now: datetime,
) -> BroadcastPage:  # fmt: skip
    """One broadcast, as a draft with a button or as something that happens."""
    speak = partial(say, house.words, lang)
    shown, is_draft = known.shown, known.state == DRAFT
    told = shown["consequences"]["told"]
    key = "bc_send_one" if told == 1 else "bc_send"
    return BroadcastPage(
        desk=frame, id=known.id, title=_title(known, lang, speak),
        subtitle=_when(known, house, lang, speak, now),
        pill=str(speak(f"bc_state_{known.state}")), pill_kind=_KINDS.get(known.state, ""),
        is_draft=is_draft, people=str(speak("bc_people", count=told)),
        sums=_sums(shown["counts"], speak), total=(str(speak("bc_told")), str(told)),
        costs=_costs(shown, house, lang, speak, now), notes=_notes(shown, speak),
        samples=tuple(_sample(each, speak) for each in shown["samples"]),
        send=str(speak(key, count=told)),
        send_hint=str(speak("bc_send_hint",
                            seconds=round(house.settings.broadcasts.start_delay_seconds))),
        moves=_moves(known, speak),
        live=None if is_draft else live(conn, house, known, lang, now=now),
        events="" if is_draft or known.state in _OVER else f"/ops/broadcasts/{known.id}/events",
        script="" if is_draft or known.state in _OVER else address(SCRIPT),
        got=() if is_draft else _got(conn, known, speak),
    )  # fmt: skip


def live(conn: Connection, house: House, known: Broadcast, lang: str, *, now: datetime) -> Live:
    """How far it is: counted from its messages and recipients at this moment."""
    speak = partial(say, house.words, lang)
    states = broadcast_progress.messages_by_state(conn, known)
    people = broadcast_progress.recipients_by_state(conn, known)
    sent, done = states.get("sent", 0), states.get("delivered", 0)
    failed, unsure = states.get("failed", 0), states.get("unsure", 0)
    never = sum(states.get(each, 0) for each in ("suppressed", "expired", "replaced"))
    queued = states.get("queued", 0) + states.get("sending", 0)
    waiting = queued + people.get("pending", 0)
    settled = sent + done + failed + unsure + never
    whole = max(settled + waiting, 1)
    pieces, at = [], 0
    for kind, width in (("c-good", done + sent), ("c-bad", failed), ("c-late", unsure + never)):
        if width:
            pieces.append((kind, at, width))
            at += width
    figures = (
        Figure(str(speak("bc_waiting")), str(waiting), ""),
        Figure(str(speak("bc_sent")), str(sent), str(speak("bc_sent_more"))),
        Figure(str(speak("bc_delivered")), str(done), ""),
        Figure(str(speak("bc_failed")), str(failed), str(speak("bc_failed_more")), bool(failed)),
        Figure(str(speak("bc_unsure")), str(unsure), str(speak("bc_unsure_more"))),
        Figure(str(speak("bc_never")), str(never), str(speak("bc_never_more"))),
    )
    said = str(speak("bc_bar", done=done, sent=sent, failed=failed, waiting=waiting))
    note = known.why
    if known.state == CANCELLED:
        moved = broadcast_progress.promises_moved(conn, known)
        note = str(speak("bc_cancelled_note", moved=moved)) if moved else ""
    return Live(
        str(settled), str(speak("bc_of", count=settled + waiting)),
        _left(known, settled, waiting, speak, now), said, tuple(pieces), whole, figures, note,
    )  # fmt: skip


def _left(known: Broadcast, settled: int, waiting: int, speak: _Say, now: datetime) -> str:
    """How fast, and how long still; nothing where that cannot be said."""
    if known.state == STARTING and known.starts_at is not None:
        seconds = max(0, round((known.starts_at - now).total_seconds()))
        return str(speak("bc_starts_in", seconds=seconds))
    if known.state != RUNNING or known.started_at is None:
        return ""
    passed = (now - known.started_at).total_seconds()
    if not settled or passed < 1:
        return ""
    rate = settled / passed
    wait = waiting / rate
    key = "bc_left_seconds" if wait < 90 else "bc_left_minutes"
    left = round(wait if wait < 90 else wait / 60)
    return str(speak(key, rate=f"{rate:.0f}" if rate >= 1 else f"{rate:.1f}", left=left))


def _title(known: Broadcast, lang: str, speak: _Say) -> str:
    audience = Audience.from_json(known.audience)
    names = [phrases.day(audience.day, lang)] if audience.day else []
    for kind, values in audience.as_json().items():
        names += [str(each) for each in values[:3]] if kind != "day" else []
    whom = ", ".join(names[:4])
    return f"{speak(f'bc_notice_{known.notice}')}: {whom}"


def _when(known: Broadcast, house: House, lang: str, speak: _Say, now: datetime) -> str:
    at = local(house, known.confirmed_at or known.created_at)
    today = local(house, now).date()
    day = phrases.day(at.date(), lang, today=today)
    key = "bc_started" if known.confirmed_at else "bc_made"
    return str(speak(key, day=day, hour=phrases.clock_time(at, lang), by=known.by))


def _sums(counts: Mapping[str, int], speak: _Say) -> tuple[tuple[str, str], ...]:
    """From everybody to those told."""
    by_email = counts["email_instead"]
    lines = [("bc_recipients", str(counts["recipients"]))]
    lines += [(f"bc_{name}", f"−{counts[name]}" if counts[name] else "0")
              for name in ("already_told", "in_conversation", "no_phone", "opted_out")]  # fmt: skip
    lines += [("bc_email_instead", f"+{by_email}" if by_email else "0"),
              ("bc_asleep", str(counts["asleep"]))]  # fmt: skip
    return tuple((str(speak(key)), value) for key, value in lines)


def _costs(
    shown: Mapping[str, Any], house: House, lang: str, speak: _Say, now: datetime
) -> tuple[tuple[str, str], ...]:
    then = shown["consequences"]
    about = str(speak("bc_about")) + " " if then["is_estimate"] else ""
    last = local(house, datetime.fromisoformat(then["last_leaves_at"]))
    hour = phrases.clock_time(last, lang)
    if last.date() != local(house, now).date():
        hour = f"{phrases.day(last.date(), lang)} {hour}"
    price = phrases.price(Money(**shown["cost"]), lang)
    return (
        (str(speak("bc_segments")), f"{about}{shown['segments']}"),
        (str(speak("bc_cost")), f"{about}{price}"),
        (str(speak("bc_last")), hour),
    )


def _notes(shown: Mapping[str, Any], speak: _Say) -> tuple[str, ...]:
    then, notes = shown["consequences"], []
    if then["window_passed"]:
        notes.append(str(speak("bc_passed", count=then["window_passed"])))
    foreign = then["without_own_language"]
    if foreign:
        listed = ", ".join(f"{locale} {count}" for locale, count in foreign.items())
        notes.append(str(speak("bc_foreign", listed=listed)))
    return tuple(notes)


def _sample(each: Mapping[str, Any], speak: _Say) -> SampleText:
    under = f"{each['name'] or '–'}, {each['to']}, {each['locale']}, " + str(
        speak("bc_parts", count=each["segments"])
    )
    if each["costly"]:
        under += " " + str(speak("bc_costly", sign=each["costly"]))
    if each["costliest"]:
        under += " · " + str(speak("bc_costliest"))
    return SampleText(each["body"], under, each["locale"])


def _moves(known: Broadcast, speak: _Say) -> tuple[tuple[str, str, str], ...]:
    """What can be done now besides confirming."""
    kinds = {"pause": "", "resume": "go", "cancel": "stop"}
    can = MOVES[known.state]
    return tuple(
        (word, str(speak("bc_discard" if known.state == DRAFT else f"bc_{word}")), kind)
        for word, kind in kinds.items()
        if can.get(word, known.state) != known.state
    )


def _got(conn: Connection, known: Broadcast, speak: _Say) -> tuple[PersonRow, ...]:
    found = broadcast_progress.people(conn, known, after="", most=GOT)
    rows = []
    for each in found:
        to, state = each["recipient"] or "", each["message_state"] or each["state"]
        kind = {"sent": "good", "delivered": "good", "failed": "bad", "queued": "late"}.get(
            state, ""
        )
        word = f"bc_person_{state}"
        if each["state"] == "skipped":
            why = each["why"] or each["kind"]
            word = f"bc_skipped_{why}"
        rows.append(PersonRow(
            each["reference"], each["given_name"] or each["reference"],
            masked_address(to) if "@" in to else masked(to), str(speak(word)), kind,
        ))  # fmt: skip
    return tuple(rows)
