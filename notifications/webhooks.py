"""Where the provider posts replies and receipts: checked, kept, answered. The work comes after."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from notifications.clocks import Clock
from notifications.consequences import SayElsewhere
from notifications.heard import keep_heard
from notifications.providers.base import Form, Hearing, Unreadable
from notifications.receipts import keep_receipt
from notifications.transactions import Transactions

Read = TypeVar("Read")

SIGNATURE = "X-Twilio-Signature"
_EMPTY_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
_ATTEMPT = re.compile(r"[0-9a-f-]{1,32}")
_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 200


def router(
    transactions: Transactions,
    provider: Hearing,
    clock: Clock,
    on_reply: Callable[[], object] | None = None,
    fallback: SayElsewhere | None = None,
) -> APIRouter:
    """POST /sms/replies and POST /sms/receipts/{attempt}.

    What is not signed by the provider for exactly this address changes nothing. `on_reply` is
    called once a new reply has been kept; `fallback` says elsewhere what a receipt says failed.
    """
    routes = APIRouter(include_in_schema=False)

    def keep_one_reply(form: Form) -> None:
        reply = _read(provider.read_reply, form)
        with transactions.write() as conn:
            new = keep_heard(conn, reply, now=clock(), fallback=fallback)
        if new and on_reply is not None:
            on_reply()

    def keep_one_receipt(attempt: str, form: Form) -> None:
        news = _read(provider.read_receipt, form)
        # One for an attempt we do not know is acknowledged too: asking again helps nobody.
        if _ATTEMPT.fullmatch(attempt):
            with transactions.write() as conn:
                keep_receipt(conn, attempt, news, now=clock(), fallback=fallback)

    @routes.post("/sms/replies")
    async def take_reply(request: Request) -> Response:
        await run_in_threadpool(keep_one_reply, await _signed(request, provider))
        return Response(_EMPTY_TWIML, media_type="text/xml")

    @routes.post("/sms/receipts/{attempt}")
    async def take_receipt(request: Request, attempt: str) -> Response:
        await run_in_threadpool(keep_one_receipt, attempt, await _signed(request, provider))
        return Response(status_code=204)

    return routes


async def _signed(request: Request, provider: Hearing) -> Form:
    signature = request.headers.get(SIGNATURE)
    if not signature:  # the validator would raise
        raise _forged()
    form = await _form(request)
    if not provider.check_signature(_path(request), form, signature):
        raise _forged()
    return form


def _read(read: Callable[[Form], Read], form: Form) -> Read:
    try:
        return read(form)
    except Unreadable as field:
        raise HTTPException(422, f"This cannot be read: {field}.") from None


def _forged() -> HTTPException:
    return HTTPException(403, "This was not signed by the provider for this address.")


async def _form(request: Request) -> Form:
    """The form's fields in order, repeated ones too. Twilio sends nothing but plain forms."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise HTTPException(413, "This is longer than any reply or receipt.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "Only forms are read here.")
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict",
            max_num_fields=_MOST_FIELDS,
        )  # fmt: skip
    except ValueError:  # broken bytes or far too many fields
        raise HTTPException(400, "This form cannot be read.") from None


def _path(request: Request) -> str:
    """Path and query exactly as they came: that is what was signed."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope.get("query_string") or b""
    return raw.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
