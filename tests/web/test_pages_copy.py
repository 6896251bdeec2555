"""Where the database is a copy, the desk says that nothing is sent and how that ends."""

from __future__ import annotations

from sqlalchemy import update

from delivery.house import House
from notifications import identity
from notifications.tables import identity as table
from tests.loopback import RunningServer
from tests.times import NOW
from tests.web.browsing import Browser


def test_the_desk_is_told_until_somebody_has_decided(server: RunningServer, house: House) -> None:
    with Browser(server.url) as browser:
        browser.log_in(house)
        assert "confirm-restore" not in browser.open("/ops").text
        with house.database.write() as conn:
            assert identity.cleared(conn, now=NOW)
            conn.execute(update(table).values(fingerprint="another"))
        page = browser.open("/ops").text
        assert "no message is sent" in page
        assert "perille confirm-restore" in page
        with house.database.write() as conn:
            identity.confirm(conn, by="Mikko", now=NOW)
        assert "confirm-restore" not in browser.open("/ops").text
