"""Rules of every page: the policy, forms of our own, GET changes nothing, errors in words."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from sqlalchemy import select

from delivery.house import House
from delivery.store.tables import metadata
from delivery.web import csrf
from tests.conftest import settings_for
from tests.loopback import RunningServer, serving
from tests.web.browsing import Browser, Form, Page, at_door

#: For rules that have nothing to do with rows.
ONE_DATABASE = pytest.mark.parametrize("town_url", ["sqlite"], indirect=True)

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


EMAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
EMAIL = re.compile(r"/ops/notices/\w+/\w+/email")


@pytest.fixture
def browser(server: RunningServer) -> Iterator[Browser]:
    with Browser(server.url) as browser:
        yield browser


def everything(house: House) -> str:
    """All rows of all tables, as one hash."""
    found = hashlib.sha256()
    with house.database.read() as conn:
        for table in metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in conn.execute(select(table)))
            found.update(f"{table.name}{rows}".encode())
    return found.hexdigest()


#: Pages of one kind that are opened: days of a calendar, e-mails of a notice.
OF_A_KIND = 12
#: Two languages stand for all of them; pages have the same links in each.
LANGUAGES = ("lang=en", "lang=sv")


def kind_of(address: str) -> tuple[str, ...]:
    first, second, *rest = (*urlsplit(address).path.split("/")[1:], "")
    return first, second, *rest[-2:-1]


def crawl(browser: Browser, *starts: str) -> dict[str, Page]:
    """Every kind of page that links lead to from these, by address."""
    seen: dict[str, Page] = {}
    kinds: Counter[tuple[str, ...]] = Counter()
    waiting = [urljoin(browser.url, start) for start in starts]
    while waiting:
        address = waiting.pop().split("#")[0]
        if address in seen or not address.startswith(browser.url):
            continue
        query = urlsplit(address).query
        if query.startswith("lang=") and query not in LANGUAGES:
            continue
        kinds[kind_of(address)] += 1
        if kinds[kind_of(address)] > OF_A_KIND:
            continue
        seen[address] = browser.open(address)
        waiting += seen[address].links
    return seen


def test_no_get_changes_anything_and_every_page_keeps_the_policy(
    browser: Browser, house: House
) -> None:
    mine = browser.my_delivery()
    options = browser.ask_options()
    held = browser.hold()
    browser.log_in(house)
    before = everything(house)
    pages = crawl(browser, "/demo", "/ops", "/demo/phone", mine.url, options.url, held.url,
                  "/my/wrong", "/ops/find?q=nothing", "/nowhere")  # fmt: skip
    assert everything(house) == before
    assert len(pages) > 40
    for address, page in pages.items():
        an_email = EMAIL.fullmatch(urlsplit(address).path)
        policy = EMAIL_POLICY if an_email else POLICY
        assert page.headers["Content-Security-Policy"] == policy, address
        assert page.headers["X-Content-Type-Options"] == "nosniff", address
        assert page.headers["Cache-Control"] == "no-store", address
        secret = urlsplit(address).path.startswith("/my")
        assert page.headers["Referrer-Policy"] == ("no-referrer" if secret else "same-origin")
        assert page.status == (404 if address.endswith(("/my/wrong", "/nowhere")) else 200), address
        assert page.lang in house.words.locales, address


@ONE_DATABASE
def test_the_hash_of_all_rows_would_see_a_change(browser: Browser, house: House) -> None:
    before = everything(house)
    browser.ask_options()
    assert everything(house) != before


def posts_of(browser: Browser, house: House) -> list[Form]:
    """Every form that posts, on every kind of page."""
    # A van's delivery: only that can be moved, and so has all the forms.
    mine = browser.my_delivery(at_door(browser.ask_options()))
    options, held, desk = browser.ask_options(), browser.hold(), browser.log_in(house)
    pages = [mine, options, held, desk, browser.open("/demo"), browser.open("/demo/phone"),
             browser.open(f"{mine.url}/times"), browser.open(f"{mine.url}/cancel"),
             browser.open(f"{options.url}/times"), browser.open(f"{options.url}/places"),
             browser.open(f"/ops/conversations/{mine.url.rpartition('/')[2]}")]  # fmt: skip
    posts = [form for page in pages for form in page.forms if form.method == "post"]
    return list({form.action: form for form in posts}.values())


def test_every_post_without_the_token_is_refused_and_changes_nothing(
    browser: Browser, house: House
) -> None:
    forms = posts_of(browser, house)
    assert len(forms) >= 13
    before = everything(house)
    for form in forms:
        choice = dict(form.choices[:1])
        for token in (None, "", "x" * 43, "é", csrf.token_for("another secret", "x")):
            content = form.fields | choice | {"csrf": token}
            answer = browser.http.post(form.action, data=content, timeout=30)
            assert answer.status_code == 403, form.action
            assert "Nothing was changed" in answer.text
    assert everything(house) == before


@ONE_DATABASE
def test_the_same_post_with_the_token_succeeds(browser: Browser, house: House) -> None:
    mine = browser.my_delivery()
    form = mine.form("/messages")
    assert browser.send(form, csrf="", body="After eight.").status == 403
    assert "After eight." in browser.send(form, body="After eight.").text


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://perille.test.elsewhere.example"},
]


@ONE_DATABASE
def test_a_post_from_elsewhere_is_refused_even_with_the_token(browser: Browser) -> None:
    for headers in ELSEWHERE:
        form = browser.open("/demo").form("/demo")
        answer = browser.http.post(form.action, data=form.fields, headers=headers, timeout=30)
        assert answer.status_code == 403


HERE = ["null", "same", "http://perille.test"]


@ONE_DATABASE
def test_a_post_from_here_passes(browser: Browser) -> None:
    for origin in HERE:
        form = browser.open("/demo").form("/demo")
        headers = {
            "Sec-Fetch-Site": "same-origin",
            "Origin": browser.url if origin == "same" else origin,
        }
        answer = browser.http.post(form.action, data=form.fields, headers=headers, timeout=30)
        assert answer.status_code == 200


@ONE_DATABASE
def test_a_token_of_another_browser_is_refused(browser: Browser, server: RunningServer) -> None:
    form = browser.open("/demo").form("/demo")
    with Browser(server.url) as other:
        other.open("/demo")
        assert other.http.post(form.action, data=form.fields, timeout=30).status_code == 403


@ONE_DATABASE
def test_the_api_is_left_alone(browser: Browser) -> None:
    for path in ("/v1/bookings/x", "/health/live", "/openapi.json"):
        answer = browser.http.get(browser.url + path, timeout=30)
        assert "Content-Security-Policy" not in answer.headers
    answer = browser.http.post(browser.url + "/v1/quotes", json={}, timeout=30)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


NOWHERE = [
    ("/nowhere", "There is nothing here"),
    ("/demo/choose/q_none", "There is nothing here"),
    ("/my/x", "This link does not open a delivery"),
]


@ONE_DATABASE
def test_a_wrong_address_is_answered_in_words(browser: Browser) -> None:
    for path, heading in NOWHERE:
        page = browser.open(path)
        assert page.status == 404
        assert heading in page.text
        assert page.headers["Content-Type"].startswith("text/html")


def test_what_we_break_is_a_page_too_and_says_nothing_of_anybody(
    browser: Browser, house: House
) -> None:
    with house.database.write() as conn:
        conn.exec_driver_sql("DROP TABLE note")
    mine = browser.my_delivery()
    # SQLite cannot tell a lost table from a database that is away.
    assert mine.status in (500, 503)
    assert "Nothing was changed" in mine.text or "broke on our side" in mine.text
    assert "table" not in mine.html


ODD = [b"\xff\xfe=\x00", b"a" * 5000, b"&".join([b"x=1"] * 500), b"%00%ff"]


@ONE_DATABASE
def test_no_form_is_so_odd_that_we_break(browser: Browser) -> None:
    for body in ODD:
        token = browser.open("/demo").form("/demo").fields["csrf"].encode()
        for content in (body, b"csrf=" + token + b"&given_name=" + body):
            answer = browser.http.post(browser.url + "/demo", data=content, timeout=30, headers={
                "Content-Type": "application/x-www-form-urlencoded"})  # fmt: skip
            assert answer.status_code in (403, 422)


@ONE_DATABASE
def test_language_by_choice_then_browser(server: RunningServer) -> None:
    with Browser(server.url, "fi-FI,fi;q=0.9") as finn:
        assert finn.open("/demo").lang == "fi"
        assert finn.open("/demo?lang=en").lang == "en"
        assert finn.open("/demo").lang == "en"
        assert finn.open("/demo?lang=tlh").lang == "en"
        assert finn.open("/demo?lang=el").lang == "el"
    with Browser(server.url, "tlh, sv-FI;q=0.9") as swede:
        assert swede.open("/demo").lang == "sv"
    with Browser(server.url, "tlh") as other:
        assert other.open("/demo").lang == "en"


@ONE_DATABASE
def test_there_is_no_demo_where_it_is_off(town_url: str, clock: object) -> None:
    from delivery.app import build_house

    house = build_house(settings_for(town_url, demo={"enabled": False}), clock=clock)  # type: ignore[arg-type]
    with serving(house) as server:
        for path in ("/demo", "/demo/phone", "/demo/choose/q_x", "/demo/done/x"):
            assert requests.get(server.url + path, timeout=30).status_code == 404
        assert requests.get(server.url + "/ops/login", timeout=30).status_code == 200
    house.database.close()


@ONE_DATABASE
def test_the_stylesheet_may_be_kept_for_good(browser: Browser) -> None:
    page = browser.open("/demo")
    for name in ("perille.css", "htmx.min.js"):
        address = next(part for part in page.html.split('"') if name in part)
        answer = browser.http.get(browser.url + address, timeout=30)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
