"""E-mail on the wire: what it says, how it is handed over, and what the server's answers mean."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from notifications.providers.base import Accepted, OutcomeUnknown, SendLater, SendRefused
from notifications.providers.smtp import Smtp
from notifications.providers.smtp_errors import failure
from notifications.providers.smtp_message import BadAddress, address
from notifications.providers.smtp_pool import Pool, Server
from tests.notifications.conformance.peers import MailPeer, mail_peer, wall

CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
PARTS = {
    "subject": "Toimitus tänään 17–19", "html": "<p>Hyvää päivää</p>", "calendar": CALENDAR,
    "sender_name": "Mikko at Kaari",
}  # fmt: skip


@pytest.fixture
def peer() -> Iterator[MailPeer]:
    with mail_peer() as made:
        yield made


def hand_over(smtp: Any, *attempts: str, to: str = "aino@example.com", **more: Any) -> list[Any]:
    """One message, at each of these attempts, over one provider; errors as values."""

    async def run() -> list[Any]:
        came = []
        for attempt in attempts:
            given = {"number": 7, "parts": PARTS, "not_after": None, "now": wall()} | more
            try:
                came.append(await smtp.send(to, "Hyvää päivää", attempt=attempt, **given))
            except Exception as error:
                came.append(error)
        await smtp.close()
        await asyncio.sleep(0.1)  # what was hung up is let go of in the loop's next turns
        return came

    return asyncio.run(run())


def test_an_email_says_who_writes_and_how_to_stop(peer: MailPeer) -> None:
    smtp = peer.provider(unsubscribe_url=lambda number: f"https://kaari.example/u/{number}")
    hand_over(smtp, "f00-7")
    ((to, read),) = peer.handler.taken
    assert to == "aino@example.com"
    assert read["From"] == "Mikko at Kaari <hello@kaari.example>"
    assert read["To"] == "aino@example.com"
    assert read["Subject"] == "Toimitus tänään 17–19"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["List-Unsubscribe"] == "<https://kaari.example/u/7>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read["X-Attempt"] == "f00-7"
    assert read["Date"].datetime.tzinfo is not None
    kinds = [each.get_content_type() for each in read.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    calendar = list(read.walk())[-1]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert calendar.get_content().replace("\r\n", "\n") == CALENDAR.replace("\r\n", "\n")


def test_every_attempt_at_a_message_has_the_same_message_id(peer: MailPeer) -> None:
    peer.trouble("cut")
    came = hand_over(peer.provider(), "f00-7", "ba4-7")
    assert isinstance(came[0], OutcomeUnknown)
    assert isinstance(came[1], Accepted)
    hand_over(peer.provider(), "cc4-8", number=8)
    first, again, other = (read["Message-ID"] for _, read in peer.handler.taken)
    assert first == again != other
    assert first == f"<{came[1].provider_id}@kaari.example>"
    attempts = [read["X-Attempt"] for _, read in peer.handler.taken]
    assert attempts == ["f00-7", "ba4-7", "cc4-8"]


def test_connections_are_used_again(peer: MailPeer) -> None:
    hand_over(peer.provider(), *(f"a{each}-7" for each in range(20)))
    assert len(peer.handler.taken) == 20
    assert peer.handler.connections == 1


def test_a_refused_message_leaves_its_connection_to_the_next(peer: MailPeer) -> None:
    peer.trouble("refused")
    came = hand_over(peer.provider(), "a1-7", "a2-7")
    assert isinstance(came[0], SendRefused)
    assert isinstance(came[1], Accepted)
    assert peer.handler.connections == 1


def test_an_idle_connection_that_was_hung_up_costs_nothing(peer: MailPeer) -> None:
    smtp = peer.provider()

    async def run() -> None:
        given: dict[str, Any] = {"not_after": None, "now": wall(), "number": 7, "parts": PARTS}
        await smtp.send("aino@example.com", "one", attempt="a1-7", **given)
        peer.trouble("hang_up", 3)
        await smtp.send("aino@example.com", "two", attempt="a2-8", **given)
        await smtp.close()

    asyncio.run(run())
    assert [body for _, body in peer.accepted()] == ["one", "two"]


def test_a_server_that_hangs_before_the_message_was_not_sent_it(peer: MailPeer) -> None:
    peer.trouble("hang", 3)
    came = hand_over(peer.provider(timeout=0.4), "a1-7")
    assert isinstance(came[0], SendLater)
    assert came[0].failure is None
    assert peer.handler.taken == []


@pytest.mark.parametrize(
    ("trouble", "kind"), [("spam", SendRefused), ("full", SendLater), ("later", SendLater)]
)
def test_what_is_said_after_the_message_counts(
    peer: MailPeer, trouble: str, kind: type[Exception]
) -> None:
    peer.trouble(trouble)
    came = hand_over(peer.provider(), "a1-7", "a2-7")
    assert isinstance(came[0], kind)
    assert isinstance(came[1], Accepted)


@pytest.mark.parametrize("to", ["jörg@example.com", "aino@päivä.example"])
def test_addresses_beyond_ascii_are_written_to(peer: MailPeer, to: str) -> None:
    assert isinstance(hand_over(peer.provider(), "a1-7", to=to)[0], Accepted)
    assert peer.handler.taken[0][0] == to.replace("päivä", "xn--piv-qlac")


@pytest.mark.parametrize(
    "text", ["", "aino", "@example.com", "aino@", "a b@example.com", "a@b@c d", "<a@b>", "a,b@c",
             "a@" + "b" * 300],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        address(text)


@pytest.mark.parametrize(
    ("code", "said", "stage", "kind"),
    [
        (550, "5.1.1 no such user", "recipient", "bad_number"),
        (550, "no such user here", "recipient", "bad_number"),
        (552, "5.2.2 mailbox full", "recipient", "retry"),
        (554, "5.7.1 relay access denied", "recipient", "unknown"),
        (550, "5.7.1 you may not", "sender", "configuration"),
        (535, "5.7.8 bad credentials", "login", "configuration"),
        (554, "no thanks", "data", "content"),
        (552, "5.3.4 too big", "data", "content"),
        (599, "what", "data", "unknown"),
    ],
)
def test_answers_have_classes(code: int, said: str, stage: Any, kind: str) -> None:
    assert failure(code, said, stage).kind == kind


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", key, "-out", cert, "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, cert


def with_tls(certificate: tuple[Path, Path]) -> dict[str, Any]:
    """A server that offers STARTTLS and wants a login over it."""
    key, cert = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def authenticator(server: Any, session: Any, envelope: Any, kind: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == b"right"
        return AuthResult(success=right, handled=right)

    return {"tls_context": context, "require_starttls": True, "auth_required": True,
            "authenticator": authenticator}  # fmt: skip


def test_login_over_starttls(certificate: tuple[Path, Path]) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate[1]))
    with mail_peer(**with_tls(certificate)) as peer:
        for password in ("right", "wrong"):
            smtp = peer.provider(user="kaari", password=password, tls_context=trusting)
            came = hand_over(smtp, "a1-7")[0]
            assert isinstance(came, Accepted if password == "right" else SendLater)
        assert came.failure.kind == "configuration"
        distrusting = peer.provider(user="kaari", password="right")
        came = hand_over(distrusting, "a2-7")[0]
    assert isinstance(came, SendLater)
    assert came.failure is not None
    assert came.code == "tls"


def test_no_password_is_ever_said_in_the_clear(peer: MailPeer) -> None:
    server = Server("127.0.0.1", peer.port, "kaari", "right", must_encrypt=True)
    smtp = Smtp(host="mail.example", port=25, sender="hello@kaari.example", user="kaari")
    smtp._pool = Pool(server, 1, 5)
    came = hand_over(smtp, "a1-7")[0]
    assert isinstance(came, SendLater)
    assert came.code == "tls"
    assert peer.handler.taken == []
