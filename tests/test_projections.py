"""Projection: detected, set by a user, pushed, filtered by, and shown in thumbnails."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import Browser

from lvs.media.samples import Clip, make_clip
from lvs.services import Services
from lvs.store import items as records
from lvs.viewer import EVERYTHING
from tests.helpers import browsers
from tests.helpers.browsers import live_page
from tests.helpers.images import decoded
from tests.helpers.libraries import hash_of
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer, eventually

# White for the first eye, black for the second.
HALVES = {"sbs": ("pad", "2*iw:ih:0:0"), "tb": ("pad", "iw:2*ih:0:0")}


async def settled(services: Services) -> None:
    await eventually(lambda: not services.library.status.scan.running)
    await eventually(services.library.probe_queue.is_idle)


async def dropped(services: Services, videos: Path, name: str, clip: Clip) -> str:
    made = await asyncio.to_thread(make_clip, videos / ".making.mp4", clip)
    made.rename(videos / name)
    services.library.ask_for_scan()
    await eventually(lambda: services.library.status.thumbnails_made == 1)
    await settled(services)
    return await hash_of(services, 1)


async def eye(services: Services, media_hash: str) -> str:
    """Which eye the thumbnail shows."""
    found = await services.store.read(records.thumbnail_of, EVERYTHING, media_hash)
    assert found is not None
    assert found.key is not None
    folder = services.config.data_directory / "thumbnails" / found.key[:2] / found.key
    light = decoded(folder / "320.webp").mean()
    return "first" if light > 200 else "second" if light < 50 else "both"


@pytest.mark.parametrize("first", ["sbs", "tb"])
async def test_the_thumbnail_is_of_the_left_eye_of_the_projection_a_user_chose(
    live_server: LocalServer, live_services: Services, videos: Path, first: str
) -> None:
    clip = Clip("color=c=white", (640, 320), 1, filters=(HALVES[first],))
    media_hash = await dropped(live_services, videos, "film.mp4", clip)
    assert await eye(live_services, media_hash) == "both"
    swapped = {"sbs": "rl", "tb": "bt"}[first]
    for stereo, seen in ((first, "first"), (swapped, "second"), ("", "both")):
        answer = await post(live_server, f"/videos/{media_hash}/layout", stereo=stereo)
        assert answer.status == 303
        await settled(live_services)
        assert await eye(live_services, media_hash) == seen


async def test_a_set_projection_survives_another_probe_and_filters_follow(
    live_server: LocalServer, live_services: Services, videos: Path
) -> None:
    media_hash = await dropped(live_services, videos, "film_180_sbs.mp4", Clip(duration_s=1))

    async def projection() -> tuple[str, str, bool]:
        found = json.loads((await live_server.get(f"/api/videos/{media_hash}")).body)
        return found["projection"], found["stereo"], found["eyes_swapped"]

    async def listed(query: str) -> int:
        total: int = json.loads((await live_server.get(f"/api/videos?{query}")).body)["total"]
        return total

    assert await projection() == ("180", "sbs", False)
    for query in ("vr=1", "stereo=1", "q=is:vr%20is:3d"):
        assert await listed(query) == 1
    await post(live_server, f"/videos/{media_hash}/layout", projection="mkx200", stereo="rl")
    assert await projection() == ("mkx200", "sbs", True)
    await post(live_server, "/library/thumbnails")
    await settled(live_services)
    assert await projection() == ("mkx200", "sbs", True)
    await post(live_server, f"/videos/{media_hash}/layout", projection="flat", stereo="mono")
    assert await listed("vr=1") == await listed("stereo=1") == 0
    await post(live_server, f"/videos/{media_hash}/layout", projection="mkx200", stereo="rl")
    assert await projection() == ("mkx200", "sbs", True)
    await post(live_server, "/library/thumbnails")
    await settled(live_services)
    assert await projection() == ("mkx200", "sbs", True)
    await post(live_server, f"/videos/{media_hash}/layout", projection="flat", stereo="mono")
    assert await listed("vr=1") == await listed("stereo=1") == 0
    await post(live_server, f"/videos/{media_hash}/layout")
    assert await projection() == ("180", "sbs", False)
    path = f"/videos/{media_hash}/layout"
    assert (await post(live_server, path, projection="cube")).status == 400
    assert (await post(live_server, path, stereo="3d")).status == 400


async def test_a_choice_is_made_on_the_watch_page_and_seen_on_others(
    live_server: LocalServer, live_services: Services, videos: Path, browser: Browser
) -> None:
    await dropped(live_services, videos, "film.mp4", Clip(duration_s=1))
    site = live_server.url
    async with browsers.context(browser, **browsers.HEADSET) as context:
        gallery = await live_page(context, f"{site}/all")
        other = await live_page(context, f"{site}/watch/film.mp4")
        page = await live_page(context, f"{site}/watch/film.mp4")
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("button", name="VR format: Flat").click()
        assert not await browsers.axe_violations(page)
        await page.get_by_label("Projection").select_option("360")
        await page.get_by_label("3D layout").select_option("tb")
        await page.get_by_role("button", name="Save", exact=True).click()
        await other.get_by_role("button", name="VR format: 360°, 3D").wait_for()
        await gallery.locator(".card .badges", has_text="VR").wait_for()
        await page.locator("#layout").wait_for(state="hidden")
