"""Logs say what happened and never to whom."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from delivery.log import configure_logs, what_broke
from tests.canaries import leaks


@pytest.fixture
def written() -> Iterator[io.BytesIO]:
    before = structlog.get_config()
    handlers = logging.getLogger().handlers[:]
    out = io.BytesIO()
    configure_logs(out)
    yield out
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers


def test_a_line_is_json_with_its_fields(written: io.BytesIO) -> None:
    structlog.get_logger().info("message sent", message=12, ms=3.5)
    line = json.loads(written.getvalue())
    assert (line["event"], line["message"], line["level"]) == ("message sent", 12, "info")


def test_other_libraries_lines_lose_their_values(written: io.BytesIO) -> None:
    logging.getLogger("carrier").warning("could not reach %s", "+358401234567")
    assert json.loads(written.getvalue())["event"] == "could not reach %s"


def test_an_error_is_named_but_not_quoted(written: io.BytesIO) -> None:
    try:
        raise LookupError("Aino Virtanen, +358401234567")
    except LookupError as error:
        structlog.get_logger().error("job broke", **what_broke(error))
        logging.getLogger("uvicorn.error").error("broke", exc_info=error)
    assert b"LookupError" in written.getvalue()
    assert not leaks(written.getvalue().decode())


@pytest.mark.parametrize(
    "line",
    [
        '{"to": "+358401234567"}',
        '{"name": "Aino"}',
        '{"text": "ovikoodi 1234"}',
        '{"mail": "a@b.fi"}',
        '{"text": "H\\u00e4meentie 5"}',
    ],
)
def test_the_canary_sings(line: str) -> None:
    """The known-bad twin of `nothing_leaks`: lines that say too much are found."""
    assert leaks(line) == [line]


def test_the_canary_is_quiet_about_ids_and_counts() -> None:
    assert not leaks(
        '{"event": "request", "route": "/v1/holds/{hold_id}", "ms": 2.1, "message": 1234567}'
    )
