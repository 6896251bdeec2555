"""Holds for the shop's checkout: a place kept while the customer pays."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from pydantic import StringConstraints

from delivery.flows import checkout
from delivery.rules.holds import Hold
from delivery.store import holds
from delivery.web.deps import Now, TheHouse
from delivery.web.keys import ShopKey
from delivery.web.once import IdempotencyKey, answered, digest_of, once
from delivery.web.shapes import Id, PathId, Shape

router = APIRouter(prefix="/v1/holds", tags=["holds"])

OptionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,120}$")]


class HoldShape(Shape):
    quote: Id
    option: OptionId
    #: Only what was chosen is learnt from.
    origin: Literal["chosen", "preselected", "fallback"] = "chosen"


def hold_json(hold: Hold, now: datetime) -> dict[str, Any]:
    """A hold in the contract's words."""
    zone = datetime.fromisoformat(hold.option["window"]["start"]).tzinfo
    return {
        "id": hold.id,
        "state": hold.state_at(now),
        "expires_at": hold.expires_at.astimezone(zone).isoformat(),
        "option": hold.option,
    }


@router.put("/{hold_id}", status_code=201)
def put_hold(hold_id: PathId, ask: HoldShape, house: TheHouse, _key: ShopKey, now: Now) -> Response:
    """Keep one place. The same again changes nothing; another option moves the hold there."""
    wanted = checkout.HoldAsk(ask.quote, ask.option, ask.origin)
    hold, is_new = checkout.hold_option(house, hold_id, wanted, now=now)
    return answered(hold_json(hold, now), 201 if is_new else 200)


@router.get("/{hold_id}")
def get_hold(hold_id: PathId, house: TheHouse, _key: ShopKey, now: Now) -> Response:
    with house.database.read() as conn:
        return answered(hold_json(holds.get(conn, hold_id), now))


@router.post("/{hold_id}/extend")
def extend_hold(
    hold_id: PathId, house: TheHouse, caller: ShopKey, now: Now, key: IdempotencyKey = None
) -> Response:
    """Keep it for the usual time from now, a few times at most."""
    return once(
        house, caller, key, digest_of(f"extend {hold_id}", None),
        lambda conn: hold_json(checkout.extend_hold(conn, house, hold_id, now=now), now), now=now,
    )  # fmt: skip


@router.delete("/{hold_id}", status_code=204)
def delete_hold(hold_id: PathId, house: TheHouse, _key: ShopKey, now: Now) -> Response:
    """Give the place back; again is harmless."""
    with house.database.write() as conn:
        checkout.release_hold(conn, hold_id, now=now)
    return Response(status_code=204)
