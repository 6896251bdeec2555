"""How Twilio writes: a message, a page of them, an error, a webhook's form."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from notifications.stand_in.ledger import Sms

API_VERSION = "2010-04-01"
_ERRORS = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "An internal server error has occurred",
    20503: "Service unavailable",
    21211: "Invalid 'To' Phone Number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21609: "The 'StatusCallback' URL is not a valid URL.",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


def base(account: str) -> str:
    return f"/{API_VERSION}/Accounts/{account}/Messages"


def error(status: int, code: int) -> dict[str, Any]:
    return {
        "code": code,
        "message": _ERRORS.get(code, "It was refused"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def message(sms: Sms, account: str) -> dict[str, Any]:
    """The Message resource."""
    uri = f"{base(account)}/{sms.sid}"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": sms.body,
        "date_created": _date(sms.created_at),
        "date_sent": _date(sms.sent_at),
        "date_updated": _date(sms.updated_at or sms.created_at),
        "direction": sms.direction,
        "error_code": sms.error,
        "error_message": None if sms.error is None else _ERRORS.get(sms.error, "It failed"),
        "from": sms.sender or None,
        "messaging_service_sid": sms.service,
        "num_media": "0",
        "num_segments": str(sms.num_segments),
        "price": None,
        "price_unit": "USD",
        "sid": sms.sid,
        "status": sms.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": sms.to,
        "uri": f"{uri}.json",
    }


def page(
    found: list[Sms], account: str, asked: dict[str, str], number: int, size: int
) -> dict[str, Any]:
    """One page of a list, newest first, with the addresses of those around it."""
    begin = number * size
    shown = found[begin : begin + size]

    def at(which: int) -> str:
        query = {**asked, "PageSize": str(size), "Page": str(which)}
        if which:
            query["PageToken"] = f"PA{found[which * size - 1].sid}"
        return f"{base(account)}.json?{urlencode(query)}"

    return {
        "messages": [message(each, account) for each in shown],
        "page": number,
        "page_size": size,
        "start": begin,
        "end": begin + max(len(shown) - 1, 0),
        "uri": at(number) if begin <= len(found) else at(0),
        "first_page_uri": at(0),
        "next_page_uri": at(number + 1) if begin + size < len(found) else None,
        "previous_page_uri": at(number - 1) if number and begin <= len(found) else None,
    }


def receipt(sms: Sms, account: str, status: str) -> dict[str, str]:
    """The form of a status callback."""
    form = {
        "AccountSid": account, "ApiVersion": API_VERSION, "From": sms.sender, "To": sms.to,
        "MessageSid": sms.sid, "MessageStatus": status, "SmsSid": sms.sid, "SmsStatus": status,
    }  # fmt: skip
    if sms.service:
        form["MessagingServiceSid"] = sms.service
    if sms.error is not None:
        form["ErrorCode"] = str(sms.error)
    return form


def reply(sms: Sms, account: str) -> dict[str, str]:
    """The form of an incoming message. Blank fields are part of what is signed."""
    return {
        "AccountSid": account, "ApiVersion": API_VERSION, "Body": sms.body, "From": sms.sender,
        "FromCity": "", "FromCountry": "FI", "FromState": "", "FromZip": "", "MessageSid": sms.sid,
        "NumMedia": "0", "NumSegments": str(sms.num_segments), "SmsMessageSid": sms.sid,
        "SmsSid": sms.sid, "SmsStatus": "received", "To": sms.to,
    }  # fmt: skip


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment.astimezone(UTC))
