"""perille serve"""

from __future__ import annotations

import argparse
import errno
import ipaddress
import socket

import uvicorn

from delivery.app import build_app, build_house
from delivery.clock import system_clock
from delivery.house import House
from delivery.log import configure_logs
from delivery.preflight import look_in_background
from delivery.settings import Settings, load_settings
from delivery.web.guard import guarded


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--public", action="store_true", help="let the demo listen beyond this machine"
    )


def run(asked: argparse.Namespace) -> int:
    configure_logs()
    settings = load_settings()
    refused = why_not(settings, public=asked.public)
    if refused:
        print(refused)
        return 1
    server = web_server(build_house(settings))
    # Not at once: the address it looks at is this server's own.
    look_in_background(settings, system_clock, after=3.0)
    server.run()
    return 0


def why_not(settings: Settings, *, public: bool) -> str | None:
    """A sentence saying why these settings cannot be served, or None."""
    if not settings.server.secret.get_secret_value():
        return "PERILLE_SERVER__SECRET is not set; it signs the links customers get."
    if settings.demo.enabled and not public and not _loopback(settings.server.host):
        return f"The demo does not listen on {settings.server.host} without --public."
    return _cannot_listen(settings.server.host, settings.server.port)


def _cannot_listen(host: str, port: int) -> str | None:
    """Known before anything else begins: a server that greets and then ends helps nobody."""
    try:
        for kind, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            socket.create_server(address[:2], family=kind).close()
    except OSError as error:  # what else is wrong the server itself says
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {port} of {host} is taken. Stop what listens there, or set"
                " PERILLE_SERVER__PORT to another."
            )
    return None


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def web_server(house: House) -> uvicorn.Server:
    """uvicorn with our deadlines, around the house's application."""
    listens = house.settings.server
    config = uvicorn.Config(
        build_app(house),
        host=listens.host,
        port=listens.port,
        http=guarded(listens.header_seconds, listens.body_seconds),
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)
