"""The secrets `perille dev` makes for itself, once, in a file beside its database."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import make_url


@dataclass(frozen=True)
class DevSecrets:
    server: str
    carrier: str
    account_sid: str
    auth_token: str
    shop_key: str
    staff_key: str
    password: str
    login: str = "mikko"

    def as_settings(self) -> dict[str, str]:
        """The same as variables of the environment."""
        return {
            "PERILLE_SERVER__SECRET": self.server,
            "PERILLE_CARRIERS__OWN_VAN__SECRET": self.carrier,
            "PERILLE_TWILIO__ACCOUNT_SID": self.account_sid,
            "PERILLE_TWILIO__AUTH_TOKEN": self.auth_token,
            "PERILLE_TWILIO__FROM": "+358402000000",
            "PERILLE_SHOP_KEY": self.shop_key,
            "PERILLE_STAFF_KEY": self.staff_key,
        }


def dev_secrets(database_url: str) -> DevSecrets:
    """Those beside this database; made now if there are none."""
    url = make_url(database_url)
    name = url.database if url.get_backend_name() == "sqlite" else f"perille-{url.database}.db"
    file = Path(f"{name}-secrets.json")
    if file.exists():
        return DevSecrets(**json.loads(file.read_text()))
    made = DevSecrets(
        server=secrets.token_urlsafe(32),
        carrier="whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(),
        account_sid="AC" + secrets.token_hex(16),
        auth_token=secrets.token_hex(16),
        shop_key=secrets.token_urlsafe(24),
        staff_key=secrets.token_urlsafe(24),
        password=secrets.token_urlsafe(9),
    )
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(asdict(made), out, indent=2)
    return made
