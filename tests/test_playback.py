"""Views are counted when something really plays, and playback resumes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from lvs.media.samples import Clip, make_clip
from lvs.services import Services
from lvs.store import Connection, Transaction, gallery, playback
from lvs.store.list_plan import ListSpec
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.html import links
from tests.helpers.libraries import fill, hash_of, library
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer, eventually

pytestmark = pytest.mark.engines("sqlite", "postgres")


def set_duration(tx: Transaction, seconds: int) -> None:
    tx.connection.execute("update item set duration_s = ?", (seconds,))


async def test_a_position_is_stored_until_the_end_is_seen(services: Services) -> None:
    await fill(services.store, 1)
    await services.store.write(lambda tx: tx.connection.execute("update item set duration_s = 100"))

    async def position() -> tuple[float, bool]:
        return await services.store.read(playback.state_of, HOUSEHOLD, 1)

    assert await position() == (0.0, False)
    await services.store.write(playback.save_position, HOUSEHOLD, 1, 42.5)
    assert await position() == (42.5, False)
    await services.store.write(playback.save_position, HOUSEHOLD, 1, 95.0)
    assert await position() == (0.0, True)
    await services.store.write(playback.save_position, HOUSEHOLD, 1, 20.0)
    assert await position() == (20.0, True)


async def test_a_position_beyond_the_known_end_is_all_of_it(server: LocalServer) -> None:
    services = server.services
    await fill(services.store, 1)
    await services.store.write(set_duration, 9000)
    await services.store.write(playback.save_position, HOUSEHOLD, 1, 5500.0)
    await services.store.write(set_duration, 1)
    assert "--seen: 100%" in (await server.get("/all")).text


async def test_a_video_that_plays_on_changes_nobody_elses_pages(server: LocalServer) -> None:
    services = server.services
    await fill(services.store, 3)
    await services.store.write(
        lambda tx: tx.connection.execute("update item set duration_s = 3600")
    )
    path = f"/videos/{await hash_of(services, 1)}/progress"

    async def report(position_s: float, *, playing: bool = True) -> bool:
        edits = services.store.edits
        before = services.store.last_event_id, edits.of(HOUSEHOLD, averages=True)
        await post(server, path, position_s=position_s, playing=int(playing))
        assert (await services.store.read(playback.state_of, HOUSEHOLD, 1))[0] == position_s
        return before != (
            services.store.last_event_id,
            services.store.edits.of(HOUSEHOLD, averages=True),
        )

    assert await report(4.0)  # the first: it is the last played now
    assert await report(14.0)  # worth resuming
    page = (await server.get("/")).body
    for position_s in (24.0, 34.0, 44.0):
        assert not await report(position_s)
    assert (await server.get("/")).body == page
    assert await report(44.0, playing=False)  # paused
    assert await report(299.0, playing=False)
    assert not await report(299.5)
    assert await report(300.0)  # each five minutes, for a player that is killed
    missing_cutoff = "update playback_progress set updated_at = updated_at - 61000"
    await services.store.write(lambda tx: tx.connection.execute(missing_cutoff))
    assert await report(310.0)  # taken up again: first in "continue watching"


@pytest.mark.parametrize("position", ["", "-1", "nan", "inf", "soon", "1e99"])
async def test_a_bad_position_is_refused(server: LocalServer, position: str) -> None:
    await fill(server.services.store, 1)
    media_hash = await hash_of(server.services, 1)
    path = f"/videos/{media_hash}/progress"
    assert (await post(server, path, position_s=position)).status == 400
    assert (await server.services.store.read(playback.state_of, HOUSEHOLD, 1))[0] == 0


async def test_fetching_bytes_is_no_view(server: LocalServer, videos: Path, cast: Cast) -> None:
    cast.copy("beach.mp4", videos / "Beach.mp4")
    await library(server.services)
    page = await server.services.store.read(gallery.page, ListSpec(HOUSEHOLD), limit=1)
    media_hash = await hash_of(server.services, page.items[0][0])
    for _ in range(3):
        assert (await server.get("/video/Beach.mp4", headers={"Range": "bytes=0-99"})).status == 206
    assert "1 view" not in (await server.get("/watch/Beach.mp4")).text
    assert (await post(server, f"/videos/{media_hash}/view")).status == 204
    assert "1 view<" in (await server.get("/watch/Beach.mp4")).text
    assert (await post(server, "/videos/0000000000000000/view")).status == 404


async def test_playing_counts_one_view_and_resumes_elsewhere(
    live_server: LocalServer, videos: Path, context: BrowserContext
) -> None:
    make_clip(videos / "Long.mp4", Clip(size=(160, 90), duration_s=40.0))
    gallery_page = await live_page(context, f"{live_server.url}/")
    await gallery_page.wait_for_selector(".card .card-image[srcset]")
    watch = await live_page(context, f"{live_server.url}/watch/Long.mp4?t=15")
    await watch.evaluate("document.querySelector('video').play()")
    await watch.get_by_text("1 view").wait_for()
    await watch.evaluate("document.querySelector('video').pause()")
    await gallery_page.wait_for_selector(".card-progress", state="attached")
    await expect(watch.get_by_text("2 views")).to_have_count(0)

    elsewhere = await live_page(context, f"{live_server.url}/watch/Long.mp4")
    await elsewhere.get_by_text("Resume at").click()
    await until(elsewhere, "document.querySelector('video').currentTime >= 15")
    await expect(elsewhere.locator("[data-resume]")).to_have_count(0)


async def test_the_offer_to_go_on_is_a_plain_link(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    await server.services.store.write(
        lambda tx: tx.connection.execute("update item set duration_s = 100")
    )
    await server.services.store.write(playback.save_position, HOUSEHOLD, 1, 42.5)

    async def suggest() -> bool:
        return "?t=42" in links((await server.get("/watch/" + name)).text, class_="button")

    name = "Video%20000000.mp4"
    await eventually(suggest)
    assert "Resume at" not in (await server.get(f"/watch/{name}?t=42")).text


async def test_what_was_started_is_in_its_list_until_it_is_watched(
    live_server: LocalServer, videos: Path, context: BrowserContext
) -> None:
    services = live_server.services
    for name, duration_s in (("First", 40.0), ("Second", 44.0)):
        make_clip(videos / f"{name}.mp4", Clip(size=(160, 90), duration_s=duration_s))
    site = live_server.url

    async def both_ready() -> bool:
        return (await live_server.get("/")).text.count('data-state="ready"') == 2

    await eventually(both_ready)
    started = await live_page(context, f"{site}/continue")
    cards = await services.store.read(videos_by_title)
    for title in ("First", "Second"):
        assert (
            await post(live_server, f"/videos/{cards[title]}/progress", position_s=20)
        ).status == 204
    await browsers.wait_for_titles(started, ["Second", "First"])
    assert "Continue watching" in await started.inner_text("h1")
    watch = await live_page(context, f"{site}/watch/Second.mp4")
    button = watch.get_by_role("button", name="Mark as watched")
    await button.click()
    await browsers.wait_for_titles(started, ["First"])
    await until(watch, "document.querySelector('#watched').ariaPressed === 'true'")
    assert await watch.evaluate("document.activeElement.id") == "watched"
    assert not await browsers.axe_violations(watch)
    unseen = await live_page(context, f"{site}/?sort=title")
    assert await browsers.titles(unseen) == ["First", "Second"]
    await unseen.get_by_role("button", name="Filters").click()
    assert not await browsers.axe_violations(unseen)
    await unseen.get_by_label("Watched").select_option("Unwatched")
    await browsers.wait_for_titles(unseen, ["First"])
    await unseen.wait_for_url(f"{site}/all?watched=0&sort=title")
    await button.click()
    await browsers.wait_for_titles(unseen, ["First", "Second"])


def videos_by_title(conn: Connection) -> dict[str, str]:
    return dict(conn.execute("select title, media_hash from item").fetchall())
