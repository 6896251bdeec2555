"""perille work"""

from __future__ import annotations

import argparse
import asyncio
import signal

from delivery.app import build_house
from delivery.clock import system_clock
from delivery.log import configure_logs
from delivery.preflight import look_in_background
from delivery.process import prepare_to_send
from delivery.senders import build_channels
from delivery.settings import load_settings
from delivery.worker import Worker, run_to_end


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(asked: argparse.Namespace) -> None:
    del asked
    configure_logs()
    settings = load_settings()
    look_in_background(settings, system_clock)
    worker = Worker(build_house(settings), build_channels(settings))
    prepare_to_send()
    run_to_end(_work(worker))


async def _work(worker: Worker) -> None:
    loop = asyncio.get_running_loop()
    for asked_to in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(asked_to, worker.stop)
    await worker.run()
