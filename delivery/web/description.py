"""/openapi.json as it is true: every operation may also answer with a problem document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is for programs; `errors` point at the fields at fault.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

MEANINGS = {
    "400": "It cannot be read.",
    "401": "Who are you?",
    "403": "Not yours.",
    "404": "There is nothing under this name.",
    "405": "Not this way.",
    "409": "Refused by the facts; `code` says which.",
    "410": "Too late.",
    "413": "Too big.",
    "422": "Not valid; `errors` say where.",
    "503": "Busy; try again after `Retry-After` seconds.",
}

_ANSWERS = {
    status: {
        "description": meaning,
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for status, meaning in MEANINGS.items()
}


def describe(app: FastAPI) -> None:
    """Let `app` describe itself with its problem documents, instead of FastAPI's own errors."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in schema["paths"].values():
        for operation in path.values():
            operation["responses"] |= _ANSWERS
    return schema
