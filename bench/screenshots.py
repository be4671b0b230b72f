"""Takes the screenshots of the README from a running `make demo`.

`python -m bench.screenshots http://ADDRESS:8080`. With an address of the local network, the headset
page shows its QR codes; the server must then listen on 0.0.0.0, as it does by default.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.helpers import chromium

IMAGES = Path(__file__).parent.parent / "docs" / "images"
SETTLED = "document.fonts.ready.then(() => [...document.images].every(image => image.complete))"


async def main(url: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.find())
        await take(browser, url, "home", "/", (1280, 800))
        await take(browser, url, "phone", "/", (390, 844))
        await take(browser, url, "headset", "/all", (1280, 720), scale=1.25)
        await take(browser, url, "connect", "/headset", (1280, 860))
        await take(browser, url, "dashboard", "/admin", (1280, 800))
        await take(browser, url, "select", "/all", (1280, 800), select)
        sea = "/watch/Landscapes/Sea at dusk (HDR).mp4"
        await take(browser, url, "watch", sea, (1280, 800), play)
        await browser.close()


async def take(
    browser: Browser,
    url: str,
    name: str,
    path: str,
    size: tuple[int, int],
    prepare: Callable[[Page], Awaitable[None]] | None = None,
    scale: float = 1.0,
) -> None:
    """Open a page in dark colours, prepare it, and save a JPEG of `size` in pixels."""
    width, height = (round(side / scale) for side in size)
    page = await browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="dark",
    )
    await page.goto(url + path)
    await page.wait_for_function(SETTLED)
    if prepare is not None:
        await prepare(page)
    await page.wait_for_timeout(600)
    await page.screenshot(path=IMAGES / f"{name}.jpg", type="jpeg", quality=82)
    await page.close()


async def select(page: Page) -> None:
    await page.click("[data-select]")
    for card in (1, 2, 4):
        await page.locator("#grid .card").nth(card).click()


async def play(page: Page) -> None:
    await page.evaluate(
        "async () => { const v = document.querySelector('video'); v.muted = true;"
        " await v.play(); await new Promise(done => setTimeout(done, 3000)); v.pause() }"
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
