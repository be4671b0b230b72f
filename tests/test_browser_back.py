"""In a real Chromium: Back leads to where one was, with the page cached or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.helpers import browsers
from tests.helpers.browsers import live_page, scroll_to_the_end, until
from tests.helpers.clips import Cast
from tests.helpers.libraries import fill, library
from tests.helpers.servers import LocalServer

ALL_THERE = "document.querySelectorAll('#grid > .card').length === 130"
IS_ON_SCREEN = """id => {
  const box = document.getElementById(id)?.getBoundingClientRect();
  return Boolean(box) && box.top >= 0 && box.bottom <= innerHeight;
}"""


async def go_back(page: Page, url: str) -> None:
    """To a page that was shown before; one from the cache has no load to wait for."""
    await page.go_back(wait_until="commit")
    await page.wait_for_url(url, wait_until="commit")


async def test_back_leads_to_the_card_that_was_opened(
    server: LocalServer, browser: Browser
) -> None:
    await fill(server.services.store, 130)
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        url = f"{server.url}/all?sort=title"
        page = await live_page(context, url)
        await scroll_to_the_end(page)
        card = page.locator(".card:has-text('Video 000100')")
        await card.scroll_into_view_if_needed()
        identity = await card.get_attribute("id")
        await card.locator(".card-link").click()
        await page.wait_for_url("**/watch/**")
        await go_back(page, url)
        await until(page, ALL_THERE)
        await until(page, IS_ON_SCREEN, identity)
        await page.reload()
        await until(page, ALL_THERE)
        await until(page, IS_ON_SCREEN, identity)


async def test_back_from_a_search_leads_to_where_it_started(
    server: LocalServer, browser: Browser
) -> None:
    await fill(server.services.store, 130)
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        url = f"{server.url}/all?sort=title"
        page = await live_page(context, url)
        await scroll_to_the_end(page)
        card = page.locator(".card:has-text('Video 000100')")
        await card.scroll_into_view_if_needed()
        identity = await card.get_attribute("id")
        await page.keyboard.press("/")
        await page.keyboard.type("000007")
        await page.wait_for_url("**/all?q=000007")
        async with page.expect_event("load"):  # the list as it is now
            await go_back(page, url)
        await until(page, ALL_THERE)
        await until(page, IS_ON_SCREEN, identity)


@pytest.fixture
async def keeping_browser(
    chromium_path: str, browser_arguments: list[str]
) -> AsyncIterator[Browser]:
    """A browser that keeps pages for the way back, as people have it and Playwright has not."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path,
            args=browser_arguments,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        await browser.close()


async def test_the_browser_keeps_a_list_and_a_video_for_the_way_back(
    server: LocalServer, keeping_browser: Browser, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    await library(server.services)
    site = server.url
    async with browsers.context(keeping_browser, **browsers.DESKTOP) as context:
        page = await live_page(context, f"{site}/all?sort=title")
        await page.evaluate("window.isKept = true")
        await page.goto(f"{site}/watch/a.mp4")
        await page.wait_for_selector("[data-vr=offered]", state="attached")
        await page.evaluate("window.isKept = true")
        await page.goto(f"{site}/tags")
        for path in ("/watch/a.mp4", "/all?sort=title"):
            await go_back(page, site + path)
            assert await page.evaluate("window.isKept === true"), path
