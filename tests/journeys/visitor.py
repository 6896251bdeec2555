"""Somebody at a screen, who reads, fills in and presses; anything the console says is a fault."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Running

PHONE, DESK, NARROW = (390, 844), (1280, 900), (320, 640)
#: As long as the worker and the provider may take between two glances.
SOON_MS = 20_000


class Visitor:
    """One browser context, with script or without."""

    def __init__(self, page: Page, dev: Running, *, script: bool, name: str) -> None:
        self.page = page
        self.dev = dev
        self._script = script
        self._name = name
        self.complaints: list[str] = []
        page.set_default_timeout(SOON_MS)
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def open(self, path: str) -> None:
        self.page.goto(self.dev.url + path)

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words).first.click()

    def follow(self, words: str) -> None:
        self.page.get_by_role("link", name=words).first.click()

    def sees(self, words: str) -> None:
        """It is on the page, or comes soon; without script one looks again."""
        if not self._script:
            self._look_again(words)
        expect(self.page.locator("body")).to_contain_text(words, timeout=SOON_MS)

    def _look_again(self, words: str) -> None:
        for _ in range(SOON_MS // 250):
            if words in (self.page.text_content("body") or ""):
                return
            self.page.wait_for_timeout(250)
            self.page.reload()

    def picture(self, of: str) -> None:
        """Kept where PERILLE_TEST_PICTURES says, to be looked at by people."""
        folder = os.environ.get("PERILLE_TEST_PICTURES")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{self._name}-{of}.png", full_page=True)

    def scrolls_sideways(self) -> bool:
        wide: int = self.page.evaluate("document.documentElement.scrollWidth")
        return wide > (self.page.viewport_size or {"width": 0})["width"]


@contextmanager
def visiting(
    browser: Browser, dev: Running, size: tuple[int, int], *, script: bool = True,
    language: str = "en", dark: bool = False,
) -> Iterator[Visitor]:  # fmt: skip
    """A visitor at a screen of this size; at the end the console must have been silent."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=language, java_script_enabled=script,
        color_scheme="dark" if dark else "light",
    )  # fmt: skip
    name = f"{width}-{language}{'' if script else '-bare'}{'-dark' if dark else ''}"
    visitor = Visitor(context.new_page(), dev, script=script, name=name)
    try:
        yield visitor
    finally:
        context.close()
    assert not visitor.complaints
