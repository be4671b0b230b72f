"""The dashboard in Chromium: what it shows moves, what it offers works, refusals are explained."""

from __future__ import annotations

import asyncio
import functools
import shutil
import time
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from lvs.services import Services
from lvs.store import Transaction, curation, files
from lvs.store import items as records
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.browsers import live_page, until
from tests.helpers.clips import Cast
from tests.helpers.html import elements, links
from tests.helpers.libraries import fill, hash_of
from tests.helpers.requests import call, post
from tests.helpers.servers import LocalServer, eventually


@pytest.fixture
def dashboard(live_server: LocalServer) -> str:
    return f"{live_server.url}/admin/performance"


@pytest.fixture
def maintenance(live_server: LocalServer) -> str:
    return f"{live_server.url}/admin/maintenance"


async def test_what_failed_appears_and_is_tried_again(
    live_services: Services,
    maintenance: str,
    context: BrowserContext,
    videos: Path,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lvs.admin.dashboard.MAINTENANCE_EVERY_S", 0)
    page = await live_page(context, maintenance)
    await page.evaluate("window.stayed = true")
    (videos / "broken.mp4").write_bytes(b"not a video" * 100)
    row = page.locator("#maintenance-failed li", has_text="broken.mp4")
    await row.wait_for()
    assert not await browsers.axe_violations(page)
    cast.copy("city.mp4", videos / ".whole")
    (videos / ".whole").replace(videos / "broken.mp4")
    await page.get_by_text("No failed files.").wait_for()
    assert await page.evaluate("window.stayed")


async def test_every_button_says_what_it_did_or_why_not(
    live_services: Services,
    live_server: LocalServer,
    dashboard: str,
    maintenance: str,
    context: BrowserContext,
    videos: Path,
    cast: Cast,
) -> None:
    cast.copy("beach.mp4", videos / "beach.mp4")
    live_services.library.ask_for_scan()
    await eventually(lambda: live_services.library.status.thumbnails_made == 1)
    page = await live_page(context, maintenance)
    notice = page.locator("#notices")

    async def press(name: str) -> None:
        await page.get_by_role("button", name=name, exact=True).click()

    await press("Scan now")
    await notice.get_by_text("Scanning all folders.").wait_for()
    await page.get_by_label("Recreate thumbnails of one video").fill("nothing.mp4")
    await press("Recreate")
    await notice.get_by_text("No video named 'nothing.mp4'").wait_for()
    await page.get_by_label("Recreate thumbnails of one video").fill("beach.mp4")
    await press("Recreate")
    await notice.get_by_text("Recreating thumbnails of 1 video.").wait_for()
    await eventually(lambda: live_services.library.status.thumbnails_made == 2)
    await press("Back up now")
    await notice.get_by_text("Backed up 1 video as").wait_for()
    (made,) = await live_services.admin.backup_scheduler.listed()
    await page.locator(
        "#maintenance-backups td, #maintenance-backups th", has_text=made.name
    ).wait_for()
    shutil.rmtree(live_services.admin.backup_scheduler.folder)
    live_services.admin.backup_scheduler.folder.write_text("not a folder")
    await press("Back up now")
    await notice.get_by_text("could not be written").wait_for()
    await page.locator("#maintenance-backups", has_text="Last backup failed").wait_for()
    failed = notice.get_by_role("alert").filter(has_text="could not be written")
    await failed.get_by_role("button", name="Dismiss").click()
    await failed.wait_for(state="detached")
    await page.goto(dashboard)
    await page.get_by_label("Log level", exact=True).select_option("debug")
    await press("Apply until restart")
    await notice.get_by_text("Log level set to debug").wait_for()


async def test_new_thumbnails_have_their_own_address(
    live_services: Services, live_server: LocalServer, videos: Path, cast: Cast
) -> None:
    """A browser caches a thumbnail for ever: a regenerated one needs another address."""
    cast.copy("beach.mp4", videos / "beach.mp4")
    live_services.library.ask_for_scan()
    status, store = live_services.library.status, live_services.store
    await eventually(lambda: status.thumbnails_made == 1)
    media_hash = await hash_of(live_services, 1)

    async def key() -> str | None:
        found = await store.read(records.thumbnail_of, EVERYTHING, media_hash)
        return found.key if found else None

    def made(count: int) -> bool:
        return status.thumbnails_made == count

    first = await key()
    for number in (2, 3):
        assert (await post(live_server, "/library/thumbnails", filename="beach.mp4")).status == 303
        await eventually(functools.partial(made, number))
        await eventually(live_services.library.probe_queue.is_idle)
        assert await key() == f"{first}-{number}"
    folders = list((live_services.config.data_directory / "thumbnails").glob("*/*"))
    assert [folder.name for folder in folders] == [f"{first}-3"]
    thumbnail = await live_server.get(f"/thumbnails/{media_hash}/320.webp?v={first}-3")
    assert "immutable" in thumbnail.headers["cache-control"]


async def test_what_there_is_nothing_to_do_for_is_refused(
    server: LocalServer, services: Services
) -> None:
    for path in ("/library/retry", "/library/thumbnails", "/admin/cleanup"):
        answer = await post(server, path, htmx=True)
        assert answer.status == 409, path
        assert "notice-error" in answer.text
    assert (await post(server, "/library/thumbnails", filename="../x.mp4")).status == 404
    assert (await post(server, "/library/thumbnails", video="x")).status == 400
    root = next(iter(services.library.roots.values()))
    Path(root.path).rmdir()
    await services.library.check(root)
    answer = await post(server, "/library/scan", htmx=True)
    assert answer.status == 409
    assert "folders are offline" in answer.text


async def test_events_are_counted_by_topic(server: LocalServer, services: Services) -> None:
    await fill(services.store, 4)
    before = services.store.events.copy()

    def some(tx: Transaction) -> None:
        curation.rate(tx, HOUSEHOLD, 1, 5)
        curation.rate(tx, HOUSEHOLD, 2, 4)
        files.mark_missing(tx, files.of_item(tx.connection, 3))

    def refuse(tx: Transaction) -> None:
        tx.emit("item.updated", 4, kind="video")
        raise ZeroDivisionError

    await services.store.write(some)
    with pytest.raises(ZeroDivisionError):
        await services.store.write(refuse)
    published = services.store.events - before
    assert published["item.marked"] == 4, "of each, the own rating and the average"
    assert published["item.removed"] == 1
    assert not published["item.updated"]
    text = (await server.get("/metrics")).text
    total = services.store.events["item.marked"]
    assert f'lvs_events_total{{topic="item.marked"}} {total}.0' in text


async def test_a_lost_connection_and_its_return_are_shown(
    live_services: Services, live_server: LocalServer, dashboard: str, context: BrowserContext
) -> None:
    page = await live_page(context, dashboard)
    await page.evaluate("window.stayed = true")
    await context.set_offline(True)
    # An open stream outlives "offline" in Chromium; a lost network ends it.
    await page.evaluate("document.getElementById('live')._htmx.sse.reader.cancel()")
    await page.wait_for_selector("[data-live=off]", state="attached")
    assert await page.inner_text("[data-live]") == "Reconnecting…"
    live_services.library.status.thumbnails_failed = 4_321
    await context.set_offline(False)
    await page.wait_for_selector("[data-live=on]", state="attached")
    await page.locator("#tile-failed", has_text="4,321").wait_for()
    assert await page.evaluate("window.stayed")


async def test_an_hour_of_samples_stays_bounded(
    live_services: Services,
    dashboard: str,
    context: BrowserContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lines stay bounded, and the day has its line."""
    now = time.time()
    monkeypatch.setattr("lvs.admin.monitor.time.time", lambda: now)
    monkeypatch.setattr("lvs.admin.monitor._ask", lambda _, last: last)  # quicker than the system
    for number in range(7_200):
        now += 1
        live_services.admin.metrics.record("GET /x", "x", 0.01, failed=False, queries=number % 7)
        live_services.admin.monitor.take()
    page = await live_page(context, dashboard)
    points = "document.querySelector('#tile-uptime polyline').getAttribute('points').split(' ')"
    assert len(await page.evaluate(points)) == 120
    points = points.replace("tile-uptime", "tile-day-requests")
    assert len(await page.evaluate(points)) == 120
    assert not await browsers.axe_violations(page)


async def test_a_table_keeps_its_order_and_its_place(
    live_services: Services, live_server: LocalServer, dashboard: str, context: BrowserContext
) -> None:
    for path in ("/ping", "/tags", "/api/videos"):
        await live_server.get(path)
    page = await live_page(context, dashboard)
    await page.get_by_role("button", name="Route", exact=True).click()
    await page.locator("#panel-routes").scroll_into_view_if_needed()
    top = await page.evaluate("scrollY")
    await asyncio.gather(*(live_server.get("/ping") for _ in range(30)))
    await live_server.get("/random")
    await until(page, "document.getElementById('route-get--random') !== null")
    labels = await page.locator("#routes th").all_inner_texts()
    assert labels == sorted(labels)
    assert await page.evaluate("scrollY") == top


async def test_the_dashboard_moves_without_a_reload(
    live_services: Services, live_server: LocalServer, context: BrowserContext
) -> None:
    await fill(live_services.store, 3)
    page = await live_page(context, f"{live_server.url}/admin/performance")
    await page.evaluate("window.stayed = true")
    await page.get_by_role("button", name="Requests").click()
    assert not await browsers.axe_violations(page)
    for _ in range(60):
        await live_server.get("/api/videos")
    row = page.locator("tr", has_text="GET /api/videos")
    await row.locator("[data-request-count='60']").wait_for()
    await until(page, "document.querySelector('#routes tr').textContent.includes('/api/videos')")
    media_hash = await hash_of(live_services, 1)
    await call(live_server, "POST", f"/api/ratings/{media_hash}", {"value": 3})
    await page.get_by_text("p95 of the last 1 rating").wait_for()
    await page.locator("#tile-uptime polyline").wait_for(state="attached")
    assert await page.evaluate("window.stayed")
    assert "Requests" in await page.locator("th[aria-sort=descending]").inner_text()


async def test_a_dashboard_that_opens_takes_no_news_from_another(
    live_services: Services, live_server: LocalServer
) -> None:
    first = await live_server.stream("/admin/events")
    await first.next()
    live_services.library.status.thumbnails_failed = 7_777
    second = await live_server.stream("/admin/events")
    await second.next()
    await first.until(lambda message: "7,777" in message.data, timeout=5)
    await second.until(lambda message: "7,777" in message.data, timeout=5)
    first.close()
    second.close()


async def test_fifty_dashboards_cost_one_rendering(
    live_services: Services, live_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = [await live_server.stream("/admin/events") for _ in range(50)]
    for stream in streams:
        await stream.next()
    rendered = 0
    view = live_services.admin.dashboard.view

    def counted() -> object:
        nonlocal rendered
        rendered += 1
        return view()

    monkeypatch.setattr(live_services.admin.dashboard, "view", counted, raising=False)
    counts = [len(stream.messages) for stream in streams]
    await asyncio.gather(*(stream.next() for stream in streams))
    assert rendered <= 2
    assert [len(stream.messages) for stream in streams] == [count + 1 for count in counts]
    for stream in streams:
        stream.close()
    await eventually(lambda: not live_services.admin.dashboard.streams, timeout=20)


# --- the status page ---


async def test_the_four_tiles_of_the_owner_come_first(server: LocalServer) -> None:
    await fill(server.services.store, 3)
    page = (await server.get("/admin")).text
    titles = [title.text for title in elements(page, "p", class_="tile-title")]
    assert titles[:4] == ["Needs attention", "Library", "Playing now", "Last backup"]
    values = [value.text for value in elements(page, "p", class_="tile-value")]
    assert values[:4] == ["Nothing", "3 videos", "Nothing", "None yet"]


async def test_yellow_always_has_a_link_to_what_to_do(
    server: LocalServer, services: Services, videos: Path
) -> None:
    services.activity.set_full_disk("Only 1 MB left.")
    services.activity.report("/videos/private", "Permission denied")
    services.activity.thumbnails_failed = 2
    services.admin.backup_scheduler.problem = "No space left."
    videos.rmdir()
    root = next(iter(services.library.roots.values()))
    await services.library.check(root)
    for path in ("/admin", "/admin/performance"):
        page = (await server.get(path)).text
        yellow = elements(page, "div", class_="tile-warning")
        assert yellow, path
        for tile in yellow:
            words = tile.children[2]
            assert any(child.tag == "a" for child in words.children), tile.text
    wrong = elements((await server.get("/admin")).text, "li", id=True)
    found = [one for one in wrong if one["id"].startswith("attention-")]
    assert [one["id"].partition("-")[2].partition("-")[0] for one in found] == [
        "disk",
        "folder",
        "problem",
        "backup",
    ]
    assert all(one.children[-1].tag == "a" for one in found)


async def test_links_of_the_status_page_lead_somewhere(
    server: LocalServer, services: Services
) -> None:
    services.activity.set_full_disk("Only 1 MB left.")
    services.activity.set_lost_database("The file is missing.")
    services.activity.report("/videos/private", "Permission denied")
    services.admin.backup_scheduler.problem = "No space left."
    page = (await server.get("/admin")).text
    for link in {link for link in links(page) if link.startswith(("/admin", "/settings"))}:
        path, _, anchor = link.partition("#")
        answer = await server.get(path)
        assert answer.status == 200, link
        assert not anchor or elements(answer.text, id=anchor), link


async def test_what_plays_is_named_and_moves_without_a_reload(
    live_services: Services,
    live_server: LocalServer,
    context: BrowserContext,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lvs.admin.dashboard.MAINTENANCE_EVERY_S", 0)
    await fill(live_services.store, 2)
    page = await live_page(context, f"{live_server.url}/admin")
    await page.evaluate("window.stayed = true")
    media_hash = await hash_of(live_services, 1)
    await post(live_server, f"/videos/{media_hash}/progress", position_s=5, playing=1)
    tile = page.locator("#tile-playing")
    await expect(tile).to_contain_text("Video 000000")
    await expect(page.get_by_role("link", name="Video 000000")).to_be_visible()
    live_services.admin.backup_scheduler.problem = "No space left."
    await expect(page.locator("#attention-backup")).to_be_visible()
    assert not await browsers.axe_violations(page)
    monkeypatch.setattr("lvs.admin.overview.PLAYING_WITHIN_MS", -1)
    await expect(tile).to_contain_text("Nothing")
    assert await page.evaluate("window.stayed")


async def test_each_page_of_the_dashboard_gets_only_what_it_shows(
    live_services: Services, live_server: LocalServer
) -> None:
    targets = {}
    for name in ("status", "maintenance", "performance"):
        stream = await live_server.stream(f"/admin/events?page={name}")
        message = await stream.next()
        assert message is not None
        found = [one["hx-target"] for one in elements(message.data, "hx-partial")]
        page = (await live_server.get("/admin" if name == "status" else f"/admin/{name}")).text
        for target in found:
            assert elements(page, id=target.removeprefix("#")), (name, target)
        targets[name] = set(found)
        stream.close()
    assert "#tile-cpu" in targets["performance"]
    assert "#tile-cpu" not in targets["status"] | targets["maintenance"]
    assert "#maintenance-missing" in targets["maintenance"]
    assert "#maintenance-missing" not in targets["status"] | targets["performance"]
    assert (await live_server.get("/admin/events?page=other")).status == 400


async def test_all_but_ten_routes_are_folded(
    live_services: Services, live_server: LocalServer, dashboard: str, context: BrowserContext
) -> None:
    for number in range(14):
        live_services.admin.metrics.record(
            f"GET /{number}", "x", number / 10, failed=False, queries=0
        )
    page = await live_page(context, dashboard)
    rows = page.locator("#routes tr:visible")
    await expect(rows).to_have_count(10)
    await expect(rows.first).to_contain_text("GET /13")
    await page.get_by_label("Show all routes").check()
    await expect(page.locator("#routes tr", has_text="GET /0")).to_be_visible()
