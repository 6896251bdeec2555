"""The long tests take as long as they take: the limit of the others is not theirs."""

from __future__ import annotations

import faulthandler

import pytest


@pytest.fixture(autouse=True)
def no_limit() -> None:
    faulthandler.cancel_dump_traceback_later()
