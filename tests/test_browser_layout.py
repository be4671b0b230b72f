"""In a real Chromium: nothing sticks out of its box, whatever the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from lvs.services import Services
from lvs.store import Transaction, curation, tags
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import until
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer

SIZES = ((390, 844), (820, 1180), (1280, 720), (1440, 900), (1920, 1080))

# What is painted (text, images, fields, frames) and stands outside of a box around it. A box that
# scrolls may hold more than it shows, but not a popover or a dialog.
OUTSIDE = """() => {
  const paints = ({ borderTopWidth, backgroundColor }) =>
    borderTopWidth !== '0px' || backgroundColor !== 'rgba(0, 0, 0, 0)';
  const painted = (element) => {
    const rects = [];
    const isPicture = element.matches('img, svg, video, input, select, progress');
    if (isPicture || paints(getComputedStyle(element))) rects.push(element.getBoundingClientRect());
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      rects.push(...range.getClientRects());
    }
    return rects.filter((rect) => rect.width > 1 && rect.height > 1);
  };
  const boxOutsideOf = (element, rect) => {
    for (let box = element; box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.display === 'contents' || style.display === 'inline') continue;
      const scrolls = style.overflowX !== 'visible' && !box.matches('[popover], dialog');
      if (box !== element && scrolls) return null;
      const own = box.getBoundingClientRect();
      if (rect.left < own.left - 1 || rect.right > own.right + 1) return box;
      if (/absolute|fixed/.test(style.position)) return null;
    }
    return null;
  };
  const found = new Set();
  for (const element of document.body.querySelectorAll('*:not(svg *)')) {
    const isCut = getComputedStyle(element).clipPath !== 'none'; // for screen readers alone
    if (!element.checkVisibility() || isCut || element.closest('.skip')) continue;
    for (const rect of painted(element)) {
      const box = boxOutsideOf(element, rect);
      if (box) found.add(`${element.outerHTML.slice(0, 80)} is outside of ${box.className}`);
    }
  }
  return [...found];
}"""

BROKEN_NUMBERS = """() => [...document.querySelectorAll('.muted, .chip-count')]
  .filter((e) => e.checkVisibility() && /^[\\d,]+$/.test(e.textContent.trim()))
  .filter((e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    return new Set([...range.getClientRects()].map((rect) => rect.top)).size > 1;
  }).map((e) => e.parentElement.textContent)"""


@pytest.fixture
async def site(services: Services, server: LocalServer) -> str:
    await fill(services.store, 16, ["A folder", "Another folder with a long name"])

    def give(tx: Transaction) -> None:
        for video in range(1, 17):
            curation.rate(tx, HOUSEHOLD, video, 1 + video % 5)
            tags.set_all(tx, video, ["sea", "an evening in the garden"])

    await services.store.write(give)
    return server.url


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with browsers.context(browser) as context:
        yield await context.new_page()


async def assert_fits(page: Page, name: str) -> None:
    """At every size."""
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate(OUTSIDE) == [], f"{name} at {width} px"
        assert await page.evaluate(BROKEN_NUMBERS) == [], f"{name} at {width} px"


async def test_nothing_sticks_out_of_its_box_on_lists(site: str, page: Page) -> None:
    await page.goto(f"{site}/all")
    await assert_fits(page, "gallery")
    await page.get_by_role("button", name="Filters").click()
    await assert_fits(page, "filters")
    await page.goto(f"{site}/tags")
    await page.locator("summary").first.click()
    await assert_fits(page, "tags")
    await page.goto(f"{site}/admin/performance")
    await assert_fits(page, "dashboard")


async def test_nothing_sticks_out_of_its_box_on_a_watch_page(site: str, page: Page) -> None:
    await page.goto(f"{site}/watch/A%20folder/Video%20000000.mp4")
    await until(page, "document.querySelector('video:not([controls])') !== null")
    await assert_fits(page, "watch page")
    await page.get_by_role("button", name="More actions").click()
    await page.locator("[popovertarget=layout]").click()
    await assert_fits(page, "VR format")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await assert_fits(page, "keyboard shortcuts")
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        left, right = await page.evaluate(
            "(({ left, right }) => [left, innerWidth - right])"
            "(document.querySelector('dialog').getBoundingClientRect())"
        )
        assert abs(left - right) <= 20, f"the dialog is not in the middle: {left}, {right}"
