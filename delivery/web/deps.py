"""What an endpoint may ask for: the house, the moment, and who is calling."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from delivery.house import House


# `async`, though nothing is awaited: a plain `def` dependency costs a hop to another thread.
async def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


async def _now(request: Request) -> datetime:
    house: House = request.app.state.house
    return house.clock()


TheHouse = Annotated[House, Depends(_house)]
Now = Annotated[datetime, Depends(_now)]
