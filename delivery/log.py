"""One line of JSON for each request or turn: what, how long, how it ended. Never who.

Names, numbers and texts stay out: log ids, counts and types of errors only.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import IO, Any, BinaryIO

import orjson
import structlog


def configure_logs(out: BinaryIO | None = None) -> None:
    """Write our own lines, and other libraries' warnings without their arguments, to `out`."""
    stream = out or sys.stderr.buffer
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(stream),
        cache_logger_on_first_use=out is None,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Quiet(stream)], force=True)


def _dumps(value: Any, **_: Any) -> bytes:
    return orjson.dumps(value, default=repr)


class _Quiet(logging.Handler):
    """Other libraries' log lines: their format string, not the values that go into it."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        line = {"logger": record.name, "level": record.levelname.lower(), "event": str(record.msg)}
        if record.exc_info and record.exc_info[1]:
            line |= what_broke(record.exc_info[1])
        self._stream.write(orjson.dumps(line) + b"\n")
        self._stream.flush()


def what_broke(error: BaseException) -> dict[str, Any]:
    """An error's type and where it came from. Its text is left out: it may quote a customer."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
    return {"error": type(error).__name__, "at": places}
