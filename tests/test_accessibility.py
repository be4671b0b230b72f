"""What axe cannot see: contrast of fields, forced colours, large text, the order of Tab."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.async_api import Browser, BrowserContext, Locator, expect

from lvs.services import Services
from lvs.store import Transaction, curation, playback, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.contrast import contrast
from tests.helpers.libraries import fill, library
from tests.helpers.servers import LocalServer

WATCH = "/watch/A%20folder/Video%20000000.mp4"


@pytest.fixture
async def site(services: Services, server: LocalServer) -> str:
    await fill(services.store, 12, ["A folder", "Another"])

    def give(tx: Transaction) -> None:
        tx.connection.execute("update item set duration_s = 100")
        for video in range(1, 13):
            curation.rate(tx, HOUSEHOLD, video, 1 + video % 5)
            tags.set_all(tx, video, ["sea", "an evening in the garden"])
            playback.save_position(tx, HOUSEHOLD, video, 60)

    await services.store.write(give)
    return server.url


# --- contrast (WCAG 2.2, 1.4.3 and 1.4.11) ---


# tests/test_themes.py has their contrast.
async def test_every_field_has_these_colours(site: str, context: BrowserContext) -> None:
    page = await context.new_page()
    for path in ("/", "/all", "/tags", WATCH, "/admin/performance"):
        await page.goto(site + path)
        wrong = await page.evaluate(
            """() => {
              const probe = document.body.appendChild(document.createElement('i'));
              const colour = (name) => {
                probe.style.color = `var(--${name})`;
                return getComputedStyle(probe).color;
              };
              const [line, quiet] = [colour('field-line'), colour('text-quiet')];
              const placeholder = (field) => getComputedStyle(field, '::placeholder').color;
              const fields = 'input:not([type=checkbox], [type=radio], [type=hidden]), select';
              return [...document.querySelectorAll(fields)]
                .filter((field) =>
                  getComputedStyle(field.closest('.search') ?? field).borderTopColor !== line
                  || (field.placeholder && placeholder(field) !== quiet))
                .map((field) => field.outerHTML);
            }"""
        )
        assert wrong == [], path


# --- forced colours ---


async def pixels(part: Locator) -> np.ndarray:
    """What is seen of an element, as rows of RGB."""
    with av.open(io.BytesIO(await part.screenshot()), "r") as image:
        found: np.ndarray = next(image.decode(video=0)).to_ndarray(format="rgb24")
    return found


@pytest.fixture
async def forced(browser: Browser) -> AsyncIterator[BrowserContext]:
    options = {**browsers.DESKTOP, "forced_colors": "active"}
    async with browsers.context(browser, **options) as context:
        yield context


async def test_states_shown_by_backgrounds_are_visible_in_forced_colours(
    site: str, forced: BrowserContext
) -> None:
    page = await live_page(forced, f"{site}/all")

    async def background(selector: str, pseudo: str = "") -> str:
        found: str = await page.evaluate(
            "([selector, pseudo]) => getComputedStyle(document.querySelector(selector), pseudo)"
            ".backgroundColor",
            [selector, pseudo],
        )
        return found

    canvas = await background("body")
    assert await background(".card-progress") != canvas
    live = await background("[data-live]", "::before")
    await page.evaluate("document.querySelector('[data-live]').dataset.live = 'off'")
    assert await background("[data-live]", "::before") != live
    assert await background(".rate-open", "::before") != canvas


async def test_the_player_is_seen_in_forced_colours(
    live_services: Services,
    live_server: LocalServer,
    videos: Path,
    cast: Cast,
    forced: BrowserContext,
) -> None:
    cast.copy("dark-start.mp4", videos / "B.mp4")
    await library(live_services)
    page = await live_page(forced, f"{live_server.url}/watch/B.mp4?t=3")
    await until(page, "document.querySelector('video').readyState >= 2")
    await page.evaluate("document.querySelector('video').volume = 0.5")
    for part in ("media-time-range", "media-volume-range"):
        bar = page.locator(part)
        await bar.wait_for()
        image = await pixels(bar)
        height, width, _ = image.shape
        column = [[hex_of(pixel) for pixel in image[:, x]] for x in (width // 4, width * 3 // 4)]
        around = column[0][height // 4]
        done, left = (pixels[height // 2] for pixels in column)
        assert contrast(done, left) >= 3, f"{part}: what is done and what is left look the same"
        assert contrast(done, around) >= 3, f"{part}: what is done is not seen"
        edge = max(contrast(pixel, around) for pixel in column[1][height // 4 :])
        assert edge >= 3, f"{part}: what is left is not seen"


def hex_of(pixel: np.ndarray) -> str:
    return "#" + "".join(f"{int(value):02x}" for value in pixel)


# --- large text ---


@pytest.mark.parametrize("is_live", [True, False])
async def test_text_of_twice_the_size_does_not_widen_a_phone(
    site: str, browser: Browser, is_live: bool
) -> None:
    """Also while the bar says that the page is offline."""
    async with browsers.context(browser, **browsers.PHONE) as phone:
        page = await phone.new_page()
        if not is_live:
            await page.route("**/events*", lambda route: route.abort())
        for path in (
            "/",
            "/all",
            WATCH,
            "/tags",
            "/admin",
            "/admin/maintenance",
            "/admin/performance",
            "/settings",
            "/headset",
        ):
            await page.goto(site + path)
            await page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert await page.evaluate("document.documentElement.scrollWidth") == 390, path


# --- keys ---


async def test_a_link_skips_to_the_first_video(site: str, context: BrowserContext) -> None:
    page = await live_page(context, f"{site}/all")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to videos"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    first = page.locator("#grid > .card").first.locator(".card-link")
    assert await first.evaluate("link => link === document.activeElement")


async def test_select_is_a_button_that_says_whether_it_is_on(
    site: str, context: BrowserContext, services: Services
) -> None:
    page = await live_page(context, f"{site}/all")
    button = page.get_by_role("button", name="Select", exact=True)
    assert await button.get_attribute("aria-pressed") == "false"
    await button.focus()
    await page.keyboard.press("Enter")
    await page.locator("#bulk").wait_for()
    assert await button.get_attribute("aria-pressed") == "true"
    await expect(page.get_by_role("checkbox", name="Select videos")).to_have_count(0)
    assert await button.evaluate("button => button === document.activeElement")
    await page.get_by_role("button", name="Close").focus()
    await page.keyboard.press("Enter")
    await page.locator("#bulk").wait_for(state="hidden")
    assert await button.get_attribute("aria-pressed") == "false"
    assert await button.evaluate("button => button === document.activeElement")


async def test_stars_are_buttons_and_arrow_keys_go_among_them(
    site: str, context: BrowserContext
) -> None:
    page = await live_page(context, site + WATCH)
    group = page.locator("#about").get_by_role("group", name="Rating of")
    pressed = group.get_by_role("button", pressed=True)
    await expect(pressed).to_have_count(1)
    await group.get_by_role("button", name="2 stars", exact=True).focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    assert await pressed.get_attribute("aria-label") == "3 stars"
    mask = await pressed.evaluate("star => getComputedStyle(star, '::before').maskImage")
    assert "svg" in mask, "a character of a font is thin on some systems"


async def test_the_links_to_the_folder_are_large_enough(site: str, browser: Browser) -> None:
    for size in browsers.SIZES.values():
        async with browsers.context(browser, **size) as context:
            page = await context.new_page()
            await page.goto(site + WATCH)
            box = (
                await page.get_by_role("navigation", name="Folder")
                .get_by_role("link", name="A folder")
                .bounding_box()
            )
            assert box is not None
            assert min(box["width"], box["height"]) >= 44


async def test_toasts_are_polite_and_errors_alerts_that_can_be_closed(
    site: str, context: BrowserContext
) -> None:
    page = await live_page(context, site + WATCH)
    assert await page.locator("#notices").get_attribute("role") == "status"
    await page.route("**/videos/*/favorite", lambda route: route.abort())
    await page.locator("#about .heart").click()
    alert = page.get_by_role("alert").filter(has_text="Can't reach the server")
    await alert.wait_for()
    await expect(alert.locator("xpath=ancestor::*[@role='alert']")).to_have_count(0)
    await alert.get_by_role("button", name="Dismiss").click()
    await alert.wait_for(state="detached")
