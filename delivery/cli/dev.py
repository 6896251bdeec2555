"""perille dev"""

from __future__ import annotations

import argparse
import os
import socket
import threading

import uvicorn

from delivery.app import build_house
from delivery.cli.serve import arguments as arguments
from delivery.cli.serve import web_server, why_not
from delivery.clock import system_clock
from delivery.dev_secrets import DevSecrets, dev_secrets
from delivery.house import House
from delivery.log import configure_logs
from delivery.senders import build_channels
from delivery.settings import Settings, load_settings
from delivery.store import staff
from delivery.store.migrate import migrate
from delivery.store.seeds import seed
from delivery.worker import Worker, run_to_end
from notifications.stand_in import StandIn


def run(asked: argparse.Namespace) -> int:
    configure_logs()
    settings, secrets = _prepared()
    refused = why_not(settings, public=asked.public)
    if refused:
        print(refused)
        return 1
    house = build_house(settings)
    migrate(house.database)
    seed(house.database, now=house.clock(), once=True)
    _let_in(house, secrets)
    if settings.sms.provider == "stand_in":
        _start(_stand_in_server(settings))
    worker = Worker(house, build_channels(settings))
    working = threading.Thread(target=lambda: run_to_end(worker.run()), daemon=True)
    working.start()
    _greet(settings, secrets)
    web_server(house).run()
    worker.stop()
    working.join(timeout=10)
    return 0


def _prepared() -> tuple[Settings, DevSecrets]:
    """Settings with what `dev` makes itself: secrets, the demo, the stand-in's address."""
    secrets = dev_secrets(load_settings().database.url)
    for name, value in secrets.as_settings().items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PERILLE_DEMO__ENABLED", "true")
    settings = load_settings()
    if settings.sms.provider == "stand_in" and not settings.twilio.base_url:
        os.environ["PERILLE_TWILIO__BASE_URL"] = f"http://127.0.0.1:{_free_port()}"
        settings = load_settings()
    return settings, secrets


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _let_in(house: House, secrets: DevSecrets) -> None:
    with house.database.write() as conn:
        staff.add(conn, secrets.login, "Mikko Rantanen", secrets.password, now=house.clock())


def _stand_in_server(settings: Settings) -> uvicorn.Server:
    _, _, port = settings.twilio.base_url.rpartition(":")
    stand_in = StandIn(
        account_sid=settings.twilio.account_sid,
        auth_token=settings.twilio.auth_token.get_secret_value(),
        replies_url=f"{settings.server.public_url}/sms/replies",
        clock=system_clock,
    )
    return uvicorn.Server(
        uvicorn.Config(stand_in.app, host="127.0.0.1", port=int(port), log_config=None,
                       access_log=False)
    )  # fmt: skip


def _start(server: uvicorn.Server) -> None:
    threading.Thread(target=server.run, daemon=True).start()


def _greet(settings: Settings, secrets: DevSecrets) -> None:
    at = settings.server.public_url
    print(
        f"\nPerille is running. Nothing leaves this computer.\n\n"
        f"  The shop's checkout  {at}/demo\n"
        f"  The telephone        {at}/demo/phone\n"
        f"  The ops desk         {at}/ops   log in as {secrets.login} / {secrets.password}\n\n"
        f"  For curl: PERILLE_SHOP_KEY={settings.shop_key.get_secret_value()}"
        f" PERILLE_STAFF_KEY={settings.staff_key.get_secret_value()}\n"
        f"  Stop with Ctrl-C.\n",
        flush=True,
    )
