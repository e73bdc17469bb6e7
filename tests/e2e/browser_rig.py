"""The system's Chromium, driven through the pages as a person uses them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from janseva_local.folder import ROOT

PICTURES = ROOT / "docs" / "pictures"
PHONE_SCREEN = {"width": 360, "height": 740}
NARROWEST = {"width": 320, "height": 600}
DESK_SCREEN = {"width": 1280, "height": 900}


def chromium() -> str:
    """Where the system's Chromium is. Without one the test is skipped: in CI, where .ci/run installs it, a failure."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    return found


@asynccontextmanager
async def chromium_browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        # A container's root has no sandbox; the pages are ours.
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def window(browser: Browser, base: str, screen: Any, **options: Any) -> AsyncIterator[Page]:
    """A window of a visitor of his own, with a page; whatever a page complains of fails the test."""
    context: BrowserContext = await browser.new_context(base_url=base, viewport=screen, **options)
    context.set_default_timeout(20_000)
    complaints: list[str] = []
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    try:
        yield page
    finally:
        await context.close()
    assert complaints == []


async def otp_of(sink: str, phone: str) -> str:
    """The newest code that the local SMS gateway was given for a number."""
    async with httpx.AsyncClient() as http:
        messages = (await http.get(f"{sink}/v1/sink", params={"to": f"+91{phone}"})).json()
    found = re.search(r"\b\d{6}\b", messages[0]["text"])
    assert found
    return found.group()


async def message_of(sink: str, phone: str, template: str) -> str:
    """The text of a template's message to a number, once it is there."""
    async with httpx.AsyncClient() as http, asyncio.timeout(90):
        while True:
            messages = (await http.get(f"{sink}/v1/sink", params={"to": f"+91{phone}"})).json()
            if texts := [str(one["text"]) for one in messages if one["template"] == template]:
                return texts[0]
            await asyncio.sleep(0.5)


async def picture(page: Page, name: str) -> None:
    """A picture of the whole page for the documentation, if PICTURES=1 asks for new ones."""
    if os.environ.get("PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        await page.screenshot(path=Path(PICTURES, f"{name}.png"), full_page=True)


async def fits(page: Page) -> bool:
    """Whether nothing of the page is wider than its window."""
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return not wide
