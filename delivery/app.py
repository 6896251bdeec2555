"""Assembly: from settings to a house, from a house to the application that answers HTTP."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import DatabaseError

from delivery.assets import asset
from delivery.clock import Clock, system_clock
from delivery.flows.quote_desk import QuoteDesk
from delivery.house import House
from delivery.metrics import Metrics
from delivery.senders import build_fallback, build_hearing
from delivery.settings import Settings, working_hours_of
from delivery.store.catalogue.catalogues import Catalogues, NoCatalogue
from delivery.store.engine import Database, engine_for
from delivery.store.layouts import Layouts
from delivery.store.track_records import Records
from delivery.web import (
    bookings,
    broadcasts,
    carrier_webhooks,
    customers,
    demo,
    demo_phone,
    explain,
    health,
    holds,
    login,
    my,
    my_places,
    ops,
    ops_answers,
    ops_broadcasts,
    ops_conversations,
    ops_examples,
    ops_notices,
    ops_talk_work,
    ops_tasks,
    quotes,
    staff,
    unsubscribe,
)
from delivery.web.description import describe
from delivery.web.guard import BodyLimit
from delivery.web.headers import add_page_rules
from delivery.web.observed import Observed
from delivery.web.problems import add_problems
from delivery.web.quick_lane import QuickLane
from delivery.words import Words
from notifications import webhooks
from notifications.notice import Texts


def build_house(settings: Settings, clock: Clock = system_clock) -> House:
    """Everything that stands behind the doors; nothing is started by it.

    Raises `ValueError` where nobody at the desk will work: then no deadline could be kept.
    """
    if not working_hours_of(settings).is_ever_open(clock()):
        raise ValueError("desk.hours: nobody works within a year")
    database = Database(engine_for(settings.database.url))
    return House(
        settings=settings,
        database=database,
        clock=clock,
        catalogues=Catalogues(database),
        layouts=Layouts(database),
        records=Records(database),
        words=Words(asset("templates/words")),
        texts=Texts(asset("templates/notices")),
    )


ROOMS = (
    quotes,
    holds,
    bookings,
    customers,
    carrier_webhooks,
    staff,
    broadcasts,
    explain,
    my,
    my_places,
    ops,
    ops_answers,
    ops_broadcasts,
    ops_conversations,
    ops_examples,
    ops_notices,
    ops_talk_work,
    ops_tasks,
    unsubscribe,
    login,
    health,
)
DEMO = (demo, demo_phone)

#: Threads that answer requests: as many as there are connections to the database for them.
THREADS = 16


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    await anyio.to_thread.run_sync(_warm, app.state.house)
    with app.state.house.catalogues.kept_fresh():
        yield
    await anyio.to_thread.run_sync(app.state.quote_desk.close)


def _calm_collector() -> None:
    """Look for cycles seldom: hardly anything of ours makes them, and a catalogue is big.

    By default a quote alone starts three looks, and every hundredth walks through all there is.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _warm(house: House) -> None:
    """Read the catalogue before the first shopper waits for it, if there is one yet."""
    with suppress(DatabaseError, NoCatalogue):
        house.catalogues.current()


def build_app(house: House) -> FastAPI:
    """The HTTP side of a house."""
    app = FastAPI(
        title="Perille", version="0.1.0", docs_url=None, redoc_url=None, lifespan=_running
    )
    app.state.house = house
    app.state.quote_desk = QuoteDesk(house)
    app.state.metrics = Metrics(house.database, house.clock)
    add_problems(app)
    for room in ROOMS + (DEMO if house.settings.demo.enabled else ()):
        _add(app, room.router)
    hearing = build_hearing(house.settings)
    fallback = build_fallback(house)
    _add(app, webhooks.router(house.database, hearing, house.clock, fallback=fallback))
    describe(app)
    app.add_middleware(QuickLane, lanes=quotes.LANES)
    add_page_rules(app)
    app.add_middleware(BodyLimit, limit=house.settings.server.max_body_bytes)
    app.add_middleware(Observed, metrics=app.state.metrics)
    return app


def _add(app: FastAPI, router: APIRouter) -> None:
    # Not `include_router`: that asks router by router, and a request of the last one has paid
    # 300 us by then. A flat list is asked in a tenth of it.
    app.router.routes.extend(router.routes)
