"""The pages in a real browser over the whole suite: what a person with nothing but the README does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from janseva_local.stack import Stack
from tests.e2e.browser_rig import (
    DESK_SCREEN,
    NARROWEST,
    PHONE_SCREEN,
    chromium_browser,
    fits,
    message_of,
    picture,
    window,
)
from tests.e2e.page_journeys import file_complaint, go_on, log_in, officer_log_in, press

GRAVE = {"serious", "critical"}
PAGES = ("/", "/services/e-complaint", "/emergency", "/track", "/login", "/components", "/nowhere")
# Where no cookie is read, the address has the language.
APART = ("/tips", "/tips/answer")
RUNNING = re.compile(r"चल रहे ([\d,]+)")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium_browser() as running:
        yield running


async def running_inquiries(page: Page) -> int:
    """How many inquiries the wall counts as running."""
    await page.goto("/desk/wall")
    found = RUNNING.search(await page.inner_text(".promise:nth-child(3)"))
    return int(found.group(1).replace(",", "")) if found else 0


async def test_a_complaint_from_a_phone_to_the_wall(stack: Stack, browser: Browser) -> None:
    """A citizen files in Hindi on a phone-sized window, an officer answers on the desk page, the citizen sees it
    without reloading, and headquarters' wall counts it.
    """
    base, sink = stack.urls["web"], stack.urls["provider"]
    async with window(browser, base, PHONE_SCREEN) as phone, window(browser, base, DESK_SCREEN) as desk:
        await officer_log_in(desk, "hq")
        before = await running_inquiries(desk)
        number = await file_complaint(phone, sink, "9876500031")
        await press(phone, "a[href^='/cases/JS']")
        await phone.wait_for_selector(".clock.running")
        await picture(phone, "case")
        await desk.goto("/desk")
        await desk.fill("#q", number.lower())
        await press(desk, ".find button.button")
        await press(desk, f"text={number}")
        await picture(desk, "desk-case")
        await press(desk, "form[action$='/acknowledge'] button.button")
        await desk.wait_for_selector(".notice.ok")
        await phone.wait_for_selector("text=कार्यालय ने देखा")
        await picture(phone, "case-answered")
        await desk.goto("/desk")
        await picture(desk, "desk-inbox")
        for _ in range(60):
            if await running_inquiries(desk) > before:
                break
            await asyncio.sleep(1)
        else:
            pytest.fail("the wall never counted the complaint")
        await picture(desk, "wall")


async def test_the_receipts_picture_opens_the_case_elsewhere(stack: Stack, browser: Browser) -> None:
    """In a browser that has never been here: the code leaves the address at once, and the case is there."""
    base = stack.urls["web"]
    async with window(browser, base, PHONE_SCREEN) as phone:
        await phone.goto("/emergency")
        await phone.fill("#note", "दुकान में आग लगी है")
        await phone.fill("#address", "बोरिंग रोड, पटना")
        await picture(phone, "emergency")
        await press(phone, "main form button.danger")
        number = (await phone.inner_text("#number")).strip()
        code = await phone.inner_text(".pairs div:nth-child(2) dd")
    async with window(browser, base, PHONE_SCREEN) as other:
        await other.goto(f"/cases/{number}")
        assert await other.is_visible("#code")
        await other.goto("about:blank")
        await other.goto(f"/track#{number}~{code}")
        await other.wait_for_url(f"**/cases/{number}")
        assert code not in await other.content()
        assert number in await other.inner_text("main")


async def test_everything_works_without_a_script(stack: Stack, browser: Browser) -> None:
    """Login, a form of several pages, the receipt typed by hand; a shared phone gets messages that name nothing."""
    async with window(browser, stack.urls["web"], PHONE_SCREEN, java_script_enabled=False) as page:
        await page.goto("/file/lost-property")
        await log_in(page, stack.urls["provider"], "9876500032")
        await page.wait_for_selector("main form")
        if await page.is_visible("select#a-item"):
            await page.select_option("#a-item", "mobile_phone")
        else:
            await page.check("input[name='a-item'][value=mobile_phone]")
        while not await page.is_visible("button[value=send]"):
            if await page.is_visible("#a-declaration"):
                await page.check("#a-declaration")
            if await page.is_visible("#a-lost_place"):
                await page.fill("#a-lost_place", "पटना जंक्शन, पटना 800001")
            if await page.is_visible("#contact-neutral"):
                await page.check("#contact-neutral")
            await go_on(page)
        await press(page, "button[value=send]")
        number = (await page.inner_text("#number")).strip()
        code = await page.inner_text(".pairs div:nth-child(2) dd")
        await page.context.clear_cookies()
        await page.goto("/track")
        await page.fill("#number", number.lower())
        await page.fill("#code", code)
        await page.click("main form button.button")
        await page.wait_for_url(f"**/cases/{number}")
    news = await message_of(stack.urls["provider"], "9876500032", "filed")
    assert news == "आपके लिए एक सूचना है। जब सुविधा हो, देख लें।"


@pytest.mark.parametrize("language", ["hi", "en", "ur"])
async def test_the_pages_fit_the_narrowest_screen_and_bar_nobody(stack: Stack, browser: Browser, language: str) -> None:
    """At 320 pixels nothing is wider than the window; axe-core finds nothing serious."""
    async with window(browser, stack.urls["web"], NARROWEST) as page:
        await page.goto(f"/language/{language}?to=/")
        for path in (*PAGES, *(f"{path}?language={language}" for path in APART)):
            await page.goto(path)
            assert await fits(page), path
            found = (await Axe().run(page)).response["violations"]
            assert [one["help"] for one in found if one["impact"] in GRAVE] == [], path


async def test_the_keyboard_is_enough(stack: Stack, browser: Browser) -> None:
    """The first Tab is the way past the menu; an error takes the focus and leads to its field; Enter sends."""
    async with window(browser, stack.urls["web"], DESK_SCREEN) as page:
        await page.goto("/login")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") == "phone"
        await page.keyboard.type("12")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".summary")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") in {"phone", "faults"} or await page.is_visible(
            "#faults"
        )
        await page.focus(".summary a")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "phone"


async def test_without_a_network_the_page_shows_that_nothing_was_sent(stack: Stack, browser: Browser) -> None:
    """A call for help that cannot go out: the kept page says so and offers the telephone; back online it goes out."""
    async with window(browser, stack.urls["web"], PHONE_SCREEN) as page:
        await page.goto("/emergency")
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.goto("/emergency")
        await page.fill("#note", "मदद चाहिए")
        await page.context.set_offline(True)
        await page.click("main form button.danger")
        await page.wait_for_selector("text=कुछ भी नहीं भेजा गया")
        assert await page.is_visible("main a[href='tel:112']")
        await page.context.set_offline(False)
        await page.goto("/emergency")
        await press(page, "main form button.danger")
        await page.wait_for_selector("#number")
