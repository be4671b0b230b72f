"""In a real Chromium: favorites and ratings answer immediately, and are on every page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from lvs.services import Services
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.libraries import age
from tests.helpers.servers import LocalServer, eventually


@pytest.fixture
async def site(live_services: Services, live_server: LocalServer, videos: Path, cast: Cast) -> str:
    for name in ("beach", "city", "forest"):
        cast.copy(f"{name}.mp4", videos / f"{name.title()}.mp4")
    age(videos)
    await eventually(lambda: live_services.library.all_watched)
    live_services.library.ask_for_scan()
    url = live_server.url

    async def all_ready() -> bool:
        return (await live_server.get("/all")).text.count('data-state="ready"') == 3

    await eventually(all_ready)
    return url


async def test_a_rating_on_a_card_is_on_the_watch_page_immediately(
    site: str, context: BrowserContext
) -> None:
    gallery = await live_page(context, f"{site}/all?sort=title")
    watch = await live_page(context, f"{site}/watch/City.mp4")
    card = gallery.locator(".card:has-text('City')")
    await card.locator(".rate-open").click()
    await until(watch, "performance.now() > 0")
    stars = gallery.get_by_role("group", name="Rating of City")
    await stars.get_by_role("button", name="4 stars", exact=True).click()
    assert await card.locator(".rate-open").get_attribute("class") == "rate-open rate-given"
    await until(watch, "document.querySelectorAll('#about .star-on').length === 4")
    await expect(gallery.locator("#rate")).to_be_hidden()
    await until(gallery, "document.activeElement.className === 'rate-open rate-given'")


async def test_the_stars_of_a_card_open_under_the_finger_without_a_veil(
    site: str, browser: Browser
) -> None:
    for size in (browsers.DESKTOP, browsers.WIDE):  # by touch, stars are in the menu of a card
        async with browsers.context(browser, **size) as context:
            page = await live_page(context, f"{site}/all?sort=title")
            await expect(page.locator("[popover].rate")).to_have_count(1)
            for link in await page.locator(".rate-open").all():
                await link.focus()
                await link.click()
                stars = page.get_by_role("group", name="Rating of")
                await expect(stars).to_be_visible()
                assert await link.evaluate(DISTANCE) < 16, size
                width, veil = await page.evaluate(
                    "[innerWidth, getComputedStyle(document.getElementById('rate'), '::backdrop')"
                    ".backgroundColor]"
                )
                assert veil == "rgba(0, 0, 0, 0)"
                box = await page.locator("#rate").bounding_box()
                assert box is not None
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width
                await page.keyboard.press("Escape")
                await expect(stars).to_be_hidden()
                assert await link.evaluate("link => link === document.activeElement")


# Between the open stars and the control that opened them, in pixels.
DISTANCE = """(link) => {
  const [a, b] = [document.getElementById('rate'), link].map((one) => one.getBoundingClientRect());
  return Math.hypot(
    Math.max(0, a.left - b.right, b.left - a.right),
    Math.max(0, a.top - b.bottom, b.top - a.bottom));
}"""


async def test_one_tab_stop_for_five_stars(site: str, context: BrowserContext) -> None:
    page = await live_page(context, f"{site}/watch/Beach.mp4")
    await page.locator("#about .heart").focus()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.ariaLabel") == "1 star"
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "watched"
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate("document.activeElement.matches('.heart')")


async def test_a_heart_enters_and_leaves_the_open_favorites(
    site: str, context: BrowserContext
) -> None:
    favorites = await live_page(context, f"{site}/favorites")
    assert await browsers.titles(favorites) == []
    watch = await live_page(context, f"{site}/watch/Forest.mp4")
    heart = watch.locator("#about .heart")
    await heart.focus()
    await watch.keyboard.press("Space")
    await browsers.wait_for_titles(favorites, ["Forest"])
    assert await favorites.inner_text("#summary .muted") == "1 video"
    assert await heart.get_attribute("aria-pressed") == "true"
    assert await watch.evaluate("document.activeElement.matches('.heart')")
    await favorites.bring_to_front()
    await favorites.locator(".heart").click()
    await browsers.wait_for_titles(favorites, [])
    await favorites.get_by_text("No favorites yet").wait_for()
    await until(watch, "!document.querySelector('#about .heart[aria-pressed=true]')")


async def test_a_refusal_puts_the_control_back_and_says_why(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    page = await live_page(context, f"{site}/watch/Beach.mp4")
    await page.route("**/videos/*/rating", lambda route: route.abort())
    await page.locator("#about").get_by_role("button", name="5 stars", exact=True).click()
    await page.get_by_text("Can't reach the server").wait_for()
    await until(page, "document.querySelectorAll('#about .star-on').length === 0")
    await page.unroute("**/videos/*/rating")
    await page.locator("#about").get_by_role("button", name="2 stars", exact=True).click()
    await until(page, "document.querySelectorAll('#about .star-on').length === 2")


async def test_stars_by_keyboard(site: str, context: BrowserContext) -> None:
    page = await live_page(context, f"{site}/watch/Beach.mp4")
    await page.locator("#about").get_by_role("button", name="1 star", exact=True).focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await until(page, "document.querySelectorAll('#about .star-on').length === 3")
    await page.get_by_role("button", name="Clear rating").click()
    await until(page, "document.querySelectorAll('#about .star-on').length === 0")


async def test_hearts_and_stars_without_scripts(site: str, browser: Browser) -> None:
    async with browsers.context(browser, **browsers.PHONE, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{site}/all?sort=title")
        card = page.locator(".card:has-text('City')")
        await card.locator(".heart").click()
        await page.wait_for_url(f"{site}/all?sort=title")
        assert await card.locator(".heart").get_attribute("aria-pressed") == "true"
        await card.locator(".rate-open").click()
        await page.wait_for_url("**/items/*#rating")
        await page.get_by_role("button", name="5 stars", exact=True).click()
        await page.locator(".star-on").nth(4).wait_for()
        await page.goto(f"{site}/all?sort=title")
        assert await card.locator(".rate-open").inner_text() == "5"


async def test_tags_views_and_watched_without_scripts(site: str, browser: Browser) -> None:
    async with browsers.context(browser, **browsers.PHONE, java_script_enabled=False) as context:
        page = await context.new_page()
        address = f"{site}/watch/City.mp4"
        await page.goto(address)
        await page.get_by_label("Add a tag").fill("Night")
        await page.get_by_role("button", name="Add", exact=True).click()
        await page.wait_for_url(address)
        await expect(page.get_by_role("link", name="Night")).to_have_count(1)
        await page.get_by_role("button", name="I watched this").click()
        await page.wait_for_url(address)
        assert "1 view" in await page.locator("#about .card-meta").inner_text()
        await page.get_by_role("button", name="Mark as watched").click()
        await page.wait_for_url(address)
        assert await page.locator("#watched").get_attribute("aria-pressed") == "true"
        await page.get_by_role("button", name="Remove tag Night").click()
        await page.wait_for_url(address)
        await expect(page.get_by_role("link", name="Night")).to_have_count(0)
