"""Our server on a loopback port, in this process, and a small client for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests
import uvicorn

from delivery.app import build_app
from delivery.house import House


@dataclass(frozen=True)
class RunningServer:
    url: str
    house: House


class _Prompt(uvicorn.Server):
    """Says when it has started, and ends when it is told to: the real one looks at its clock."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._told = asyncio.Event()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._told.set)

    async def startup(self, sockets: Any = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: Any = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0.001)
        await self._wait_tasks_to_complete()
        await self.lifespan.shutdown()


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Any ASGI application under real uvicorn; its address."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="critical", access_log=False,
        # Its own would configure all logging anew: while another thread logs, both hang.
        log_config=None,
        timeout_keep_alive=120,  # a busy test comes back late
    )  # fmt: skip
    server = _Prompt(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.ready.wait(30), "the server took too long to start"
    assert server.started, "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()
        thread.join(timeout=10)


@contextmanager
def serving(house: House) -> Iterator[RunningServer]:
    with running(build_app(house)) as url:
        yield RunningServer(url, house)


class Api:
    """Asks our server as a shop ("shop"), as staff ("staff") or as nobody (None)."""

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self.url = url
        self._keys = keys
        self._http = requests.Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._http.close()

    def ask(
        self, method: str, path: str, key: str | None = "shop", **more: Any
    ) -> requests.Response:
        headers = dict(more.pop("headers", None) or {})
        if key is not None:
            headers["Authorization"] = f"Bearer {self._keys[key]}"
        more.setdefault("allow_redirects", False)
        return self._http.request(method, self.url + path, headers=headers, timeout=30, **more)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return self.ask("POST", path, json=json, **more)

    def put(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return self.ask("PUT", path, json=json, **more)

    def delete(self, path: str, **more: Any) -> requests.Response:
        return self.ask("DELETE", path, **more)
