"""The product as anybody starts it, and a real Chromium beside it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import IO

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
START_SECONDS = 90
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                 if (found := shutil.which(name))), None)  # fmt: skip
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass(frozen=True)
class Running:
    """`perille dev`: where it is, and how to log in at the desk."""

    url: str
    login: str
    password: str


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The command that a newcomer runs, in an empty folder, on SQLite."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PERILLE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "delivery", "dev"], cwd=tmp_path_factory.mktemp("dev"),
        env=kept | {"PYTHONPATH": str(ROOT), "PERILLE_SERVER__PORT": str(port),
                    "PERILLE_QUIET_HOURS__START": "", "PERILLE_QUIET_HOURS__END": ""},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield _greeted(process.stdout)
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


def _greeted(out: IO[str]) -> Running:
    lines: Queue[str] = Queue()
    # Read to the end, so that the product never waits for a full pipe.
    threading.Thread(target=lambda: [lines.put(line) for line in out], daemon=True).start()
    until, said = time.monotonic() + START_SECONDS, ""
    while time.monotonic() < until:
        try:
            said += lines.get(timeout=1)
        except Empty:
            continue
        found = re.search(r"(http://\S+)/ops\s+log in as (\S+) / (\S+)", said)
        if found:
            return Running(*found.groups())
    raise AssertionError(f"perille dev did not greet us:\n{said}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one module: Playwright keeps an event loop running, and others want one of their own."""
    if CHROMIUM is None:
        if os.environ.get("PERILLE_TEST_ALL"):
            pytest.fail("there is no Chromium")
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=QUIET)
        yield browser
        browser.close()
