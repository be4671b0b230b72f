"""In a real Chromium: the size of cards and the list view are right in the first paint."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.helpers import browsers
from tests.helpers.browsers import until
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer

SHIFT = """() => new Promise((resolve) => {
  let total = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
  });
  observer.observe({ type: 'layout-shift', buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(total)));
})"""
COLUMNS = (
    "getComputedStyle(document.getElementById('grid')).display === 'grid' ?"
    " getComputedStyle(document.getElementById('grid')).gridTemplateColumns.split(' ').length : 1"
)
WANTED: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "phone": (browsers.PHONE, {"compact": 3, "comfortable": 2, "large": 1}),
    "desktop": (
        {"viewport": {"width": 1440, "height": 900}},
        {"compact": 6, "comfortable": 4, "large": 3},
    ),
}


async def columns(page: Page) -> int:
    found: int = await page.evaluate(COLUMNS)
    return found


async def test_the_first_paint_has_the_preferred_view(
    server: LocalServer, browser: Browser
) -> None:
    await fill(server.services.store, 30)
    for size, densities in WANTED.values():
        async with browsers.context(browser, **size) as context:
            for density, wanted in densities.items():
                for view in ("grid", "list"):
                    cookie = f"density={density}&view={view}"
                    await context.add_cookies(
                        [{"name": "preferences", "value": cookie, "url": server.url}]
                    )
                    page = await context.new_page()
                    await page.goto(f"{server.url}/all?sort=title")
                    assert await columns(page) == (wanted if view == "grid" else 1), cookie
                    assert await page.evaluate(SHIFT) < 0.001, cookie
                    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                    await page.close()


async def test_the_view_changes_in_place_and_stays(server: LocalServer, browser: Browser) -> None:
    await fill(server.services.store, 8)
    async with browsers.context(browser, viewport={"width": 1440, "height": 900}) as context:
        page = await browsers.live_page(context, f"{server.url}/all")
        await page.locator(".view-open").click()
        await page.get_by_label("List").check()
        await until(page, f"({COLUMNS}) === 1")
        first = page.locator(".card").first
        await expect(first.locator(".card-added")).to_be_visible()
        await page.get_by_label("Grid").check()
        await page.get_by_label("Small").check()
        await until(page, f"({COLUMNS}) === 6")
        assert not await browsers.axe_violations(page)
        await page.goto(f"{server.url}/favorites")
        await page.goto(f"{server.url}/all")
        assert await columns(page) == 6


async def test_the_view_changes_without_scripts(server: LocalServer, browser: Browser) -> None:
    await fill(server.services.store, 8)
    async with browsers.context(browser, java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{server.url}/all?sort=title")
        await page.locator(".view-open").click()
        await page.get_by_label("List").check()
        await page.locator("#view").get_by_role("button", name="Apply").click()
        await page.wait_for_url(f"{server.url}/all?sort=title")
        await expect(page.locator("html")).to_have_attribute("data-view", "list")
