"""The stylesheet and the one script, each under an address that changes with its content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "static"


@cache
def address(name: str) -> str:
    """Where browsers find a file of ours; a changed file has another address."""
    content = (FOLDER / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def add_static_files(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=FOLDER), name="static")
