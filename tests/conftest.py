"""The world tests stand in: two real databases, a settable clock, a real server on loopback."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from delivery.app import build_house
from delivery.house import House
from delivery.log import configure_logs
from delivery.settings import Settings
from delivery.store.engine import Database, engine_for
from tests.canaries import leaks
from tests.loopback import Api, RunningServer, serving
from tests.moulds import Moulds
from tests.notifications.faults.table import print_table
from tests.parsed_once import parse_once
from tests.postgres import NoPostgres, a_postgres, drop_database, make_database
from tests.times import SettableClock

parse_once()
# The same examples in every run, and no clock: the machine may be busy with something else.
hypothesis.settings.register_profile("calm", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("calm")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything must run, a skipped test is a failed suite."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PERILLE_TEST_ALL") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("\nPERILLE_TEST_ALL is set, and something was skipped.", red=True)
        session.exitstatus = exitstatus or pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)  # only xdist asks
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for a clock, a process or a commit."""
    return (os.cpu_count() or 1) + 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    print_table(terminalreporter)


SHOP_KEY = "test-shop-key"
STAFF_KEY = "test-staff-key"
CARRIER_SECRET = "whsec_" + "dGVzdC1zZWNyZXQtb2YtdGhlLXZhbi1kcml2ZXJz"


def settings_for(url: str, **sections: dict[str, object]) -> Settings:
    """Settings of a test's house: everything ours, nothing from the environment's hands."""
    given: dict[str, object] = {
        "database": {"url": url},
        "server": {
            "secret": "a secret of the tests, long enough",
            "public_url": "http://perille.test",
        },
        "carriers": {"own_van": {"secret": CARRIER_SECRET}},
        "twilio": {
            "account_sid": "AC" + "0" * 32,
            "auth_token": "test-token",
            "from": "+358401000000",
        },
        "demo": {"enabled": True},
        "shop_key": SHOP_KEY,
        "staff_key": STAFF_KEY,
    }
    return Settings(**(given | sections))  # type: ignore[arg-type]


@pytest.fixture(scope="session", autouse=True)
def nothing_leaks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every line logged in the whole suite is kept and read at its end."""
    file = tmp_path_factory.mktemp("log") / "suite.log"
    with file.open("wb") as out:
        configure_logs(out)
        yield
    found = leaks(file.read_text("utf-8"))
    assert not found, f"{len(found)} lines of the log say who or what: {found[:3]}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    try:
        with a_postgres() as url:
            yield url
    except NoPostgres as why:
        if os.environ.get("PERILLE_TEST_ALL"):
            pytest.fail(str(why))
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def moulds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moulds]:
    moulds = Moulds(tmp_path_factory.mktemp("moulds"))
    yield moulds
    given = os.environ.get("PERILLE_TEST_DATABASE_URL")
    if given:  # a server of our own goes with all it holds
        moulds.drop(given)


def _url(kind: str, request: pytest.FixtureRequest, moulds: Moulds, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield moulds.sqlite(kind, folder / "perille.db")
        return
    with moulds.postgresql(kind, request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with no tables at all."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"perille_{uuid.uuid4().hex[:12]}"
    yield make_database(server, name)
    drop_database(server, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, moulds: Moulds, tmp_path: Path) -> Iterator[str]:
    """Fresh, empty tables."""
    yield from _url("empty", request, moulds, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def town_url(request: pytest.FixtureRequest, moulds: Moulds, tmp_path: Path) -> Iterator[str]:
    """The demo town as it stands at NOW."""
    yield from _url("town", request, moulds, tmp_path)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(engine_for(database_url))
    yield database
    database.close()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def house(town_url: str, clock: SettableClock) -> Iterator[House]:
    house = build_house(settings_for(town_url), clock=clock)
    yield house
    house.database.close()


@pytest.fixture
def server(house: House) -> Iterator[RunningServer]:
    """The whole product over real HTTP, on the house's database and clock."""
    with serving(house) as running:
        yield running


@pytest.fixture
def api(server: RunningServer) -> Iterator[Api]:
    with Api(server.url, {"shop": SHOP_KEY, "staff": STAFF_KEY}) as api:
        yield api
