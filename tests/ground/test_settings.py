"""Every setting stands in settings.toml with a reason, and a misspelt one is refused by name."""

from __future__ import annotations

import re
import tomllib

import pytest
from pydantic import ValidationError

from delivery.app import build_house
from delivery.assets import asset
from delivery.settings import MisspeltSetting, Settings, load_settings

TEXT = asset("settings.toml").read_text("utf-8")
GIVEN = tomllib.loads(TEXT)


def test_every_setting_has_a_default_in_the_file() -> None:
    for name, field in Settings.model_fields.items():
        if name in ("shop_key", "staff_key"):  # secrets, named in the environment only
            continue
        section = getattr(field.annotation, "model_fields", None)
        assert name in GIVEN
        if section is not None:
            named = {each.alias or key for key, each in section.items()}
            assert named == set(GIVEN[name])


def test_every_line_says_why() -> None:
    bare = [line for line in TEXT.splitlines() if re.match(r"\w+ = ", line) and "#" not in line]
    assert set(bare) <= {
        'currency = "EUR"', 'country = "FI"', 'host = ""', "port = 587", 'from = ""',
        "port = 8000", "session_hours = 12",
    }  # fmt: skip


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERILLE_HOLDS__MINUTES", "0.5")
    monkeypatch.setenv("PERILLE_CARRIERS__SWIFT__SECRET", "whsec_abc")
    settings = load_settings()
    assert settings.holds.minutes == 0.5
    assert settings.carriers["swift"].secret.get_secret_value() == "whsec_abc"


@pytest.mark.parametrize("name", ["PERILLE_HOLD__MINUTES", "PERILLE_SHOPKEY"])
def test_a_misspelt_section_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(MisspeltSetting, match=name):
        load_settings()


def test_a_misspelt_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERILLE_HOLDS__MINUTE", "1")
    with pytest.raises(ValidationError, match=r"holds\.minute"):
        load_settings()


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERILLE_SERVER__SECRET", "canary")
    monkeypatch.setenv("PERILLE_SHOP_KEY", "canary")
    assert "canary" not in repr(load_settings())


@pytest.mark.parametrize("hours", ["when we like", "Mo-Fr 09:00-17:00; SH off"])
def test_working_hours_that_cannot_be_kept_are_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, hours: str
) -> None:
    monkeypatch.setenv("PERILLE_DESK__HOURS", hours)
    with pytest.raises(ValidationError, match=r"desk\.hours: \w+"):
        load_settings()


@pytest.mark.parametrize("hours", ["off", "2020 Mo-Fr 09:00-17:00"])
def test_a_desk_at_which_nobody_works_does_not_open(
    monkeypatch: pytest.MonkeyPatch, hours: str
) -> None:
    monkeypatch.setenv("PERILLE_DESK__HOURS", hours)
    with pytest.raises(ValueError, match=r"desk\.hours: nobody works"):
        build_house(load_settings())
