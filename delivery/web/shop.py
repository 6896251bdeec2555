"""The shop's JSON API from the first hold to the last move."""

from __future__ import annotations

from fastapi import APIRouter

from delivery.web import bookings, holds

router = APIRouter()
router.include_router(holds.router)
router.include_router(bookings.router)
