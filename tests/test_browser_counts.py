"""In a real Chromium: counts on pages that stay open equal those of a fresh page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from playwright.async_api import BrowserContext, Page, expect

from lvs.services import Services
from tests.helpers import browsers
from tests.helpers.browsers import live_page
from tests.helpers.clips import Cast
from tests.helpers.servers import LocalServer, eventually

SHOWN = """['#navigation', '#summary', '#grid', '#about .facts']
    .map((region) => document.querySelector(region)?.innerText ?? '').join('\\n')"""


async def assert_as_if_loaded_again(context: BrowserContext, pages: list[Page]) -> None:
    """Within a while: files settle, are probed, and are published."""
    fresh = await context.new_page()

    async def is_equal(page: Page) -> bool:
        await fresh.goto(page.url)
        return bool(await page.evaluate(SHOWN) == await fresh.evaluate(SHOWN))

    for page in pages:
        await eventually(partial(is_equal, page))
    await fresh.close()


async def is_probed(services: Services, count: int) -> bool:
    row = await services.store.read(
        lambda conn: conn.execute(
            "select count(*) from item i join file f on f.id = i.file_id"
            " where i.thumbnail is not null"
        ).fetchone()
    )
    return bool(row[0] == count)


async def test_counts_are_right_after_a_move_and_after_a_copy(
    live_server: LocalServer, context: BrowserContext, videos: Path, cast: Cast
) -> None:
    services, site = live_server.services, live_server.url
    cast.copy("forest.mp4", videos / "Films" / "Forest.mp4")
    cast.copy("river.mp4", videos / "Films" / "River.mp4")
    cast.copy("beach.mp4", videos / "Music" / "Beach.mp4")
    await eventually(lambda: is_probed(services, 3))
    await eventually(lambda: services.library.all_watched)
    paths = ("/all", "/all?folder=Films", "/all?folder=Music", "/watch/Music/Beach.mp4")
    pages = [await live_page(context, site + path) for path in paths]

    before = services.store.last_event_id
    (videos / "Films" / "River.mp4").rename(videos / "Music" / "River.mp4")
    await eventually(lambda: services.store.last_event_id > before)
    await assert_as_if_loaded_again(context, pages)
    assert await browsers.titles(pages[2]) == ["Beach", "River"]

    before = services.store.last_event_id
    cast.copy("beach.mp4", videos / "Films" / "Beach again.mp4")
    await eventually(lambda: services.store.last_event_id > before)
    await assert_as_if_loaded_again(context, pages)
    await expect(pages[3].locator("#about .facts")).to_contain_text("Films/Beach again.mp4")
