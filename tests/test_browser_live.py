"""In a real Chromium: open pages follow the disk, with no reload, scroll and focus kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Error, Page, Route, expect

from lvs.services import Services
from tests.helpers import browsers
from tests.helpers.browsers import (
    live_page,
    scroll_to_the_end,
    scroll_until,
    titles,
    until,
    wait_for_titles,
)
from tests.helpers.clips import Cast
from tests.helpers.libraries import delete_old_events, fill
from tests.helpers.servers import LocalServer, eventually, serving


@pytest.fixture
async def site(live_server: LocalServer) -> str:
    await eventually(lambda: live_server.services.library.all_watched)
    return live_server.url


async def mark(page: Page) -> None:
    """A mark that a reload would wipe out."""
    await page.evaluate("window.notReloaded = true")


async def assert_not_reloaded(*pages: Page) -> None:
    for page in pages:
        assert await page.evaluate("window.notReloaded === true"), page.url


async def test_copied_renamed_replaced_and_deleted_files_on_three_pages(
    site: str, context: BrowserContext, videos: Path, cast: Cast
) -> None:
    cast.copy("forest.mp4", videos / "trips" / "Forest.mp4")
    cast.copy("river.mp4", videos / "River.mp4")
    gallery = await live_page(context, f"{site}/all")
    await gallery.wait_for_selector("#grid > .card >> nth=1")
    folder = await live_page(context, f"{site}/all?folder=trips")
    by_title = await live_page(context, f"{site}/all?sort=title")
    pages = (gallery, folder, by_title)
    for page in pages:
        await mark(page)
    await by_title.focus("#sort")

    cast.copy("beach.mp4", videos / "trips" / "Beach.mp4")  # copied
    await wait_for_titles(folder, ["Beach", "Forest"])
    await wait_for_titles(by_title, ["Beach", "Forest", "River"])
    assert (await titles(gallery))[0] == "Beach"
    for page in pages:
        await page.wait_for_selector(".card:has-text('Beach') .card-image[srcset]")
    assert "3 videos" in await gallery.inner_text("#summary")
    assert "2 videos" in await folder.inner_text("#summary")

    (videos / "trips" / "Beach.mp4").rename(videos / "Zebra.mp4")  # renamed, out of the folder
    await wait_for_titles(folder, ["Forest"])
    await wait_for_titles(by_title, ["Forest", "River", "Zebra"])
    await gallery.wait_for_selector(".card:has-text('Zebra')")

    link = by_title.locator(".card:has-text('River') .card-link")
    before = await by_title.get_attribute(".card:has-text('River') .card-image", "src")
    await link.focus()
    cast.copy("city.mp4", videos / "River.mp4")  # replaced
    await until(
        by_title,
        "before => { const i = document.querySelectorAll('.card')[1].querySelector('[srcset]');"
        " return i && i.getAttribute('src') !== before }",
        before,
    )
    assert await link.evaluate("link => link === document.activeElement")

    (videos / "River.mp4").unlink()  # deleted
    await wait_for_titles(by_title, ["Forest", "Zebra"])
    await until(gallery, "document.querySelectorAll('#grid > .card').length === 2")
    assert "2 videos" in await gallery.inner_text("#summary")
    await assert_not_reloaded(*pages)


async def test_scroll_and_focus_stay_while_cards_arrive_and_leave(
    live_services: Services,
    live_server: LocalServer,
    context: BrowserContext,
    videos: Path,
    cast: Cast,
) -> None:
    for number in range(40):
        cast.unique(videos / f"Clip {number:02}.mp4")
    for path in videos.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    live_services.library.ask_for_scan()
    page = await live_page(context, f"{live_server.url}/all?sort=title")
    await until(page, "document.querySelectorAll('.card-image[srcset]').length === 40")
    card = page.locator(".card:has-text('Clip 30')")
    await card.locator(".card-link").focus()
    await card.scroll_into_view_if_needed()
    top = await card.evaluate("card => card.getBoundingClientRect().top")
    assert await page.evaluate("scrollY") > 300
    # Four of them: at four cards in a row, everything below stays in its column.
    for name in ("A1", "A2", "A3", "A4"):
        cast.unique(videos / f"{name}.mp4")
    await until(page, "document.querySelectorAll('.card').length === 44")
    after = await card.evaluate("card => card.getBoundingClientRect().top")
    assert after == pytest.approx(top, abs=3), "what a person looks at has moved"
    assert await card.locator(".card-link").evaluate("link => link === document.activeElement")


async def test_a_page_that_was_offline_catches_up_exactly(
    site: str, context: BrowserContext, videos: Path, cast: Cast
) -> None:
    for name in ("a", "b", "c"):
        cast.unique(videos / f"{name}.mp4")
    page = await live_page(context, f"{site}/all?sort=title")
    await wait_for_titles(page, ["a", "b", "c"])
    await mark(page)
    await context.set_offline(True)
    # An open stream outlives "offline" in Chromium; a lost network ends it.
    await page.evaluate("document.getElementById('live')._htmx.sse.reader.cancel()")
    await page.wait_for_selector("[data-live=off]", state="attached")
    assert await page.inner_text("[data-live]") == "Reconnecting…"
    (videos / "b.mp4").unlink()
    (videos / "c.mp4").rename(videos / "0.mp4")
    cast.unique(videos / "d.mp4")
    other = await (await context.browser.new_context()).new_page()  # type: ignore[union-attr]
    await other.goto(f"{site}/all?sort=title")
    await wait_for_titles(other, ["0", "a", "d"])
    assert await titles(page) == ["a", "b", "c"]
    await context.set_offline(False)
    await wait_for_titles(page, ["0", "a", "d"])
    await page.wait_for_selector("[data-live=on]", state="attached")
    await assert_not_reloaded(page)


HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


async def hidden_page(site: str, context: BrowserContext, services: Services) -> Page:
    """A page that shows `a` by title, was marked and then hidden; its stream has ended."""
    page = await live_page(context, f"{site}/all?sort=title")
    await wait_for_titles(page, ["a"])
    await mark(page)
    await page.evaluate(HIDE, True)
    await eventually(lambda: services.hub.streams == 0)
    return page


async def test_a_hidden_page_lets_go_of_its_stream_and_catches_up_when_shown(
    site: str, context: BrowserContext, live_services: Services, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    page = await hidden_page(site, context, live_services)
    cast.unique(videos / "b.mp4")
    (videos / "a.mp4").rename(videos / "c.mp4")
    watcher = await live_page(context, f"{site}/all?sort=title")
    await wait_for_titles(watcher, ["b", "c"])
    assert await titles(page) == ["a"]
    await page.evaluate(HIDE, False)
    await wait_for_titles(page, ["b", "c"])
    await assert_not_reloaded(page)


async def test_a_page_that_missed_more_than_the_buffer_fetches_its_list_again(
    site: str, context: BrowserContext, live_services: Services, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    page = await hidden_page(site, context, live_services)
    cast.unique(videos / "b.mp4")
    watcher = await live_page(context, f"{site}/all?sort=title")
    await wait_for_titles(watcher, ["a", "b"])
    await live_services.store.write(delete_old_events)
    await page.evaluate(HIDE, False)
    await wait_for_titles(page, ["a", "b"])
    await assert_not_reloaded(page)


async def test_pages_come_back_when_the_server_does(
    context: BrowserContext, live_services: Services, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    async with serving(live_services) as server:
        page = await live_page(context, f"{server.url}/all")
        await wait_for_titles(page, ["a"])
        await mark(page)
        live_services.hub.close()
        await page.wait_for_selector("[data-live=off]", state="attached")
        live_services.hub.open()
        await page.wait_for_selector("[data-live=on]", state="attached")
        cast.unique(videos / "b.mp4")
        await page.wait_for_selector(".card:has-text('b')")
        await assert_not_reloaded(page)


async def test_a_growing_file_is_an_arriving_tile_and_then_a_card(
    site: str, context: BrowserContext, videos: Path, cast: Cast
) -> None:
    page = await live_page(context, f"{site}/all")
    assert "No videos yet" in await page.inner_text("#empty")
    content = cast.path("beach.mp4").read_bytes()
    with (videos / "Slow one.mp4").open("wb") as handle:
        handle.write(content[:5000])
        handle.flush()
        tile = page.locator("[data-state=arriving]")
        await tile.wait_for()
        assert "Slow one.mp4" in await tile.inner_text()
        assert "Copying: 5.0 kB" in await tile.inner_text()
        handle.write(content[5000:])
    await page.wait_for_selector("#grid > .card:has-text('Slow one')")
    await page.wait_for_selector("[data-state=arriving]", state="detached")
    assert (await page.inner_text("#empty")).strip() == ""


async def test_an_unplugged_folder_greys_its_cards_and_they_come_back(
    site: str, context: BrowserContext, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        cast.unique(videos / f"{name}.mp4")
    page = await live_page(context, f"{site}/all?sort=title")
    await until(page, "document.querySelectorAll('.card-image[srcset]').length === 2")
    videos.rename(tmp_path / "unplugged")
    await page.wait_for_selector("#grid > [data-state=offline] >> nth=1")
    assert "is offline" in await page.inner_text("#status")
    (tmp_path / "unplugged").rename(videos)
    await page.wait_for_selector("#grid > [data-state=ready] >> nth=1")
    await until(page, "!document.querySelector('#status .notice')")


async def test_a_long_list_goes_on_while_scrolling_and_stays_in_order(
    live_services: Services,
    live_server: LocalServer,
    context: BrowserContext,
    videos: Path,
    cast: Cast,
) -> None:
    await eventually(lambda: live_services.library.all_watched)
    await fill(live_services.store, 200)
    page = await live_page(context, f"{live_server.url}/all?sort=title")
    assert len(await titles(page)) in range(60, 181)
    await scroll_to_the_end(page)
    await until(page, "document.querySelectorAll('#grid > .card').length === 200")
    shown = await titles(page)
    assert shown == sorted(shown)


async def test_a_list_that_is_refetched_while_it_grows_has_no_gap(
    live_services: Services, live_server: LocalServer, context: BrowserContext
) -> None:
    await eventually(lambda: live_services.library.all_watched)
    await fill(live_services.store, 400)
    # Its files are not there: once the folder is offline, nothing more happens.
    await eventually(live_services.library.folders.offline)
    page = await live_page(context, f"{live_server.url}/all?sort=title")
    region, third_page = asyncio.Event(), asyncio.Event()
    pages_fetched = 0

    async def late_region(route: Route) -> None:
        await region.wait()
        await route.continue_()

    async def late_third_page(route: Route) -> None:
        nonlocal pages_fetched
        pages_fetched += 1
        if pages_fetched == 3:
            await third_page.wait()
        with contextlib.suppress(Error):  # the page has cancelled it
            await route.continue_()

    await page.route("**/partials/gallery*", late_region)
    await page.route("**/partials/cards*", late_third_page)
    async with page.expect_request("**/partials/gallery*"):
        await fill(live_services.store, 100, start=400)  # more than a message carries
    await scroll_until(page, lambda: pages_fetched == 3)
    region.set()  # its answer has the 60 cards that the page had when it asked
    await until(page, "document.querySelectorAll('#grid > .card').length === 60")
    third_page.set()
    await scroll_to_the_end(page)
    await until(page, "document.querySelectorAll('#grid > .card').length === 500")
    shown = await titles(page)
    assert shown == sorted(shown)


async def test_a_card_that_belongs_further_down_comes_with_its_page(
    live_services: Services,
    live_server: LocalServer,
    context: BrowserContext,
    videos: Path,
    cast: Cast,
) -> None:
    await eventually(lambda: live_services.library.all_watched)
    cast.unique(videos / "A file.mp4")  # a folder that is suddenly empty is offline
    await eventually(lambda: live_services.library.status.thumbnails_made)
    await fill(live_services.store, 200)
    page = await context.new_page()
    await page.route("**/partials/cards*", lambda route: route.abort())
    await page.goto(f"{live_server.url}/all?sort=title")
    await page.wait_for_selector(browsers.LIVE, state="attached")
    cast.unique(videos / "Video 000010 and a half.mp4")
    cast.unique(videos / "Video 000150 and a half.mp4")
    await page.wait_for_selector(".card:has-text('000010 and a half')")
    shown = await titles(page)
    assert shown == sorted(shown)
    assert not any("000150 and a half" in title for title in shown)
    assert len(shown) == 61


async def test_a_folder_that_is_copied_in_fills_the_page(
    site: str, context: BrowserContext, videos: Path, cast: Cast, tmp_path: Path
) -> None:
    page = await live_page(context, f"{site}/all")
    for number in range(8):
        cast.unique(tmp_path / "new" / f"{number}.mp4")
    shutil.copytree(tmp_path / "new", videos / "dropped")
    await page.wait_for_selector("#grid > .card >> nth=7")
    await page.goto(f"{site}/all?folder=dropped")
    await expect(page.locator("#grid > .card")).to_have_count(8)
