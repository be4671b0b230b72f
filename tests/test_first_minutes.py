"""The first minutes: an empty library, the first scan, and a folder that can't be read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from lvs.services import Services
from lvs.system.account import account_name, advice_on
from tests.helpers import browsers
from tests.helpers.browsers import live_page
from tests.helpers.clips import Cast
from tests.helpers.html import element
from tests.helpers.libraries import age
from tests.helpers.servers import LocalServer, Process


async def test_an_empty_library_says_where_videos_go_and_shows_them(
    live_server: LocalServer,
    live_services: Services,
    context: BrowserContext,
    videos: Path,
    cast: Cast,
) -> None:
    page = await live_page(context, f"{live_server.url}/all")
    await page.evaluate("window.stayed = true")
    steps = page.locator(".first-steps")
    await expect(steps).to_contain_text(f"Copy a video into {videos}")
    await expect(page.locator(".first-scan")).to_be_hidden()
    await expect(page.locator(".summary-tools")).to_be_hidden()
    await expect(steps.get_by_role("link", name="Use another folder")).to_have_attribute(
        "href", "/settings#settings-folders"
    )
    for size in ("390x844", "1280x720", "1920x1080"):
        width, height = map(int, size.split("x"))
        await page.set_viewport_size({"width": width, "height": height})
        await expect(steps.get_by_role("link")).to_be_in_viewport()
    assert not await browsers.axe_violations(page)
    cast.copy("city.mp4", videos / "city.mp4")
    await expect(page.locator("#grid .card")).to_have_count(1)
    await expect(page.locator("#empty")).to_be_hidden()
    await expect(page.locator(".summary-tools")).to_be_visible()
    assert await page.evaluate("window.stayed")


async def test_every_place_without_videos_says_where_they_go(
    server: LocalServer, videos: Path
) -> None:
    for path in ("/", "/all", "/favorites", "/all?q=sea"):
        steps = element((await server.get(path)).text, "div", class_="first-steps").text
        assert f"Copy a video into {videos}" in steps, path


async def test_the_first_scan_says_how_far_how_fast_and_how_long(
    services: Services, server: LocalServer, context: BrowserContext
) -> None:
    scan = services.activity.scan
    scan.start()
    scan.total = 200
    scan.advance(10)
    scan._marks[0] = (time.monotonic() - 1, 10)  # a second ago
    scan.advance(40)
    services.activity.changed()
    page = await context.new_page()
    await page.goto(f"{server.url}/all")
    await expect(page.get_by_role("heading", name="Scanning your folders")).to_be_visible()
    await expect(page.locator(".first-steps")).to_be_hidden()
    words = page.locator(".task-words")
    await expect(words).to_contain_text("50 of 200")
    await expect(words).to_contain_text("per second")
    await expect(words).to_contain_text("left")
    assert not await browsers.axe_violations(page)


async def test_the_end_of_an_empty_scan_shows_what_to_do(
    live_services: Services, live_server: LocalServer, context: BrowserContext
) -> None:
    """The end of a scan that finds nothing is no event of the library."""
    activity = live_services.activity
    activity.scan.start()
    activity.changed()
    page = await live_page(context, f"{live_server.url}/all")
    await expect(page.locator(".first-scan")).to_be_visible()
    activity.scan.running = False
    activity.changed()
    await expect(page.locator(".first-steps")).to_be_visible()
    await expect(page.locator(".first-scan")).to_be_hidden()


def test_a_library_folder_that_cannot_be_read_says_why_and_what_to_do(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(videos / "one.mp4")
    age(videos)
    videos.chmod(0o000)
    try:
        with Process(videos, tmp_path / "data", as_user=True) as server:
            server.wait_for(lambda: "Can't read" in server.get("/all").text, "the reason")
            notice = element(server.get("/all").text, "section", id="away-1").text
            assert f"Can't read {videos}" in notice
            assert f"Let the account {account_name()} read the folder." in notice
            assert "Not readable since today" in server.get("/settings").text
            attention = element(server.get("/admin").text, "li", id="attention-folder-1").text
            assert f"Can't read {videos}" in attention
            videos.chmod(0o755)
            server.wait_for(lambda: server.cards() == 1, "the video")
            assert "Can't read" not in server.get("/all").text
    finally:
        videos.chmod(0o755)


def test_a_folder_inside_that_cannot_be_read_says_why_and_what_to_do(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.unique(videos / "locked" / "secret.mp4")
    age(videos)
    (videos / "locked").chmod(0o000)
    try:
        with Process(videos, tmp_path / "data", as_user=True) as server:
            server.wait_for(lambda: "videos/locked" in server.get("/all").text, "the problem")
            problems = element(server.get("/all").text, id="problems")
            assert "1 problem with the video folders" in problems.text
            assert f"Permission denied. Let the account {account_name()} read it." in problems.text
            assert problems.tag == "section", "it is not folded away"
    finally:
        (videos / "locked").chmod(0o755)


@pytest.mark.parametrize("reason", ["Input/output error", "The disk does not respond"])
def test_advice_is_given_on_permissions_only(reason: str) -> None:
    assert advice_on(reason) == reason
    assert advice_on("Permission denied").endswith("read it.")
