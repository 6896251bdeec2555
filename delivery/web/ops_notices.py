"""Every text we send, with sample data: how it reads, what it takes, and what makes it dear."""

from __future__ import annotations

import unicodedata
from functools import partial

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from delivery.house import House
from delivery.notices import NOTICES
from delivery.notices.samples import LOCALES, sample
from delivery.rules import phrases
from delivery.rules.money import Money
from delivery.rules.refusals import NotFound
from delivery.web.at_desk import AtDesk, frame_of
from delivery.web.deps import Now, TheHouse
from delivery.web.templating import language_for, say, show
from delivery.web.views_notices import Cost, NoticePage, NoticeRow, NoticesPage, Spoken
from delivery.web.visit import TheVisit
from notifications.text import segments

router = APIRouter(include_in_schema=False)

_LANGUAGES = {"en": "English", "fi": "Suomi", "sv": "Svenska", "el": "Ελληνικά"}


@router.get("/ops/notices")
def list_page(member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """Each notice and what it takes in each language."""
    lang = language_for(house, visit)
    with house.database.read() as conn:
        frame = frame_of(conn, house, member, "notices", now=now)
    rows = tuple(
        NoticeRow(name, _title(name), tuple(_cost_of(house, name, each, lang) for each in LOCALES))
        for name in NOTICES
    )
    price = house.settings.sms.price_minor
    key = "notices_priced" if price else "notices_unpriced"
    subtitle = say(house.words, lang, key, price=_price(house, 1, lang))
    languages = tuple(_LANGUAGES[each] for each in LOCALES)
    view = NoticesPage(desk=frame, subtitle=str(subtitle), languages=languages, rows=rows)
    return show(house, visit, view, lang, form=True)


@router.get("/ops/notices/{name}")
def notice_page(name: str, member: AtDesk, house: TheHouse, visit: TheVisit, now: Now) -> Response:
    """One notice in every language, as an SMS and as an e-mail."""
    if name not in NOTICES:
        raise NotFound("There is no such notice.")
    lang = language_for(house, visit)
    with house.database.read() as conn:
        frame = frame_of(conn, house, member, "notices", now=now)
    spoken = tuple(_spoken(house, name, each, lang) for each in LOCALES)
    return show(house, visit, NoticePage(desk=frame, title=_title(name), spoken=spoken), lang)


@router.get("/ops/notices/{name}/{locale}/email")
def email_page(name: str, locale: str, member: AtDesk, house: TheHouse) -> Response:
    """The e-mail as its reader sees it, under a policy that lets it do nothing."""
    if name not in NOTICES or locale not in LOCALES:
        raise NotFound("There is no such notice.")
    email = house.texts.email(sample(name, locale), locale)
    return HTMLResponse(email.html, headers={"Content-Language": locale})


def _spoken(house: House, name: str, locale: str, lang: str) -> Spoken:
    notice = sample(name, locale)
    email = house.texts.email(notice, locale)
    return Spoken(
        locale=locale,
        language=_LANGUAGES[locale],
        text=house.texts.render(notice, locale) if "sms" in notice.channels else "",
        cost=_cost_of(house, name, locale, lang),
        subject=email.subject,
        plain=email.text,
        email=f"/ops/notices/{name}/{locale}/email",
    )


def _cost_of(house: House, name: str, locale: str, lang: str) -> Cost | None:
    notice = sample(name, locale)
    if "sms" not in notice.channels:
        return None
    counted = segments(house.texts.render(notice, locale))
    speak = partial(say, house.words, lang)
    key = "notice_segment" if counted.count == 1 else "notice_segments"
    named = unicodedata.name(counted.costly, "") if counted.costly else ""
    return Cost(
        segments=str(speak(key, count=counted.count)),
        encoding=counted.encoding,
        costly=f"{counted.costly} {named}".strip(),
        price=_price(house, counted.count, lang) if house.settings.sms.price_minor else "",
    )


def _price(house: House, count: int, lang: str) -> str:
    amount = round(house.settings.sms.price_minor * count)
    return phrases.price(Money(amount, house.settings.shop.currency), lang)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
