"""A provider that takes everything: the bare minimum of HTTP, in a process of its own.

    python -m tests.benchmarks.sink [MILLISECONDS]

It answers at once, or each call after so long.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import sys

import uvloop

_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
_BODY = (
    b'{"account_sid": "AC00000000000000000000000000000000", "api_version": "2010-04-01",'
    b' "body": "Hi", "date_created": "Sun, 22 Nov 2026 10:00:00 +0000", "date_sent": null,'
    b' "date_updated": "Sun, 22 Nov 2026 10:00:00 +0000", "direction": "outbound-api",'
    b' "error_code": null, "error_message": null, "from": "+358401000000",'
    b' "messaging_service_sid": null, "num_media": "0", "num_segments": "1", "price": null,'
    b' "price_unit": "USD", "sid": "SM%032x", "status": "queued", "subresource_uris":'
    b' {"media": "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages/Media.json"},'
    b' "to": "+358401234567", "uri": "/2010-04-01/Accounts/AC0000/Messages/SM.json"}'
)
_ANSWER = (
    b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    % len(_BODY % 0)
) + _BODY
_SIDS = itertools.count(1)


class Sink(asyncio.Protocol):
    def __init__(self, seconds: float) -> None:
        self._read = b""
        self._seconds = seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while True:
            head, found, rest = self._read.partition(b"\r\n\r\n")
            if not found:
                return
            length = _LENGTH.search(head)
            size = int(length.group(1)) if length else 0
            if len(rest) < size:
                return
            self._read = rest[size:]
            answer = _ANSWER % next(_SIDS)
            if self._seconds:
                asyncio.get_running_loop().call_later(self._seconds, self._answer, answer)
            else:
                self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)  # type: ignore[attr-defined]


async def _serve(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(seconds), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.0))
