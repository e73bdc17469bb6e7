"""What people do on the pages, step by step, for tests and pictures."""

from __future__ import annotations

from playwright.async_api import Page

from tests.e2e.browser_rig import otp_of, picture


async def log_in(page: Page, sink: str, phone: str) -> None:
    """By the code that the phone gets."""
    await page.fill("#phone", phone)
    await press(page, "main form button.button")
    await page.fill("#code", await otp_of(sink, phone))
    await press(page, "main form button.button")


async def press(page: Page, button: str) -> None:
    """A button that leads to another page, which is there when this returns."""
    async with page.expect_navigation():
        await page.click(button)


async def go_on(page: Page) -> None:
    await press(page, "main form button[name=go][value=next]:not([aria-hidden])")


async def file_complaint(page: Page, sink: str, phone: str) -> str:
    """An e-complaint in Hindi; its tracking number."""
    await page.goto("/")
    await picture(page, "home")
    await press(page, "a[href='/services/e-complaint']")
    await picture(page, "service")
    await press(page, "a[href='/file/e-complaint']")
    await log_in(page, sink, phone)
    await page.wait_for_selector("#a-category")
    await page.select_option("#a-category", "theft")
    await page.check("input[name='a-accused_known'][value=no]")
    await page.fill("#description", "कल शाम बाजार से मेरी साइकिल चोरी हो गई। काले रंग की, पीछे टोकरी लगी है।")
    await picture(page, "question")
    await go_on(page)
    await page.wait_for_selector("#a-incident_place")
    await page.fill("#a-incident_place", "कदमकुआँ बाजार, पटना 800003")
    await page.click("summary")
    await page.fill("#station_text", "कदमकुआँ")
    await press(page, "button[value=find]")
    await page.check("input[name=station] >> nth=0")
    await picture(page, "place")
    await go_on(page)
    while not await page.is_visible("button[value=send]"):
        if await page.is_visible("#name"):
            await page.fill("#name", "आशा देवी")
        await go_on(page)
    await picture(page, "check-answers")
    await press(page, "button[value=send]")
    number = (await page.inner_text("#number")).strip()
    await picture(page, "receipt")
    return number


async def officer_log_in(page: Page, role: str, place: str = "") -> None:
    """At the local issuer, by the code flow."""
    await page.goto("/desk")
    await page.wait_for_selector("#role")
    await page.select_option("#role", role)
    await page.fill("#place", place)
    await press(page, "button")
    await page.wait_for_selector("#live")
