"""The desk's look at our own texts: every one, what it takes, and the e-mail under its policy."""

from __future__ import annotations

import pytest

from delivery.house import House
from delivery.notices import NOTICES
from tests.loopback import RunningServer
from tests.web.browsing import Browser

pytestmark = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)


def test_every_text_is_shown_with_what_it_takes(server: RunningServer, house: House) -> None:
    with Browser(server.url) as browser:
        assert browser.open("/ops/notices").url.endswith("/ops/login")
        browser.log_in(house)
        listed = browser.open("/ops/notices")
        assert "One segment costs about €0.08." in listed.text
        for name in NOTICES:
            assert f"{server.url}/ops/notices/{name}" in {
                link if "://" in link else server.url + link for link in listed.links
            }
        page = browser.open("/ops/notices/delayed")
        assert "GSM-7 · 3 segments · €0.24" in page.text
        assert "UCS-2 · 6 segments" in page.text
        assert "Dear because of Ε GREEK CAPITAL LETTER EPSILON" in page.text
        assert "Mikko på Kaari" in page.text
        assert "E-mail only" in browser.open("/ops/notices/opted_out").text
        assert browser.open("/ops/notices/nothing").status == 404
        email = browser.open("/ops/notices/delayed/el/email")
        assert email.lang == "el"
        assert "sandbox" in email.headers["Content-Security-Policy"]
        assert browser.open("/ops/notices/delayed/xx/email").status == 404
