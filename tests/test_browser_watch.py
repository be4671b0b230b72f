"""In a real Chromium: the watch page's keys, and what it shows when its file goes and returns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from lvs.services import Services
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.libraries import library
from tests.helpers.servers import LocalServer


@pytest.fixture
async def site(live_services: Services, live_server: LocalServer, videos: Path, cast: Cast) -> str:
    """Films A, B and C in one folder; B is six seconds long."""
    cast.unique(videos / "A.mp4")
    cast.copy("dark-start.mp4", videos / "B.mp4")
    cast.unique(videos / "C.mp4")
    await library(live_services)
    return live_server.url


async def film(context: BrowserContext, site: str) -> Page:
    """B at its second 2, where nothing has the focus."""
    page = await live_page(context, f"{site}/watch/B.mp4?t=2")
    await until(page, "document.querySelector('video').readyState >= 2")
    await until(page, "document.querySelector('video').currentTime > 1.9")
    await until(page, "document.querySelector('[data-controls]').hidden === false")
    assert await page.evaluate("document.activeElement === document.body")
    return page


async def state(page: Page, expression: str) -> Any:
    return await page.evaluate(f"(video => {expression})(document.querySelector('video'))")


async def test_each_key_of_the_help_does_what_it_says_from_anywhere(
    site: str, context: BrowserContext
) -> None:
    page = await film(context, site)
    shown = set(await page.locator(".help kbd").all_text_contents())
    tried = set()

    async def press(key: str, expression: str, label: str = "") -> None:
        tried.add(label or key.upper())
        await page.keyboard.press(key)
        await until(page, f"(video => {expression})(document.querySelector('video'))")

    await press("Space", "!video.paused", "Space")
    await press("k", "video.paused")
    await press("0", "video.currentTime === 0")
    await press("l", "video.currentTime === video.duration || video.currentTime > 5")
    await press("j", "video.currentTime === 0")
    await press("ArrowRight", "video.currentTime > 5", "→")
    await press("ArrowLeft", "video.currentTime === 0", "←")
    await press("9", "Math.abs(video.currentTime / video.duration - 0.9) < 0.01")
    top = await page.evaluate("scrollY")
    await press("ArrowDown", "Math.abs(video.volume - 0.9) < 0.01", "↓")
    await press("ArrowUp", "video.volume === 1", "↑")
    assert await page.evaluate("scrollY") == top
    await press("m", "video.muted")
    await press(">", "video.playbackRate === 1.25")
    await press("<", "video.playbackRate === 1")
    await page.keyboard.press("0")
    await until(page, "document.getElementById('about').dataset.frameRate > 0")
    frame_s = 1 / float(await page.get_attribute("#about", "data-frame-rate") or 0)
    await press(".", f"Math.abs(video.currentTime - {frame_s}) < 0.005")
    await page.keyboard.press(".")
    await press(",", f"Math.abs(video.currentTime - {frame_s}) < 0.005")
    await press("f", "document.querySelector('[mediaisfullscreen]') !== null")
    await page.keyboard.press("f")
    await until(page, "document.fullscreenElement === null")
    await press("?", "document.querySelector('dialog[open]') !== null")
    await page.keyboard.press("Escape")
    await until(page, "document.activeElement === document.body")
    await press("/", "document.activeElement.matches('[data-search]')")
    await page.keyboard.type("n1,.<>")  # what is typed goes into the field
    assert await page.input_value("[data-search]") == "n1,.<>"
    await page.fill("[data-search]", "")
    await page.evaluate("document.activeElement.blur()")
    tried.add("N")
    await page.keyboard.press("n")
    await page.wait_for_url("**/watch/C.mp4**")
    tried.add("P")
    await page.keyboard.press("p")
    await page.wait_for_url("**/watch/B.mp4**")
    assert shown == tried


async def test_the_help_has_a_button_and_keys_do_not_reach_through_it(
    site: str, context: BrowserContext
) -> None:
    page = await film(context, site)
    await page.get_by_role("button", name="Keyboard shortcuts").click()
    await page.get_by_role("heading", name="Keyboard shortcuts").wait_for()
    await page.keyboard.press("m")
    await page.keyboard.press("Escape")
    await page.locator("dialog").wait_for(state="hidden")
    assert not await state(page, "video.muted")


async def test_a_file_that_vanishes_takes_its_player_along_and_brings_it_back(
    site: str, context: BrowserContext, live_services: Services, videos: Path
) -> None:
    page = await film(context, site)
    await page.evaluate("window.notReloaded = true")
    await page.keyboard.press("k")
    await until(page, "!document.querySelector('video').paused")
    hidden = videos.parent / "B.mp4"
    (videos / "B.mp4").rename(hidden)
    await page.locator("#stage").get_by_text("It can be played when the file returns").wait_for()
    await expect(page.locator("video")).to_have_count(0)
    await expect(page.get_by_text("Download file")).to_have_count(0)
    assert await page.locator("#stage p").first.evaluate(
        "p => p.getBoundingClientRect().bottom < innerHeight"
    )
    await page.keyboard.press("k")  # nothing to play; nothing fails
    hidden.rename(videos / "B.mp4")
    await until(page, "document.querySelector('video')?.readyState >= 2")
    await until(page, "document.querySelector('[data-controls]').hidden === false")
    await page.keyboard.press("k")
    await until(page, "!document.querySelector('video').paused")
    assert await page.evaluate("window.notReloaded")


async def test_the_speed_button_changes_the_speed_and_opens_no_stars(
    site: str, context: BrowserContext
) -> None:
    page = await film(context, site)
    await page.locator("media-playback-rate-button").click()
    await until(page, "document.querySelector('video').playbackRate !== 1")
    await expect(page.locator("#rate")).to_be_hidden()


async def test_a_letter_after_g_is_not_the_players(site: str, context: BrowserContext) -> None:
    page = await film(context, site)
    await page.keyboard.press("g")
    await page.keyboard.press("f")
    await page.wait_for_url("**/favorites")
