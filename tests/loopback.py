"""Our server on a loopback port, in this process, and a small client for it."""

from __future__ import annotations

import threading
import time
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


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Any ASGI application under real uvicorn; its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < until, "the server took too long to start"
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
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
