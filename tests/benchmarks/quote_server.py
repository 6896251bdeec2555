"""The whole application, on a town or a country that is in its database already.

python -m tests.benchmarks.quote_server URL
"""

from __future__ import annotations

import os
import socket
import sys

import uvicorn

from delivery.app import build_app, build_house
from delivery.log import configure_logs
from tests.conftest import settings_for


def main() -> None:
    app = build_app(build_house(settings_for(sys.argv[1])))
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    # As in production, but nobody reads the log here.
    with open(os.devnull, "wb") as nowhere:
        configure_logs(nowhere)

        config = uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            timeout_keep_alive=600,
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
