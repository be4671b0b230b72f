"""In a real Chromium: Music pages are live, and a song plays, obeys keys, leads to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from lvs.services import Services
from tests.helpers import browsers
from tests.helpers.browsers import axe_violations, live_page, until, wait_for_titles
from tests.helpers.libraries import library
from tests.helpers.servers import LocalServer, eventually
from tests.helpers.songs import Song, make_song

PLAYER = "document.querySelector('audio')"


def song(title: str, frequency: int, seconds: float = 8) -> Song:
    tags = {"title": title, "artist": "The Boats", "album": "Harbour"}
    return Song(duration_s=seconds, frequency=frequency, tags=tags, cover=64)


@pytest.fixture
async def site(live_services: Services, live_server: LocalServer, videos: Path) -> str:
    """Songs A, B and C; B is short."""
    make_song(videos / "a.flac", song("A", 220))
    make_song(videos / "b.flac", song("B", 330, seconds=1.5))
    make_song(videos / "c.flac", song("C", 440))
    await library(live_services)
    await eventually(live_services.library.probe_queue.is_idle)
    return live_server.url


async def player(context: BrowserContext, site: str, title: str = "A") -> Page:
    """The page of a song, reached from the list of all music by title."""
    page = await live_page(context, f"{site}/music?sort=title")
    await page.click(f".card-link:has(.card-title:text-is('{title}'))")
    await until(page, f"{PLAYER}?.readyState >= 2")
    await until(page, "document.querySelector('[data-controls]').hidden === false")
    return page


async def state(page: Page, expression: str) -> Any:
    return await page.evaluate(f"(media => {expression})({PLAYER})")


async def test_a_new_song_appears_on_open_music_pages_and_in_search(
    context: BrowserContext, site: str, videos: Path
) -> None:
    music = await live_page(context, f"{site}/music?sort=title")
    found = await live_page(context, f"{site}/all?q=boats&sort=title")
    films = await live_page(context, f"{site}/all")
    make_song(videos / "d.flac", song("D", 550))
    await wait_for_titles(music, ["A", "B", "C", "D"])
    await wait_for_titles(found, ["A", "B", "C", "D"])
    loaded = "[...document.querySelectorAll('.card-image')].every(i => i.srcset && i.naturalWidth)"
    await music.evaluate("document.querySelectorAll('img').forEach(i => (i.loading = 'eager'))")
    await until(music, loaded)
    await expect(films.locator("#grid > .card")).to_have_count(0)
    assert (await music.locator("#place-audio").inner_text()).split() == ["Music", "4"]


async def test_a_song_plays_and_obeys_the_keyboard(context: BrowserContext, site: str) -> None:
    page = await player(context, site)
    assert not await state(page, "media.hasAttribute('controls')")
    await page.keyboard.press("Space")
    await until(page, f"!{PLAYER}.paused && {PLAYER}.currentTime > 0")
    await page.keyboard.press("k")
    await until(page, f"{PLAYER}.paused")
    await page.keyboard.press("5")
    assert await state(page, "media.currentTime") == pytest.approx(4, abs=0.2)
    await page.keyboard.press("m")
    await until(page, f"{PLAYER}.muted")
    await page.keyboard.press("?")
    help_text = await page.locator("dialog[open]").inner_text()
    assert "Full screen" not in help_text
    assert "Previous or next frame" not in help_text


async def test_the_lock_screen_shows_the_song(context: BrowserContext, site: str) -> None:
    page = await player(context, site)
    shown = await page.evaluate(
        "(({title, artist, album, artwork}) => [title, artist, album, artwork.length])"
        "(navigator.mediaSession.metadata)"
    )
    assert shown == ["A", "The Boats", "Harbour", 1]


async def test_the_next_song_follows(context: BrowserContext, site: str) -> None:
    page = await player(context, site, "B")
    await page.keyboard.press("Space")
    await page.wait_for_selector("h1:text-is('C')")
    await page.wait_for_selector("audio", state="attached")
    await until(page, f"{PLAYER} !== null && !{PLAYER}.paused")
    await page.keyboard.press("p")
    await page.wait_for_selector("h1:text-is('B')")


async def test_a_view_is_counted_and_no_position_kept(
    context: BrowserContext, site: str, live_server: LocalServer
) -> None:
    page = await player(context, site)
    await page.keyboard.press("Space")
    await until(page, "document.querySelector('#about').textContent.includes('1 view')")
    await page.keyboard.press("k")
    await page.goto(f"{site}/continue")
    await expect(page.locator("#grid > .card")).to_have_count(0)


async def test_it_works_without_scripts(browser: Browser, site: str) -> None:
    options = {**browsers.DESKTOP, "java_script_enabled": False}
    async with browsers.context(browser, **options) as context:
        page = await context.new_page()
        await page.goto(f"{site}/music?sort=title")
        await page.click(".card-link >> nth=0")
        assert await page.locator("audio[controls]").is_visible()
        await page.click("a[rel=next]")
        assert await page.locator("h1").inner_text() == "B"


async def test_pages_of_music_fit_every_screen(browser: Browser, site: str) -> None:
    for size, options in browsers.SIZES.items():
        async with browsers.context(browser, **options) as context:
            page = await live_page(context, f"{site}/music")
            boxes = await page.evaluate(
                "[...document.querySelectorAll('.card-thumbnail')]"
                ".map(e => e.getBoundingClientRect()).map(r => Math.round(r.width - r.height))"
            )
            assert boxes == [0, 0, 0], size
            with_axe = size in ("phone", "desktop")  # the others have the layout of one of them
            for path in ("/music", "/all?q=boats") if with_axe else ():
                await page.goto(site + path)
                assert await axe_violations(page) == [], f"{path} at {size}"
            page = await player(context, site)
            assert not with_axe or await axe_violations(page) == [], size
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
