"""In a real Chromium: the layout of a watch page, its player under a finger, sharing, tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, FloatRect, Locator, Page, expect

from lvs.media.samples import Clip, make_clip
from lvs.services import Services
from lvs.store import playback, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.libraries import library
from tests.helpers.servers import LocalServer, eventually

LAPTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
TABLET: dict[str, Any] = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
SIZES = (browsers.PHONE, TABLET, browsers.HEADSET, LAPTOP, browsers.WIDE)
FILM = "/watch/Films/B.mp4"


@pytest.fixture
async def site(live_services: Services, live_server: LocalServer, videos: Path, cast: Cast) -> str:
    """Films A, B and C, 40 s long each, in one folder; each has tags."""
    (videos / "Films").mkdir()
    for number, name in enumerate("ABC"):
        make_clip(videos / "Films" / f"{name}.mp4", Clip(size=(160, 90), duration_s=40.0 + number))
    cards = await library(live_services)
    for card in cards.values():
        for tag in ("harbor", "night"):
            await live_services.store.write(tags.add, card.id, tag)
    for tag in [f"tag {n}" for n in range(12)]:
        await live_services.store.write(tags.add, cards["Films/A.mp4"].id, tag)

    async def ready() -> bool:
        return (await live_server.get("/all")).text.count('data-state="ready"') == 3

    await eventually(ready)
    return live_server.url


async def box_of(locator: Locator) -> FloatRect:
    box = await locator.bounding_box()
    assert box is not None
    return box


async def ready(page: Page) -> None:
    await until(page, "document.querySelector('.player-controls').hidden === false")
    await until(page, "document.querySelector('video').readyState >= 1")


async def assert_within(page: Page, locator: Locator) -> None:
    """Whole, in the window."""
    box = await box_of(locator)
    width, height = await page.evaluate("[innerWidth, innerHeight]")
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height


async def test_the_page_at_every_size(site: str, browser: Browser) -> None:
    for size in SIZES:
        async with browsers.context(browser, **size) as context:
            page = await live_page(context, site + FILM)
            await ready(page)
            width, height = size["viewport"]["width"], size["viewport"]["height"]
            stage = await box_of(page.locator("#stage .player"))
            bar = await box_of(page.locator("media-time-range"))
            following = page.get_by_role("list", name="Up next")
            if width >= 1280:
                side = await box_of(following)
                assert side["x"] >= stage["x"] + stage["width"], width
                assert side["y"] < height
            else:
                await expect(following).to_be_hidden()
                assert stage["width"] == width, "to the edges"
                await page.locator("summary", has_text="Up next").click()
                await expect(following.get_by_role("link")).to_have_count(3)
            if size is browsers.PHONE:
                assert bar["width"] >= 350
                assert bar["height"] >= 48
            if size is LAPTOP:
                for part in ("h1", ".user-data", "#tags"):
                    await assert_within(page, page.locator(part))
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            for name in ("Share", "More actions"):
                await page.get_by_role("button", name=name).click()
                await assert_within(page, page.locator(":popover-open"))
                await page.keyboard.press("Escape")
            assert not await browsers.axe_violations(page), width


async def test_the_tags_show_within_the_window_on_focus_and_touch(
    site: str, browser: Browser
) -> None:
    for size in (LAPTOP, browsers.PHONE):
        async with browsers.context(browser, **size) as context:
            page = await live_page(context, site + FILM)
            await ready(page)
            field = page.get_by_label("Add a tag")
            if size is LAPTOP:
                await field.focus()
            else:
                await field.tap()
            options = page.locator("#tag-options .option")
            await expect(options).to_have_count(10)
            await assert_within(page, page.locator("#tag-options"))
            assert "harbor" not in await page.locator("#tag-options").inner_text()


async def test_the_link_opens_at_the_second_that_it_was_shared_at(
    site: str, context: BrowserContext
) -> None:
    page = await live_page(context, site + FILM)
    await ready(page)
    await page.evaluate("document.querySelector('video').currentTime = 34.5")
    await page.get_by_role("button", name="Share").click()
    code = page.get_by_role("img", name="QR code of the link")
    before = await code.get_attribute("src")
    await page.get_by_label("Start at 0:34").check()
    link = await page.get_by_label("Link", exact=True).input_value()
    assert link.endswith(f"{FILM}?t=34")
    assert await code.get_attribute("src") == f"{before}?t=34"
    await page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    await page.get_by_role("button", name="Copy link").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("window.copied") == link
    elsewhere = await live_page(context, f"{site}{FILM}?t=34")
    await until(elsewhere, "Math.floor(document.querySelector('video').currentTime) === 34")


async def test_one_press_resumes_from_the_list_of_what_was_started(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    cards = await library(live_services)
    item_id = cards["Films/B.mp4"].id
    await live_services.store.write(playback.save_position, HOUSEHOLD, item_id, 20.0)
    for path, card in (("/continue", ".card-link"), ("/", "#row-continue .card-link")):
        page = await live_page(context, site + path)
        await page.locator(card).first.click()
        await page.wait_for_url("**/watch/**")
        await until(page, "!document.querySelector('video').paused")
        await until(page, "document.querySelector('video').currentTime > 20")
        await expect(page.locator("[data-resume]")).to_have_count(0)
        await page.close()


async def test_resume_and_start_over_are_on_the_player(
    site: str, context: BrowserContext, live_services: Services
) -> None:
    cards = await library(live_services)
    item_id = cards["Films/B.mp4"].id
    await live_services.store.write(playback.save_position, HOUSEHOLD, item_id, 20.0)
    for name, low, high in (("Resume at 0:20", 20, 30), ("Start over", 0, 10)):
        page = await live_page(context, site + FILM)
        await ready(page)
        stage = await box_of(page.locator("media-controller"))
        button = page.get_by_role("link", name=name)
        box = await box_of(button)
        assert stage["y"] < box["y"] < box["y"] + box["height"] < stage["y"] + stage["height"]
        await button.click()
        await until(page, "!document.querySelector('video').paused")
        at = "document.querySelector('video').currentTime"
        await until(page, f"{at} > {low} && {at} < {high}")
        await page.close()


async def test_what_cannot_be_played_says_so_in_the_first_screen_of_a_phone(
    site: str, browser: Browser, live_services: Services
) -> None:
    await live_services.store.write(
        lambda tx: tx.connection.execute("update item set container = 'avi'")
    )
    async with browsers.context(browser, **browsers.PHONE) as context:
        page = await live_page(context, site + FILM)
        for shown in (
            page.get_by_text("Browsers can't play AVI files."),
            page.get_by_role("link", name="Open in another player").first,
            page.get_by_role("button", name="Copy address"),
        ):
            await assert_within(page, shown)
        await page.evaluate("document.execCommand = () => true")  # headless has no clipboard
        await page.get_by_role("button", name="Copy address").click()
        await expect(page.locator("#announcement")).to_have_text("Copied")


async def test_a_failure_while_playing_is_on_the_player_with_ways_out(
    site: str, context: BrowserContext
) -> None:
    page = await context.new_page()
    await page.route("**/video/**", lambda route: route.fulfill(status=404))
    await page.goto(site + FILM)
    failed = page.locator("[data-player-failed]")
    await expect(failed.get_by_role("alert")).to_have_text(
        "Your browser can't play this kind of file."
    )
    await expect(failed.get_by_role("link", name="Retry")).to_be_visible()
    await expect(failed.get_by_role("link", name="Open in another player")).to_be_visible()
    stage, box = await box_of(page.locator("media-controller")), await box_of(failed)
    assert box["y"] >= stage["y"]
    assert box["y"] + box["height"] <= stage["y"] + stage["height"] + 1
