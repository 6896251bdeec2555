"""Twilio: sends through its official library, checks its signatures, reads its webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from twilio.base.exceptions import TwilioException
from twilio.request_validator import RequestValidator

from notifications.failures import Failure
from notifications.providers.base import (
    Accepted,
    Form,
    Found,
    LookupFailed,
    OutcomeUnknown,
    Parts,
    ReceivedReceipt,
    ReceivedReply,
    SendLater,
    SendRefused,
    Unreadable,
)
from notifications.providers.twilio_client import SteadyClient
from notifications.providers.twilio_errors import failure
from notifications.providers.twilio_inbound import SID, Inbound, reply_of
from notifications.twilio_http import NotConnected, Throttled, TwilioHttp

#: Their words for where a message is, in ours. The rest tells us nothing new.
_STATES = {
    "sent": "sent", "delivered": "delivered", "read": "delivered",
    "failed": "failed", "undelivered": "failed", "canceled": "failed",
}  # fmt: skip
_OPTED_OUT = {"21610", "63033"}
#: Twilio dates a message to the second, by its own clock.
_CLOCKS_DIFFER = timedelta(seconds=5)
_MOST_LISTED = 200
_LONGEST_VALIDITY = timedelta(hours=10)
#: Twilio repeats a receipt up to five times on any failure; by default it would not.
#: What stands behind # is not part of what it signs.
_RETRIES = "#rc=5&rp=all"
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Twilio:
    """`Provider` and `Hearing`, kept with Twilio or anything that speaks its Messages API."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        public_url: str,
        sender: str = "",
        messaging_service_sid: str = "",
        more_tokens: Sequence[str] = (),
        hears_at: Sequence[str] = (),
        http: Any = None,
    ) -> None:
        """`more_tokens` are believed too when they sign what is posted to us: while a token is
        exchanged, Twilio signs with the old one until the new one has been promoted. `hears_at`
        are other numbers and services of ours that people answer."""
        self._account_sid = account_sid
        self._public_url = public_url.rstrip("/")
        self._sender = sender
        self._service = messaging_service_sid
        self._http = http or TwilioHttp()
        client = SteadyClient(account_sid, auth_token, self._http)
        self._messages = client.messages
        # What `messages.create_async` asks in the end. It looks at two dozen fields we never set,
        # and makes an object of an answer of which we want the id: half of its work.
        self._create = client.api.v2010.create_async
        self._uri = f"/Accounts/{account_sid}/Messages.json"
        tokens = (auth_token, *more_tokens)
        self._validators = [RequestValidator(each) for each in tokens if each]
        self._from = {"From": sender} if sender else {}
        if messaging_service_sid:
            self._from["MessagingServiceSid"] = messaging_service_sid
        self._inbound = Inbound(self._messages, {sender, messaging_service_sid, *hears_at})

    async def send(
        self,
        to: str,
        body: str,
        *,
        attempt: str,
        not_after: datetime | None,
        now: datetime,
        number: int = 0,
        parts: Parts | None = None,
    ) -> Accepted:
        del number, parts
        try:
            said = {"To": to, "Body": body, "StatusCallback": self.receipts_url(attempt)}
            made = await self._create(
                "POST", self._uri, headers=_FORM, data=said | self._from | _validity(not_after, now)
            )
            sid, status, code = made.get("sid"), made.get("status"), made.get("error_code")
        except NotConnected as error:
            raise SendLater("not_connected") from error
        except Throttled as error:
            raise SendLater("20429", error.retry_after, failure("20429")) from error
        except TwilioException as error:
            raise _what_it_means(error) from error
        except Exception as error:  # a cut answer, a time-out, no JSON: it may have been accepted
            raise OutcomeUnknown(type(error).__name__) from error
        if not isinstance(sid, str) or not SID.fullmatch(sid):
            raise OutcomeUnknown("no_sid")
        if _STATES.get(str(status)) == "failed":
            raise _definitely(str(code or status))
        return Accepted(sid, "sent")

    async def find(self, to: str, body: str, since: datetime) -> list[Found]:
        # Not by date: one that still waits at Twilio has no DateSent and would be left out.
        try:
            listed = await self._messages.list_async(to=to, limit=_MOST_LISTED, page_size=50)
        except Exception as error:
            raise LookupFailed(type(error).__name__) from error
        found = [
            _found(each)
            for each in listed
            if each.body == body and self._is_ours(each) and each.date_created is not None
            and each.date_created >= since - _CLOCKS_DIFFER
        ]  # fmt: skip
        return sorted(found, key=lambda each: each.created_at)

    async def fetch(self, provider_id: str) -> ReceivedReceipt | None:
        try:
            known = await self._messages(provider_id).fetch_async()
        except TwilioException as error:
            if getattr(error, "status", None) == 404:
                return None
            raise LookupFailed(str(getattr(error, "code", None) or type(error).__name__)) from error
        except Exception as error:
            raise LookupFailed(type(error).__name__) from error
        return _receipt(provider_id, str(known.status), str(known.error_code or "") or None)

    def receipts_url(self, attempt: str) -> str:
        return f"{self._public_url}/sms/receipts/{attempt}{_RETRIES}"

    def check_signature(self, path: str, form: Form, signature: str) -> bool:
        url, fields = self._public_url + path, _Pairs(form)
        return any(each.validate(url, fields, signature) for each in self._validators)

    def read_reply(self, form: Form) -> ReceivedReply:
        fields = self._checked(form)
        if "Body" not in fields:  # blank where there is only a picture, but always there
            raise Unreadable("Body")
        return reply_of(
            fields["MessageSid"], fields.get("From", ""), fields.get("To", ""), fields["Body"],
            fields.get("NumMedia", ""),
        )  # fmt: skip

    async def inbound_since(self, since: datetime) -> list[ReceivedReply]:
        return await self._inbound.since(since)

    def read_receipt(self, form: Form) -> ReceivedReceipt:
        fields = self._checked(form)
        status = fields.get("MessageStatus", "")
        if not 0 < len(status) <= 24 or "\x00" in status:
            raise Unreadable("MessageStatus")
        error = fields.get("ErrorCode", "").replace("\x00", "")[:64] or None
        return _receipt(fields["MessageSid"], status, error)

    async def close(self) -> None:
        await self._http.close()

    def _is_ours(self, listed: Any) -> bool:
        if not str(listed.direction or "").startswith("outbound"):
            return False
        if self._service:
            return bool(listed.messaging_service_sid == self._service)
        return bool(listed.from_ == self._sender)

    def _checked(self, form: Form) -> dict[str, str]:
        """The fields, once it is sure what was signed: names and values are signed run together,
        so that {Body: hi} and {Bod: yhi} have the same signature."""
        fields = dict(form)
        if len(fields) != len(form):
            raise Unreadable("a field stands twice")
        if fields.get("AccountSid") != self._account_sid:
            raise Unreadable("AccountSid")
        if not SID.fullmatch(fields.get("MessageSid", "")):
            raise Unreadable("MessageSid")
        return fields


class _Pairs:
    """A form as the validator wants it: all values of a name, blank ones too."""

    def __init__(self, form: Form) -> None:
        self._all: dict[str, list[str]] = {}
        for name, value in form:
            self._all.setdefault(name, []).append(value)

    def __iter__(self) -> Any:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def getlist(self, name: str) -> list[str]:
        return self._all[name]


def _validity(not_after: datetime | None, now: datetime) -> dict[str, int]:
    """How long it may wait at Twilio; 36,000 s is the most, and what it takes by itself."""
    if not_after is None or not_after - now >= _LONGEST_VALIDITY:
        return {}
    return {"ValidityPeriod": max(1, int((not_after - now).total_seconds()))}


def _receipt(sid: str, status: str, error: str | None) -> ReceivedReceipt:
    state = _STATES.get(status)
    why = failure(error or status) if state == "failed" else None
    return ReceivedReceipt(sid, status, state, error, error in _OPTED_OUT, why)


def _found(listed: Any) -> Found:
    news = _receipt(listed.sid, str(listed.status), str(listed.error_code or "") or None)
    state = news.state or "sent"
    return Found(listed.sid, state, listed.date_created, news.status, news.error, news.failure)


def _what_it_means(error: Any) -> Exception:
    status, code = getattr(error, "status", None), str(getattr(error, "code", None) or "")
    if not isinstance(status, int) or status >= 500 or status == 408:
        return OutcomeUnknown(code or f"http_{status}")
    if status in (401, 403) or status < 400:
        return SendLater(code or f"http_{status}", failure=_not_let_in(code, status))
    return _definitely(code or f"http_{status}")


def _definitely(code: str) -> SendRefused | SendLater:
    """Not sent: for ever, or until somebody has mended our account or its sender."""
    why = failure(code)
    if why.kind in ("configuration", "wait"):
        return SendLater(code, failure=why)
    return SendRefused(code, opted_out=code in _OPTED_OUT, failure=why)


def _not_let_in(code: str, status: int) -> Failure:
    """Whatever the code: who is turned away at the door cannot send anything."""
    why = failure(code)
    if why.kind == "configuration":
        return why
    words = f"Twilio turned our account away (HTTP {status})."
    return Failure(code or f"http_{status}", "configuration", words)
