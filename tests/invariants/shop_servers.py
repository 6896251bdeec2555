"""The real command, served from processes of its own, so that it can be killed."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import requests

from delivery.store.engine import Database, engine_for
from delivery.store.seeds import seed
from tests.loopback import Api
from tests.postgres import free_port
from tests.ready import Ready

KEYS = {"shop": "test-shop-key", "staff": "test-staff-key"}
READY_SECONDS = 30


class Server:
    """`python -m delivery serve` on a port of its own; killed with -9 and started again."""

    def __init__(self, database_url: str, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {
            "PERILLE_DATABASE__URL": database_url,
            "PERILLE_SERVER__PORT": str(self.port),
            "PERILLE_SERVER__PUBLIC_URL": self.url,
            "PERILLE_SERVER__SECRET": "a secret of the tests, long enough",
            "PERILLE_SHOP_KEY": KEYS["shop"],
            "PERILLE_STAFF_KEY": KEYS["staff"],
            **{f"PERILLE_{name}": value for name, value in settings.items()},
        }
        self._process: Ready | None = None

    def start(self) -> None:
        """Run it, and come back once it answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        self._errors = tempfile.NamedTemporaryFile()  # noqa: SIM115  # closed by kill()
        self._process = Ready("delivery", "serve", env=self._environment, errors=self._errors)

    def wait(self) -> None:
        assert self._process is not None
        until = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None:
                self._errors.seek(0)
                raise AssertionError(self._errors.read().decode()[-2000:])
            assert time.monotonic() < until, "the server took too long"
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/v1/holds/x", timeout=5).status_code == 401
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        """kill -9: no goodbye."""
        assert self._process is not None
        self._process.kill()
        self._errors.close()

    def api(self) -> Api:
        return Api(self.url, KEYS)


@contextmanager
def running_servers(database_url: str, count: int, **settings: str) -> Iterator[list[Server]]:
    """So many servers over one database with the demo town as it is at this moment."""
    database = Database(engine_for(database_url))
    seed(database, now=datetime.now(UTC))
    database.close()
    servers = [Server(database_url, **settings) for _ in range(count)]
    try:
        for server in servers:
            server.launch()
        for server in servers:
            server.wait()
        yield servers
    finally:
        for server in servers:
            server.kill()
