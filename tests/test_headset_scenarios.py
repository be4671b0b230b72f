"""Scripted headsets: a session of DeoVR and one of HereSphere, seen on an open page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, Locator, Page

from lvs.media.samples import Clip, make_clip
from lvs.services import Services
from tests.helpers import browsers
from tests.helpers.browsers import live_page
from tests.helpers.headsets import FORM, Player
from tests.helpers.requests import call, post
from tests.helpers.servers import LocalServer, eventually, serving


@pytest.fixture
async def filled_services(live_services: Services, videos: Path) -> Services:
    """Two films, one of them VR."""
    clips = {"Ocean/dive_180_sbs.mp4": (640, 320), "city.mp4": (320, 180)}
    for name, size in clips.items():
        (videos / name).parent.mkdir(exist_ok=True)
        await asyncio.to_thread(make_clip, videos / name, Clip(size=size, duration_s=20, rate=5))
    live_services.library.ask_for_scan()
    await eventually(lambda: live_services.library.status.thumbnails_made >= 2)
    await eventually(live_services.library.probe_queue.is_idle)
    return live_services


@pytest.fixture
async def site(filled_services: Services) -> AsyncIterator[LocalServer]:
    async with serving(filled_services) as server:
        yield server


@pytest.fixture
async def desktop(site: LocalServer, browser: Browser) -> AsyncIterator[Page]:
    """An open gallery; it must hear of everything without a reload."""
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await live_page(context, f"{site.url}/all?sort=title")
        await page.evaluate("window.stayed = true")
        yield page
        assert await page.evaluate("window.stayed")


async def report(player: Player, video: Any, kind: int, at_s: float = 0) -> None:
    """An event of the player: 0 opened, 1 plays, 2 paused, 3 closed."""
    event = {"event": kind, "time": at_s * 1000, "speed": 1, "connectionKey": "k"}
    await player.ask(video["eventServer"], event)


async def watch_it(player: Player, video: Any, card: Locator) -> None:
    """Open, play, seek twice (each cancels the last request), pause."""
    (source,) = video["media"][0]["sources"]
    await report(player, video, 0)
    assert (await player.abandon(source["url"], 0)).startswith(b"HTTP/1.1 206")
    await report(player, video, 1)
    await card.locator(".card-new").wait_for(state="detached")
    for start in (source["size"] // 2, source["size"] // 3):
        assert b"content-range" in (await player.abandon(source["url"], start)).lower()
        await report(player, video, 1, 5)
    await report(player, video, 2, 12)
    await card.locator(".card-progress").wait_for()


async def test_a_session_with_heresphere(
    site: LocalServer, filled_services: Services, desktop: Page
) -> None:
    player = Player(site)
    card = desktop.locator(".card", has_text="dive")
    assert (await player.answer("/heresphere")).headers["heresphere-json-version"] == "1"
    index = await player.ask("/heresphere/", {})
    assert index["access"] == 1
    assert [catalogue_list["name"] for catalogue_list in index["library"]] == ["Newest", "VR"]
    (link,) = index["library"][1]["list"]

    scanned = await player.ask("/heresphere/scan", "")
    entry = next(found for found in scanned["scanData"] if found["link"] == link)
    assert (entry["duration"], entry["rating"], entry["isFavorite"]) == (20_000, 0, False)

    video = await player.ask(link, {"needsMediaSource": False})
    assert "media" not in video
    video = await player.ask(link, '{"username": "", "password": ""}', **{"Content-Type": "text/x"})
    assert (video["projection"], video["stereo"], video["fov"], video["lens"]) == (
        "equirectangular",
        "sbs",
        180.0,
        "Linear",
    )
    assert video["tags"] == [{"name": "Folder:Ocean"}]
    thumbnail = await player.answer(video["thumbnailImage"])
    assert thumbnail.headers["content-type"] == "image/jpeg"
    assert thumbnail.body[:3] == b"\xff\xd8\xff"
    (source,) = video["media"][0]["sources"]
    assert (source["width"], source["height"]) == (640, 320)
    assert source["url"].endswith(".mp4")
    await watch_it(player, video, card)
    watch = await live_page(desktop.context, f"http://{player.host}/watch/Ocean/dive_180_sbs.mp4")
    written = await player.ask(link, {"rating": 4.5, "isFavorite": True})
    assert (written["rating"], written["isFavorite"]) == (5, True)
    await card.locator("[data-heart][aria-pressed=true]").wait_for()
    await card.locator(".rate-open", has_text="5").wait_for()
    mine = [*written["tags"], {"name": "night dive", "start": 0, "end": 0}]
    marks = [{"name": "a shark", "start": 4000, "end": 5000, "track": 0}]
    same = await asyncio.gather(*(player.ask(link, {"tags": mine + marks}) for _ in range(3)))
    for answered in same:
        assert answered["tags"] == [{"name": "Tag:night dive"}, {"name": "Folder:Ocean"}]
    await watch.get_by_role("link", name="night dive").wait_for()
    found = json.loads((await site.get(f"/api/videos/{link.rpartition('/')[2]}")).body)
    assert (found["tags"], found["favorite"], found["rating"]["user"]) == (["night dive"], True, 5)
    assert found["views"] == 1
    assert (await player.ask(link, {"rating": 0}))["rating"] == 0
    await card.locator("[data-heart][aria-pressed=true]").wait_for()
    await report(player, video, 3, 19.5)
    await watch.locator("#watched[aria-pressed=true]").wait_for()
    found = json.loads((await site.get(f"/api/videos/{link.rpartition('/')[2]}")).body)
    assert found["rating"]["count"] == 0
    await eventually(lambda: not filled_services.reader.open)
    names = [
        catalogue_list["name"] for catalogue_list in (await player.ask("/heresphere"))["library"]
    ]
    assert names == ["Newest", "Favorites", "Most viewed", "VR", "night dive"]


async def test_a_session_with_deovr(
    site: LocalServer, filled_services: Services, desktop: Page
) -> None:
    player = Player(site)
    head = await site.get("/deovr", method="HEAD")
    assert (head.status, head.headers["content-type"]) == (200, "application/json")
    for path in ("/deovr", "/deovr/"):
        library = await player.ask(path)
        assert library["authorized"] == "1"
        assert [scene["name"] for scene in library["scenes"]] == ["Newest", "VR"]
    (item,) = library["scenes"][1]["list"]
    assert (item["title"], item["videoLength"]) == ("dive 180 sbs", 20)
    assert (await player.answer(item["thumbnailUrl"])).body[:2] == b"\xff\xd8"
    video = await player.ask(item["video_url"] + "/", urlencode({"login": ""}), **FORM)
    assert (video["is3d"], video["screenType"], video["stereoMode"]) == (True, "dome", "sbs")
    assert isinstance(video["id"], int)
    (encoding,) = video["encodings"]
    (source,) = encoding["videoSources"]
    assert (encoding["name"], source["width"], source["height"]) == ("h264", 640, 320)
    for start in (0, 10_000, 20_000):
        assert (await player.abandon(source["url"], start)).startswith(b"HTTP/1.1 206")
    await eventually(lambda: not filled_services.reader.open)
    # What is changed on the desktop is there at the next request.
    media_hash = item["video_url"].rpartition("/")[2]
    await post(site, f"/videos/{media_hash}/layout", projection="mkx200")
    assert (await player.ask(item["video_url"]))["screenType"] == "mkx200"
    await call(site, "POST", f"/api/ratings/{media_hash}", {"value": 4})
    scenes = (await player.ask("/deovr"))["scenes"]
    assert [scene["name"] for scene in scenes] == ["Newest", "Top rated", "VR"]
