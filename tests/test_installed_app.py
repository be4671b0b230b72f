"""The pages as an installed app: manifest, icons, and an offline page that comes back by itself."""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Response, expect

from lvs.http.assets import theme_colors
from lvs.services import Services
from tests.helpers import browsers
from tests.helpers.browsers import until
from tests.helpers.clips import Cast
from tests.helpers.html import element, elements
from tests.helpers.libraries import fill
from tests.helpers.servers import LocalServer, Process, eventually

PAGES = ("/", "/all", "/tags", "/headset", "/settings", "/admin", "/admin/performance", "/api")
CONTROLLED = "navigator.serviceWorker.controller?.state === 'activated'"


@pytest.fixture
async def installed(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A context whose pages may have a service worker."""
    options = {**browsers.DESKTOP, "service_workers": "allow"}
    async with browsers.context(browser, **options) as context:
        yield context


async def controlled_page(context: BrowserContext, url: str) -> Page:
    """A page of which the service worker sees every request."""
    page = await context.new_page()
    await page.goto(url)
    await until(page, CONTROLLED)
    return page


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG (its header, RFC 2083 section 11.2.2)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


# --- what a browser needs to install it ---


async def test_the_manifest_has_what_systems_ask_for(server: LocalServer) -> None:
    page = (await server.get("/")).text
    answer = await server.get(element(page, "link", rel="manifest")["href"])
    assert answer.headers["content-type"] == "application/manifest+json"
    found = json.loads(answer.body)
    assert (found["start_url"], found["scope"], found["display"]) == ("/", "/", "standalone")
    assert found["theme_color"] == theme_colors()["dark"]
    assert {(icon["sizes"], icon["purpose"]) for icon in found["icons"]} == {
        (f"{pixels}x{pixels}", purpose) for pixels in (192, 512) for purpose in ("any", "maskable")
    }
    for icon in found["icons"]:
        picture = await server.get(icon["src"])
        assert picture.headers["content-type"] == icon["type"] == "image/png"
        assert "immutable" in picture.headers["cache-control"]
        assert "x".join(map(str, size_of(picture.body))) == icon["sizes"]
    touch = await server.get(element(page, "link", rel="apple-touch-icon")["href"])
    assert size_of(touch.body) == (180, 180)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_describes_itself_and_may_be_found(server: LocalServer, path: str) -> None:
    page = (await server.get(path)).text
    assert len(element(page, "meta", name="description")["content"]) > 20
    assert not elements(page, "meta", name="robots")


async def test_the_browser_asks_again_for_the_service_worker(server: LocalServer) -> None:
    first = await server.get("/service-worker.js")
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "no-cache"
    again = await server.get("/service-worker.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 304


# --- what the service worker does, and what not ---


async def test_it_keeps_the_offline_page_and_nothing_else(
    server: LocalServer, installed: BrowserContext
) -> None:
    await fill(server.services.store, 3)
    page = await controlled_page(installed, f"{server.url}/all")
    for path in PAGES:
        await page.goto(server.url + path)
    kept = await page.evaluate(
        """async () => {
          const kept = [];
          for (const name of await caches.keys())
            for (const { url } of await (await caches.open(name)).keys())
              kept.push(new URL(url).pathname);
          return kept;
        }"""
    )
    assert sorted(kept) == [
        "/offline",
        "/static/bundles/site.css",
        "/static/icon.svg",
        "/static/js/offline.js",
    ]


async def test_pages_are_never_stale(server: LocalServer, installed: BrowserContext) -> None:
    await fill(server.services.store, 3)
    page = await controlled_page(installed, f"{server.url}/tags")
    await page.goto(f"{server.url}/all")
    await expect(page.locator("#grid .card")).to_have_count(3)
    await page.goto(f"{server.url}/tags")
    await fill(server.services.store, 2, start=3)
    await page.goto(f"{server.url}/all")
    await expect(page.locator("#grid .card")).to_have_count(5)


async def test_media_and_streams_do_not_pass_through_it(
    live_server: LocalServer,
    live_services: Services,
    installed: BrowserContext,
    videos: Path,
    cast: Cast,
) -> None:
    cast.copy("city.mp4", videos / "city.mp4")
    await eventually(lambda: live_services.library.status.thumbnails_made == 1)
    page = await controlled_page(installed, f"{live_server.url}/tags")
    passed: dict[str, bool] = {}

    def note(response: Response) -> None:
        passed[response.url.removeprefix(live_server.url)[:7]] = response.from_service_worker

    page.on("response", note)
    await page.goto(f"{live_server.url}/watch/city.mp4")
    await page.wait_for_selector(browsers.LIVE, state="attached")
    await until(page, "document.querySelector('video').readyState >= 1")
    part = await page.evaluate(
        """async () => {
          const answer = await fetch('/video/city.mp4', { headers: { Range: 'bytes=5-9' } });
          return [answer.status, (await answer.arrayBuffer()).byteLength];
        }"""
    )
    assert part == [206, 5]
    assert passed["/watch/"], "the page itself does, or the others prove nothing"
    assert not passed["/video/"]
    assert not passed["/events"]


async def test_a_page_with_a_service_worker_is_kept_for_back(
    server: LocalServer, browser: Browser, chromium_path: str
) -> None:
    """Playwright switches the back/forward cache off, so this has a browser of its own."""
    own = await browser.browser_type.launch(
        executable_path=chromium_path,
        args=browsers.BROWSER_ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        page = await controlled_page(await own.new_context(), f"{server.url}/tags")
        await page.evaluate("window.stayed = true")
        await page.goto(f"{server.url}/api")
        await page.evaluate("history.back()")
        await page.wait_for_url(f"{server.url}/tags", wait_until="commit")
        await until(page, "window.stayed === true")
    finally:
        await own.close()


async def test_the_server_still_knows_which_list_one_came_from(
    server: LocalServer, installed: BrowserContext
) -> None:
    await fill(server.services.store, 2)
    page = await controlled_page(installed, f"{server.url}/tags")
    await page.goto(f"{server.url}/all?sort=title")
    await page.locator("#grid .card a").first.click()
    await expect(page.locator("a[href*='sort=title']").first).to_be_attached()


# --- without a server ---


async def test_a_lost_server_shows_our_page_which_comes_back_by_itself(
    tmp_path: Path, videos: Path, installed: BrowserContext
) -> None:
    first = Process(videos, tmp_path / "data")
    with first:
        page = await controlled_page(installed, f"{first.url}/settings")
        url = f"{first.url}/tags?sort=name"
    await page.goto(url)
    await expect(page.get_by_role("heading", name="Can't reach the server")).to_be_visible()
    assert page.url == url
    assert not await browsers.axe_violations(page)
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground != "rgba(0, 0, 0, 0)", "its styles are there"
    with Process(videos, tmp_path / "data", {"LVS_PORT": str(first.port)}):
        await expect(page.get_by_role("heading", name="Tags")).to_be_visible(timeout=30_000)
        assert page.url == url


async def test_it_says_that_it_tries_and_can_be_asked_to(
    tmp_path: Path, videos: Path, installed: BrowserContext
) -> None:
    with Process(videos, tmp_path / "data") as server:
        page = await controlled_page(installed, f"{server.url}/settings")
        await page.get_by_role("radio", name="Light").check()
        await expect(page.locator("html[data-theme=light]")).to_have_count(1)
    await page.reload()
    await expect(page.get_by_role("status")).to_have_text(
        "Not yet. This page comes back by itself."
    )
    await expect(page.locator("html[data-theme=light]")).to_have_count(1)
    await page.get_by_role("link", name="Try again now").click()
    await expect(page.get_by_role("heading", name="Can't reach the server")).to_be_visible()
