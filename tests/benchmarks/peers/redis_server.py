"""A Redis of our own for the peers that need a broker: keeps what it acknowledged every second."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.postgres import free_port


def installed() -> bool:
    return shutil.which("redis-server") is not None


@contextmanager
def a_redis() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="perille-redis-") as folder:
        port = free_port()
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder,
                   "--appendonly", "yes", "--appendfsync", "everysec"]  # fmt: skip
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("Redis does not listen")
