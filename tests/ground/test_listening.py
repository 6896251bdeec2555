"""Whoever starts a server that cannot listen is told so, before anything else is said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.cli.serve import why_not
from tests.conftest import settings_for
from tests.postgres import free_port

ROOT = Path(__file__).parents[2]


def _why_not(port: int, host: str = "127.0.0.1") -> str | None:
    server = {"secret": "a secret of the tests, long enough", "host": host, "port": port}
    return why_not(settings_for("sqlite://", server=server), public=True)


def test_a_free_port_is_no_hindrance() -> None:
    assert _why_not(free_port()) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_that_is_taken_is_named_with_the_way_out(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        why = _why_not(port, host)
    assert why is not None
    assert f"Port {port} of {host} is taken" in why
    assert "PERILLE_SERVER__PORT" in why
    # Closed, it is free again.
    assert _why_not(port) is None


def test_a_newcomer_is_not_greeted_by_a_server_that_cannot_run(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = subprocess.run(
            [sys.executable, "-m", "delivery", "dev"], cwd=tmp_path, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PERILLE_SERVER__PORT": port}, timeout=60,
            check=False,
        )  # fmt: skip
    assert said.returncode == 1
    assert said.stdout.startswith(f"Port {port} of 127.0.0.1 is taken.")
    assert "running" not in said.stdout
