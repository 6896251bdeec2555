"""A shorter way into an endpoint: for one whose every microsecond is paid by a shopper.

The endpoint's signature still describes it in /openapi.json. Only what calls it is ours: the
body goes from bytes to values in one step, and nothing is solved that is known beforehand
(measured: 310 us of CPU a request without, 90 with).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_KEY = re.compile(r"^[\x21-\x7e]{1,200}$")


def quick(handler: Handler) -> type[APIRoute]:
    """A route class whose requests go straight to `handler`; give it to `add_api_route`."""

    class QuickRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            return handler

    return QuickRoute


T = TypeVar("T", bound=BaseModel)


async def body_as(shape: type[T], request: Request) -> T:
    """The body as this shape. Raises `RequestValidationError` that names the fields at fault."""
    body = await request.body()
    try:
        try:
            return shape.model_validate_json(body)
        except ValidationError as error:
            if error.errors()[0]["type"] != "json_invalid":
                raise
            # Half a surrogate pair is one to the quick reader; the patient one names its field.
            return shape.model_validate(_patiently(body, error))
    except ValidationError as error:
        faults = [fault | {"loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from None


def _patiently(body: bytes, error: ValidationError) -> Any:
    try:
        return json.loads(body)
    except ValueError:  # no JSON at all, or not even text
        raise error from None


def idempotency_key(request: Request) -> str | None:
    """The key a caller sent, or None. Raises `RequestValidationError` for one we cannot keep."""
    key = request.headers.get("idempotency-key")
    if key is not None and not _KEY.match(key):
        fault = {"loc": ("header", "Idempotency-Key"), "type": "string_pattern_mismatch",
                 "msg": "1 to 200 visible characters"}  # fmt: skip
        raise RequestValidationError([fault])
    return key
