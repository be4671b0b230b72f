"""In a real Chromium: pages look right, play, obey the keyboard, and please axe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.helpers import browsers
from tests.helpers.browsers import axe_violations, live_page, until
from tests.helpers.clips import Cast
from tests.helpers.libraries import age
from tests.helpers.servers import LocalServer, Process, eventually

CARDS = 19


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, cast: Cast) -> Iterator[Process]:
    """A server in its own process, with something of everything; tests leave it as it is."""
    home = tmp_path_factory.mktemp("pages")
    videos = home / "videos"
    for number in range(14):
        cast.unique(videos / "Holidays" / f"Beach {number}.mp4")
    cast.copy("meadow.webm", videos / "A name that is long enough to need more than two lines.webm")
    cast.copy("upright.mp4", videos / "Phone" / "upright.mp4")
    cast.copy("ac3.mkv", videos / "sound.mkv")
    cast.copy("dark-start.mp4", videos / "scene_180_sbs.mp4")
    (videos / "broken.mp4").write_bytes(b"nothing of a video")
    age(videos)
    with Process(videos, home / "data") as process:
        process.wait_for(lambda: all_is_ready(process), "pictures")
        yield process


def all_is_ready(library: Process) -> bool:
    page = library.get("/all").text
    return page.count('data-state="ready"') == CARDS - 1 and 'data-state="failed"' in page


@pytest.fixture
def site(library: Process) -> str:
    return library.url


async def measure_shift(page: Page) -> None:
    await page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries())"
        " if (!e.hadRecentInput) window.shift += e.value; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )


SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
STILL = "document.getAnimations().every(animation => animation.playState !== 'running')"


@pytest.mark.parametrize("size", browsers.SIZES)
async def test_axe_finds_nothing_and_the_pages_fit(browser: Browser, site: str, size: str) -> None:
    paths = (
        "/",
        "/all",
        "/all?folder=Holidays&sort=title",
        "/watch/Holidays/Beach%203.mp4",
        "/watch/sound.mkv",
        "/all?q=beach",
        "/tags",
        "/api",
        "/admin/performance",
        "/admin",
        "/admin/maintenance",
        "/settings",
        "/headset",
        "/watch/nothing.mp4",
    )
    async with browsers.context(browser, **browsers.SIZES[size]) as context:
        for path in paths:
            page = await context.new_page()
            await page.emulate_media(color_scheme="dark")
            await page.goto(site + path)
            await until(page, STILL)
            assert await axe_violations(page) == [], f"{path} at {size}"
            assert await page.evaluate(SIDEWAYS) == 0, f"{path} at {size} scrolls sideways"
            await page.emulate_media(color_scheme="light")  # changes colors alone
            await until(page, STILL)
            assert await axe_violations(page, "color-contrast") == [], f"{path} at {size}, light"
            await page.close()


@pytest.mark.parametrize("size", ["phone", "headset"])
async def test_targets_are_large_enough_for_fingers_and_controllers(
    browser: Browser, site: str, size: str
) -> None:
    async with browsers.context(browser, **browsers.SIZES[size]) as context:
        page = await context.new_page()
        for path in (
            "/",
            "/watch/Holidays/Beach%203.mp4",
            "/tags",
            "/headset",
            "/api",
            "/admin/performance",
            "/admin",
            "/admin/maintenance",
            "/settings",
        ):
            await page.goto(site + path)
            small = await page.evaluate(
                "[...document.querySelectorAll('a, button, select, summary')]"
                # Links within a sentence are as large as its words.
                ".filter(e => e.checkVisibility() && !e.matches('.skip, p a:not(.button)'))"
                ".map(e => [e.textContent.trim().slice(0, 30), e.getBoundingClientRect()])"
                ".filter(([_, r]) => r.height < 44 || r.width < 44)"
                ".map(([text, r]) => `${text}: ${r.width} x ${r.height}`)"
            )
            assert small == [], path


@pytest.mark.parametrize(("size", "columns"), [("phone", 2), ("desktop", 4), ("headset", 3)])
async def test_the_first_screen_shows_what_it_should(
    browser: Browser, site: str, size: str, columns: int
) -> None:
    """Two columns on a phone, three in a headset, two full rows on a desktop."""
    async with browsers.context(browser, **browsers.SIZES[size]) as context:
        page = await live_page(context, f"{site}/all")
        boxes = await page.evaluate(
            "[...document.querySelectorAll('#grid > .card')].map(e => e.getBoundingClientRect())"
            ".map(r => [r.top, r.bottom])"
        )
        first_row = [box for box in boxes if box[0] == boxes[0][0]]
        assert len(first_row) == columns
        if size == "desktop":
            assert boxes[columns][1] < 800


async def test_nothing_shifts_while_thumbnails_load(browser: Browser, site: str) -> None:
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await context.new_page()
        await measure_shift(page)
        await page.goto(f"{site}/all")
        await until(page, "[...document.images].every(image => image.complete)")
        assert await page.evaluate("window.shift") < 0.01
        await page.goto(f"{site}/watch/Holidays/Beach%203.mp4")
        await until(page, "document.querySelector('video').readyState >= 2")
        assert await page.evaluate("window.shift") < 0.01


async def test_a_video_plays_and_obeys_the_keyboard(browser: Browser, site: str) -> None:
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await live_page(context, f"{site}/watch/scene_180_sbs.mp4?t=2")
        await until(page, "document.querySelector('video').readyState >= 2")

        async def state(expression: str) -> Any:
            return await page.evaluate(f"(v => {expression})(document.querySelector('video'))")

        assert await state("v.currentTime") == pytest.approx(2, abs=0.1)
        assert not await state("v.hasAttribute('controls')"), "media-chrome's controls are there"
        await page.keyboard.press("Space")
        await until(page, "!document.querySelector('video').paused")
        await page.keyboard.press("k")
        await until(page, "document.querySelector('video').paused")
        await page.keyboard.press("5")
        assert await state("v.currentTime") == pytest.approx(3, abs=0.1)
        await page.keyboard.press("j")
        await until(page, "document.querySelector('video').currentTime < 0.1")
        await page.keyboard.press("l")
        await until(page, "document.querySelector('video').currentTime > 5")
        await page.keyboard.press("ArrowLeft")
        await until(page, "document.querySelector('video').currentTime < 1")
        await page.keyboard.press("m")
        await until(page, "document.querySelector('video').muted")
        await page.keyboard.press("f")
        await until(page, "document.querySelector('[mediaisfullscreen]') !== null")
        await page.keyboard.press("f")
        await until(page, "document.fullscreenElement === null")
        await page.keyboard.press("?")
        await expect(page.locator("dialog[open]")).to_have_count(1)
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog[open]")).to_have_count(0)


async def test_keys_on_a_focused_player_count_once(browser: Browser, site: str) -> None:
    """media-chrome hears them there itself; ours must not add to it."""
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await live_page(context, f"{site}/watch/scene_180_sbs.mp4")
        await until(page, "document.querySelector('video').readyState >= 2")
        await page.focus("media-controller")
        await page.keyboard.press("Space")
        await until(page, "!document.querySelector('video').paused")
        await page.keyboard.press("m")
        await until(page, "document.querySelector('video').muted")


async def test_what_cannot_be_played_is_said_in_the_page(browser: Browser, site: str) -> None:
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await live_page(context, f"{site}/watch/broken.mp4")
        assert "Can't play this file" in await page.inner_text("#stage")
        await expect(page.locator("video")).to_have_count(0)
        page = await live_page(context, f"{site}/watch/sound.mkv")
        assert "browsers often lack AC-3" in await page.inner_text("#about .notice")


async def test_the_watch_page_follows_a_rename(
    browser: Browser, live_server: LocalServer, videos: Path, cast: Cast
) -> None:
    services = live_server.services
    await eventually(lambda: services.library.all_watched)
    cast.copy("beach.mp4", videos / "Beach.mp4")
    await eventually(lambda: services.library.status.thumbnails_made)
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await live_page(context, f"{live_server.url}/watch/Beach.mp4")
        (videos / "Beach.mp4").rename(videos / "Sunset.mp4")
        await until(page, "document.querySelector('h1').textContent === 'Sunset'")


async def test_everything_works_without_scripts(
    browser: Browser, site: str, library: Process
) -> None:
    options = {**browsers.DESKTOP, "java_script_enabled": False}
    async with browsers.context(browser, **options) as context:
        page = await context.new_page()
        await page.goto(f"{site}/all")
        await expect(page.locator("#grid > .card")).to_have_count(CARDS - 1)
        await page.select_option("#sort", "title")
        await page.click(".sort button")
        assert "sort=title" in page.url
        await page.goto(f"{site}/all?folder=Holidays")
        await expect(page.locator("#grid > .card")).to_have_count(14)
        await page.click(".card-link >> nth=2")
        assert await page.locator("video[controls]").is_visible()
        first = page.url
        await page.click("a[rel=next]")
        assert page.url != first
        await page.click("a[rel=prev]")
        assert page.url.partition("?")[0] == first
        await page.goto(f"{site}/all")
        await page.click("#failed summary")
        await page.click(".card-retry button")
        assert page.url == f"{site}/all"
    library.wait_for(lambda: all_is_ready(library), "the end of the second try")


async def test_a_person_can_get_everywhere_with_the_tab_key(browser: Browser, site: str) -> None:
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await live_page(context, f"{site}/all")
        seen = []
        for _ in range(20):
            await page.keyboard.press("Tab")
            seen.append(
                await page.evaluate(
                    "(it => it.matches('select') ? 'SELECT' : it.className || it.tagName)"
                    "(document.activeElement)"
                )
            )
        assert seen[0] == "skip"
        assert "bar-name" in seen
        assert "SELECT" in seen
        assert "card-link" in seen
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"


async def test_nothing_is_loaded_from_elsewhere(browser: Browser, site: str) -> None:
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for path in ("/", "/all", "/watch/Holidays/Beach%203.mp4"):
            await page.goto(site + path)
            await page.wait_for_load_state("load")
        assert len(asked) > 10
        assert [url for url in asked if not url.startswith((site, "data:"))] == []
