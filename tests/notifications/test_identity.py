"""A restored or copied database sends nothing until somebody says so; no other is taken for one."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from sqlalchemy import make_url

from delivery.cli import confirm_restore, main
from delivery.flows.restoring import say_when_a_copy
from delivery.metrics import Metrics
from delivery.store.engine import Database, engine_for
from notifications import claims, identity
from tests.notifications.test_claims import MINUTE, claim, fill, states
from tests.postgres import drop_database, make_database
from tests.times import NOW, SettableClock

ROOT = Path(__file__).parents[2]


def file_of(database: Database) -> Path:
    return Path(str(database.engine.url.database))


@pytest.fixture
def copies() -> Iterator[list[str]]:
    """URLs of PostgreSQL databases that are dropped afterwards."""
    made: list[str] = []
    yield made
    for url in made:
        drop_database(make_url(url).set(database="postgres").render_as_string(hide_password=False),
                      str(make_url(url).database))  # fmt: skip


def copy(database: Database, folder: Path, copies: list[str]) -> Database:
    """As somebody would make one: a file copied, a database made of a template."""
    url = database.engine.url
    if database.name == "sqlite":
        with database.engine.connect() as conn:
            conn.exec_driver_sql("ROLLBACK")
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(file_of(database), folder / "copy.db")
        return Database(engine_for(f"sqlite:///{folder / 'copy.db'}"))
    database.engine.dispose()
    server = url.set(database="postgres").render_as_string(hide_password=False)
    name = f"perille_copy_{uuid.uuid4().hex[:8]}"
    copies.append(make_database(server, name, template=str(url.database)))
    return Database(engine_for(copies[-1]))


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def back_up(database: Database, to: Path) -> None:
    with closing(sqlite3.connect(file_of(database))) as raw:
        raw.execute("VACUUM INTO ?", [str(to)])


def is_copy(database: Database) -> bool:
    with database.read() as conn:
        return identity.copy_of(conn) is not None


def test_a_fresh_database_and_every_worker_may_send(database: Database) -> None:
    fill(database, 3)
    assert not is_copy(database)
    assert len(claim(database, "one", most=1)) == 1
    again = Database(engine_for(url_of(database)))
    assert len(claim(again, "two", most=1)) == 1
    database.engine.dispose()
    assert len(claim(database, "three", most=1)) == 1
    assert not is_copy(again)
    again.close()


def test_a_copy_sends_nothing_until_confirmed(
    database: Database, tmp_path: Path, copies: list[str]
) -> None:
    fill(database, 3)
    claim(database, most=1)
    other = copy(database, tmp_path, copies)
    assert claim(other) == []
    assert is_copy(other)
    assert not is_copy(database)
    assert len(claim(database, most=1)) == 1
    with other.write() as conn:
        identity.confirm(conn, by="Mikko", now=NOW)
    assert len(claim(other)) == 2
    assert not is_copy(other)
    other.close()


def test_a_twin_that_knows_no_copies_sends_again(
    database: Database, tmp_path: Path, copies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = fill(database, 1)
    other = copy(database, tmp_path, copies)
    assert [each.id for each in claim(database)] == [number]
    monkeypatch.setattr(identity, "cleared", lambda conn, now: True)
    assert [each.id for each in claim(other)] == [number]  # sent twice
    other.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_put_in_the_place_of_a_running_database_is_noticed(
    database: Database, tmp_path: Path, copies: list[str]
) -> None:
    """The running worker of a database on which a copy was put sees it at its next claim."""
    fill(database, 3)
    claim(database, most=1)
    other = copy(database, tmp_path, copies)
    other.close()
    os.replace(tmp_path / "copy.db", file_of(database))
    assert claim(database) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_older_file_written_over_it_is_noticed(database: Database, tmp_path: Path) -> None:
    """`cp backup.db perille.db` keeps the place of the file; the mark beside it has gone on."""
    fill(database, 3)
    now = NOW
    with database.write() as conn:
        claims.claim(conn, "me", most=1, now=now, until=now + MINUTE)
    back_up(database, tmp_path / "backup.db")
    for turn in range(1, 4):
        with database.write() as conn:
            now = NOW + 2 * turn * MINUTE
            assert identity.cleared(conn, now=now)
    url = url_of(database)
    database.close()
    for tail in ("-wal", "-shm"):
        Path(f"{file_of(database)}{tail}").unlink(missing_ok=True)
    shutil.copyfile(tmp_path / "backup.db", file_of(database))
    restored = Database(engine_for(url))
    assert is_copy(restored)
    assert claim(restored) == []
    with restored.write() as conn:
        identity.confirm(conn, by="Mikko", now=now)
        assert identity.cleared(conn, now=now)
    restored.close()


@pytest.mark.parametrize(
    ("known", "mine", "same"),
    [
        ("sqlite device=1 inode=7 system=ab mark=3", "sqlite device=1 inode=7 system=ab", True),
        ("sqlite device=1 inode=7 system=ab", "sqlite device=9 inode=7 system=ab", True),
        ("sqlite device=1 inode=7 system=", "sqlite device=9 inode=7 system=", False),
        ("sqlite device=1 inode=7 system=", "sqlite device=1 inode=7 system=", True),
        ("sqlite device=1 inode=7 system=ab", "sqlite device=1 inode=8 system=ab", False),
        ("sqlite device=1 inode=7 system=ab", "sqlite device=9 inode=7 system=cd", False),
        ("sqlite device=1 inode=7 system=ab", "sqlite gone", False),
        ("postgresql cluster=5 database=9", "postgresql cluster=5 database=9", True),
        ("postgresql cluster=5 database=9", "postgresql cluster=6 database=9", False),
        ("postgresql cluster=5 database=9", "postgresql cluster= database=9", True),
        ("postgresql cluster= database=9", "postgresql cluster=5 database=8", False),
        ("sqlite device=1 inode=7 system=ab", "postgresql cluster=5 database=9", False),
    ],
)
def test_fingerprints(known: str, mine: str, same: bool) -> None:
    assert identity.same(known, mine) is same


@pytest.fixture
def restored(
    database: Database, tmp_path: Path, copies: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A copy with two that wait, one too late, and one in hand; the settings name it."""
    fill(database, 3)
    claim(database, most=1)
    with database.write() as conn:
        conn.exec_driver_sql("UPDATE message SET not_after = due_at WHERE id = "
                             "(SELECT max(id) FROM message)")  # fmt: skip
    other = copy(database, tmp_path, copies)
    monkeypatch.setenv(
        "PERILLE_DATABASE__URL", other.engine.url.render_as_string(hide_password=False)
    )
    monkeypatch.setattr(confirm_restore, "system_clock", SettableClock())
    yield other
    other.close()


def test_the_command_says_what_waits_and_asks(
    restored: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda asked: "perhaps")
    assert main(["confirm-restore"]) == 1
    told = capsys.readouterr().out
    assert "waiting and still of use: 2 (2 word)" in told
    assert "waiting and too late, never sent: 1" in told
    assert "Nothing was changed" in told
    assert is_copy(restored)
    monkeypatch.setattr("builtins.input", lambda asked: "send")
    assert main(["confirm-restore", "--by", "Mikko"]) == 0
    assert not is_copy(restored)
    assert len(claim(restored)) == 1  # one is in hand, one too late
    assert main(["confirm-restore"]) == 0
    assert "nothing to confirm" in capsys.readouterr().out


def test_what_waits_may_be_dropped(restored: Database) -> None:
    assert main(["confirm-restore", "--waiting", "drop"]) == 0
    assert claim(restored) == []
    assert set(states(restored)) == {"expired"}


def test_it_is_said_in_the_log_and_the_figures(restored: Database) -> None:
    with structlog.testing.capture_logs() as said:
        say_when_a_copy(restored)
    assert said[0]["to_let_it"] == "perille confirm-restore"
    assert "perille_database_is_copy 1.0" in Metrics(restored, lambda: NOW).text().decode()
    with restored.write() as conn:
        identity.confirm(conn, by="Mikko", now=NOW)
    assert "perille_database_is_copy 0.0" in Metrics(restored, lambda: NOW).text().decode()


def commands() -> list[str]:
    """The blocks of the README's section, in their order."""
    section = (ROOT / "README.md").read_text().split("## Backup and restore")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def run(script: str, folder: Path, **environment: str) -> None:
    perille = folder / "perille"
    perille.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m delivery "$@"\n')
    perille.chmod(0o755)
    ours = {"PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, check=True, input=b"send\n",
        env={**os.environ, **ours, **environment},
    )  # fmt: skip


def needs(program: str) -> None:
    if shutil.which(program) is None:
        if os.environ.get("PERILLE_TEST_ALL"):
            pytest.fail(f"there is no {program}")
        pytest.skip(f"there is no {program} on this machine")


def test_the_readme_brings_a_database_back(
    database: Database, tmp_path: Path, copies: list[str]
) -> None:
    save_file, bring_back_file, save, bring_back = commands()
    fill(database, 2)
    claim(database, most=1)
    folder = tmp_path / "shop"
    folder.mkdir()
    if database.name == "sqlite":
        back_up(database, folder / "perille.db")
        url = f"sqlite:///{folder / 'perille.db'}"
        needs("sqlite3")
        run(save_file, folder)
        run(bring_back_file, folder, PERILLE_DATABASE__URL=url)
    else:
        needs("pg_restore")
        pg = database.engine.url.set(drivername="postgresql")
        restored = pg.set(database=f"perille_back_{uuid.uuid4().hex[:8]}")
        url = restored.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        copies.append(url)
        said = {
            "PG": pg.render_as_string(hide_password=False),
            "RESTORED": restored.render_as_string(hide_password=False),
        }
        run(save, folder, **said)
        run(bring_back, folder, **said)
    back = Database(engine_for(url))
    assert not is_copy(back)
    assert len(claim(back)) == 1
    back.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_the_last_word_it_stays_quiet(database: Database, tmp_path: Path) -> None:
    fill(database, 1)
    claim(database, most=0)
    back_up(database, tmp_path / "back.db")
    with closing(Database(engine_for(f"sqlite:///{tmp_path / 'back.db'}"))) as back:
        assert claim(back) == []
