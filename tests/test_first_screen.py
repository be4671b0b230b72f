"""The first screen: thumbnails begin high, few marks are in it, and its own are loaded first."""

from __future__ import annotations

from playwright.async_api import Browser

from lvs.store import curation
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.html import elements
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer

FOLDERS = [f"Folder {number:02}" for number in range(12)]
TOP = "document.querySelector('#grid .card-thumbnail').getBoundingClientRect().top"
# Badges, dots, and hearts and stars that are seen, in the window.
MARKS = """() => [...document.querySelectorAll(
  '#grid :is(.badges, .card-new, .card-progress, .heart, .rate-open)')].filter((one) => {
  const box = one.getBoundingClientRect();
  return one.checkVisibility({ opacityProperty: true }) && box.top < innerHeight;
}).length"""


async def test_pictures_begin_high_with_few_marks(server: LocalServer, browser: Browser) -> None:
    await fill(server.services.store, 60, FOLDERS)
    for item_id in (1, 2, 3):
        await server.services.store.write(curation.set_favorite, HOUSEHOLD, item_id, True)
    for size, highest in (((1440, 900), 200), ((390, 844), 130)):
        options = browsers.PHONE if size[0] == 390 else {}
        width, height = size
        viewport = {"viewport": {"width": width, "height": height}}
        async with browsers.context(browser, **{**options, **viewport}) as context:
            page = await context.new_page()
            await page.goto(f"{server.url}/all")
            assert await page.evaluate(TOP) < highest, size
            assert await page.evaluate(MARKS) < 12, size


async def test_the_first_row_is_loaded_first(server: LocalServer) -> None:
    await fill(server.services.store, 12)
    images = elements((await server.get("/all")).text, "img", class_="card-image")
    assert [image.attributes.get("fetchpriority") for image in images[:5]] == ["high"] * 4 + [None]
    assert [image.attributes.get("loading") for image in images[:5]] == [None] * 4 + ["lazy"]
