"""Settings: typed and frozen; from settings.toml, then the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from delivery.assets import asset
from delivery.rules.working_hours import WorkingHours

Seconds = Annotated[float, Field(gt=0)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


# Variables of ours that are no settings: where the settings are, and what tests are told.
_OTHERS = ("PERILLE_SETTINGS", "PERILLE_TEST_", "PERILLE_BENCH_")


class MisspeltSetting(ValueError):
    """A PERILLE_ variable names no setting."""


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Section):
    url: str


class ServerSettings(Section):
    host: str
    port: int = Field(ge=0, le=65535)
    public_url: str
    secret: SecretStr
    header_seconds: Seconds
    body_seconds: Seconds
    max_body_bytes: int = Field(ge=1024)

    @model_validator(mode="before")
    @classmethod
    def _where_we_listen(cls, given: dict[str, Any]) -> dict[str, Any]:
        own = f"http://{given.get('host')}:{given.get('port')}"
        return given | {"public_url": str(given.get("public_url") or own).rstrip("/")}


class ShopSettings(Section):
    name: str
    agent: str
    currency: str = Field(pattern="^[A-Z]{3}$")
    country: str = Field(pattern="^[A-Z]{2}$")
    locale: str
    zone: str

    @field_validator("zone")
    @classmethod
    def _known(cls, given: str) -> str:
        try:
            ZoneInfo(given)
        except (ZoneInfoNotFoundError, OSError, ValueError):
            raise ValueError("no such time zone; one is Europe/Helsinki") from None
        return given


class SmsSettings(Section):
    provider: Literal["stand_in", "twilio", "console"]
    price_minor: float = Field(ge=0)


class TwilioSettings(Section):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    account_sid: str
    auth_token: SecretStr
    other_auth_token: SecretStr
    sender: str = Field(alias="from")
    messaging_service_sid: str
    senders: dict[Country, list[str]]
    registered: dict[Country, list[str]]
    base_url: str
    segments_per_second: float = Field(ge=0)
    timeout_seconds: Seconds
    in_flight: int = Field(ge=1, le=1024)

    @field_validator("senders", "registered", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {key: [each] if isinstance(each, str) else each for key, each in given.items()}


class EmailSettings(Section):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    provider: Literal["smtp", "console"]
    host: str
    port: int = Field(ge=0, le=65535)
    sender: str = Field(alias="from")
    user: str
    password: SecretStr
    timeout_seconds: Seconds
    connections: int = Field(ge=1, le=64)


class BroadcastSettings(Section):
    start_delay_seconds: float = Field(ge=0)
    offer_minutes: float = Field(ge=0)


class QuietHoursSettings(Section):
    start: str = Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$|^$")
    end: str = Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$|^$")


class MessageSettings(Section):
    per_day: int = Field(ge=1)


class HoldSettings(Section):
    minutes: Seconds
    extensions: int = Field(ge=0)


class QuoteSettings(Section):
    minutes: float = Field(ge=15)


class OutboxSettings(Section):
    lease_seconds: Seconds
    unsure_seconds: Seconds
    receipt_minutes: Seconds
    poll_seconds: Seconds


class ReplySettings(Section):
    menu_minutes: Seconds
    undo_minutes: Seconds
    fetch_hours: float = Field(ge=2, le=720)
    hold_minutes: Seconds
    most_answers: int = Field(ge=1)
    loop_minutes: Seconds


class ReminderSettings(Section):
    evening_hour: int = Field(ge=12, le=20)
    pickup_days: int = Field(ge=0, le=30)
    feedback_hours: Seconds
    thank_after: int = Field(ge=0)


class LinkSettings(Section):
    days: Seconds


class OpsSettings(Section):
    session_hours: Seconds


class DeskSettings(Section):
    hours: str
    answer_minutes: int = Field(ge=1)
    warn_minutes: int = Field(ge=0)
    goodwill_minor: int = Field(ge=0)


class CarrierSettings(Section):
    secret: SecretStr


class DemoSettings(Section):
    enabled: bool


class Settings(BaseSettings):
    """Everything that can be set. A misspelt name is refused by name."""

    model_config = SettingsConfigDict(
        env_prefix="PERILLE_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    database: DatabaseSettings
    server: ServerSettings
    shop: ShopSettings
    sms: SmsSettings
    twilio: TwilioSettings
    email: EmailSettings
    broadcasts: BroadcastSettings
    quiet_hours: QuietHoursSettings
    messages: MessageSettings
    holds: HoldSettings
    quotes: QuoteSettings
    outbox: OutboxSettings
    replies: ReplySettings
    reminders: ReminderSettings
    links: LinkSettings
    ops: OpsSettings
    desk: DeskSettings
    carriers: dict[str, CarrierSettings]
    demo: DemoSettings
    shop_key: SecretStr = SecretStr("")
    staff_key: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _somebody_works(self) -> Self:
        try:
            working_hours_of(self)
        except ValueError as wrong:
            raise ValueError(f"desk.hours: {wrong}") from None
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = [asset("settings.toml"), Path("settings.toml")]
        mine = os.environ.get("PERILLE_SETTINGS")
        if mine:
            files.append(Path(mine))
        toml = TomlConfigSettingsSource(settings_cls, toml_file=files, deep_merge=True)
        return init_settings, env_settings, toml


def working_hours_of(settings: Settings) -> WorkingHours:
    """When people at the desk work, in the shop's zone and on its country's working days."""
    shop = settings.shop
    return WorkingHours.parse(settings.desk.hours, country=shop.country, zone=shop.zone)


def load_settings() -> Settings:
    """Settings as they stand now. Raises `MisspeltSetting` or pydantic's `ValidationError`."""
    for name in os.environ:
        if not name.startswith("PERILLE_") or name.startswith(_OTHERS):
            continue
        section = name.removeprefix("PERILLE_").split("__")[0].lower()
        if section not in Settings.model_fields:
            raise MisspeltSetting(f"{name} names no setting; see settings.toml")
    return Settings()  # type: ignore[call-arg]  # filled from the sources above
