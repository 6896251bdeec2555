"""Every no in one shape: RFC 9457 problem documents, with a pointer to the field at fault."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import OperationalError, TimeoutError
from starlette.exceptions import HTTPException

from delivery.rules.refusals import Refusal


def problem(status: int, code: str, detail: str, **extra: Any) -> Response:
    """An `application/problem+json` answer."""
    headers = extra.pop("headers", None) or {}
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **extra,
    }
    return Response(orjson.dumps(body), status, headers, "application/problem+json")


def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return problem(refusal.status, refusal.code, refusal.detail, **refusal.extra)


def _not_valid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem(400, "not_json", "The body cannot be read as JSON.")
    errors = [
        {"pointer": _pointer(each["loc"]), "detail": _printable(each["msg"])} for each in found
    ]
    return problem(422, "not_valid", "Some fields are not right.", errors=errors)


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer into the body; a parameter is named as /query/limit or /path/id."""
    steps = location[1:] if location and location[0] == "body" else location
    escaped = (_printable(str(step)).replace("~", "~0").replace("/", "~1") for step in steps)
    return "".join(f"/{step}" for step in escaped)


def _printable(text: str) -> str:
    # A key sent to us may hold half a surrogate pair, which no encoder takes.
    return text.encode("utf-8", "replace").decode("utf-8")


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_")
    return problem(error.status_code, code, str(error.detail or phrase), headers=error.headers)


def _busy(_request: Request, _error: Exception) -> Response:
    return problem(
        503, "busy", "The database is busy or away. Nothing was changed; try again.",
        headers={"Retry-After": "2"},
    )  # fmt: skip


def add_problems(app: FastAPI) -> None:
    """Answer every refusal, bad input and database outage of `app` as a problem document."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _busy)
    app.add_exception_handler(TimeoutError, _busy)
