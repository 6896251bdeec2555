"""What every peer has to do: take jobs, say the text, send it by `twilio`, keep what became of it.

Each peer module is a program `python -m tests.benchmarks.peers.NAME SINK POSTGRES MESSAGES`, with
the package set up as its documentation shows. It says `ready`, begins when it reads a line, and
says `done` once every job has been worked off. One row of a table `sent` stands for each message.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

import psycopg
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.benchmarks import sending

FROM = sending.FROM
TABLE = "CREATE TABLE sent (number INTEGER PRIMARY KEY, sid TEXT NOT NULL)"
KEEP = "INSERT INTO sent (number, sid) VALUES (%s, %s)"


def arguments() -> tuple[str, str, int]:
    """The sink's address, the database's, and how many messages."""
    sink, postgres, messages = sys.argv[1:4]
    os.environ["PEER_SINK"], os.environ["PEER_POSTGRES"] = sink, postgres
    return sink, postgres, int(messages)


def to(number: int) -> str:
    return f"+3584{number:08}"


def words(number: int) -> str:
    """A personal text, made when the job runs, by the templates that we use."""
    return sending.texts().render(sending.notice(number), "en")


def wait_for_go() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


class _Here:
    """Mixed into a client of the library: speaks to the sink instead of Twilio."""

    def request(self, method: str, url: str, *more: Any, **options: Any) -> Any:
        url = url.replace("https://api.twilio.com", os.environ["PEER_SINK"])
        return super().request(method, url, *more, **options)  # type: ignore[misc]


class _Blocking(_Here, TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    pass


class _Async(_Here, AsyncTwilioHttpClient):  # type: ignore[misc]
    pass


def async_client() -> Client:
    """To be made where a loop runs."""
    return Client(sending.ACCOUNT, sending.TOKEN, http_client=_Async())


@cache
def _client(process: int) -> Client:
    return Client(sending.ACCOUNT, sending.TOKEN, http_client=_Blocking())


@cache
def _connection(process: int, thread: int) -> psycopg.Connection:
    return psycopg.connect(os.environ["PEER_POSTGRES"], autocommit=True)


def send_blocking(number: int, thread: int) -> None:
    """One message by the blocking client, kept in a connection of this thread."""
    process = os.getpid()
    made = _client(process).messages.create(to=to(number), from_=FROM, body=words(number))
    _connection(process, thread).execute(KEEP, (number, made.sid))


def count(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT count(*) FROM sent").fetchone()
    assert row is not None
    return int(row[0])
