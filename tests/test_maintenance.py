"""Maintenance: failed files, files missing for long, duplicates, errors, and actions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from lvs.jobs.cleanup import WAIT_S
from lvs.services import Services
from lvs.store import Transaction, cleanup, curation, files, roots
from lvs.store import items as records
from lvs.store.writer import now_ms
from lvs.viewer import HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.clips import Cast
from tests.helpers.html import element
from tests.helpers.libraries import fill, hash_of
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer, eventually


@pytest.fixture(autouse=True)
def own_log_level() -> Iterator[None]:
    logger = logging.getLogger("lvs")
    before = logger.level
    yield
    logger.setLevel(before)


async def test_failed_files_and_duplicates_are_listed(
    live_server: LocalServer, live_services: Services, videos: Path, cast: Cast, browser: Browser
) -> None:
    (videos / "broken.mp4").write_bytes(b"not a video" * 100)
    cast.copy("beach.mp4", videos / "one.mp4")
    cast.copy("beach.mp4", videos / "two.mp4")
    live_services.library.ask_for_scan()

    async def failed() -> bool:
        return 'data-state="failed"' in (await live_server.get("/all")).text

    await eventually(failed)
    page = (await live_server.get("/admin/maintenance")).text
    assert "<b>broken.mp4</b>" in page
    assert "<span>one.mp4</span><span>two.mp4</span>" in page
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        shown = await context.new_page()
        await shown.goto(f"{live_server.url}/admin/maintenance")
        assert not await browsers.axe_violations(shown)
        cast.copy("city.mp4", videos / "broken.mp4")
        await shown.get_by_role("button", name="Retry all").click()
        await eventually(lambda: live_services.library.status.thumbnails_made >= 2)


async def test_all_thumbnails_are_regenerated(
    live_server: LocalServer, live_services: Services, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "one.mp4")
    live_services.library.ask_for_scan()
    status = live_services.library.status
    await eventually(lambda: status.thumbnails_made == 1)
    assert (await post(live_server, "/library/thumbnails")).status == 303
    await eventually(lambda: status.thumbnails_made == 2)


async def test_a_missing_file_is_listed_from_the_first_day(
    server: LocalServer, services: Services
) -> None:
    await fill(services.store, 130)
    assert "None. Missing videos keep" in (await server.get("/admin/maintenance")).text

    def lose(tx: Transaction) -> None:
        for video in range(1, 121):
            files.mark_missing(tx, files.of_item(tx.connection, video))

    await services.store.write(lose)
    page = (await server.get("/admin/maintenance")).text
    assert page.count("missing since today; has ") == 100
    assert "and 20 more" in page
    assert 'href="/watch/Video%20000000.mp4"' in page
    assert "Back up and remove" not in page
    assert (await post(server, "/admin/cleanup")).status == 409
    assert await services.store.read(cleanup.count_missing, 0) == (120, 0)


async def test_what_is_missing_for_long_is_deleted_after_a_backup(
    server: LocalServer, services: Services
) -> None:
    await fill(services.store, 3)

    def lose(tx: Transaction) -> None:
        curation.rate(tx, HOUSEHOLD, 2, 5)
        files.mark_missing(tx, files.of_item(tx.connection, 2))
        tx.connection.execute("update file set missing_since = 1000 where item_id = 2")

    await services.store.write(lose)
    page = (await server.get("/admin/maintenance")).text
    assert "has 1 rating" in page
    assert "Back up and remove 1 entry" in page
    stream = await server.stream(f"/events?video={await hash_of(services, 2)}")
    undone = await post(server, "/admin/cleanup", htmx=True)
    assert "To be removed in one minute: 1 entry" in undone.text
    assert undone.headers["hx-retarget"] == "#notices"
    asked = {"bulk": element(undone.text, name="bulk")["value"]}
    assert "Nothing is removed" in (await post(server, "/bulk/undo", htmx=True, **asked)).text
    assert "Nothing left to undo" in (await post(server, "/bulk/undo", htmx=True, **asked)).text
    waiting = services.admin.cleanup
    assert await waiting.carry_out(now_ms() + WAIT_S * 1000) is None
    assert await services.store.read(records.count) == 3

    answer = await post(server, "/admin/cleanup")
    assert answer.status == 303
    page = (await server.get(answer.headers["location"])).text
    assert "To be removed in one minute: 1 entry" in page
    left_s = await waiting.carry_out(now_ms() + WAIT_S * 1000 - 10_000)
    assert left_s is not None
    assert 0 < left_s <= 10
    assert await services.store.read(records.count) == 3
    assert await waiting.carry_out(now_ms() + WAIT_S * 1000) is None
    assert await services.store.read(records.count) == 2
    assert "Nothing left to undo" in (await server.get(answer.headers["location"])).text
    made, _ = await services.admin.backup_scheduler.listed()
    assert made.manifest.videos == 3
    assert "None. Missing videos keep" in (await server.get("/admin/maintenance")).text
    # An open page of the deleted video must not stop the others.
    other = await server.stream("/events?sort=title")
    following = asyncio.create_task(services.hub.follow_events(), name="live events")
    await asyncio.sleep(0)
    await services.store.write(roots.set_offline, 1, 5)
    await other.until(lambda message: message.event == "resync")
    assert (await stream.until(lambda message: message.event == "resync")).event
    following.cancel()
    stream.close()
    other.close()


def fail(reason: str) -> None:
    raise ValueError(reason)


async def test_errors_of_the_log_are_shown_and_its_level_is_set(
    server: LocalServer, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No errors since the start" in (await server.get("/admin/performance")).text
    monkeypatch.setattr(services.store, "read_cached", lambda *_: fail("a <reason>"))
    assert (await server.get("/tags?sort=<b>")).status == 500
    monkeypatch.undo()
    page = (await server.get("/admin/performance")).text
    assert "GET /tags failed" in page
    assert "<code>GET /tags?sort=&lt;b&gt;</code>" in page
    assert "a &lt;reason&gt;" in page
    assert (await post(server, "/admin/log-level", level="debug")).status == 303
    assert "<option selected>debug" in (await server.get("/admin/performance")).text
    assert (await post(server, "/admin/log-level", level="loud")).status == 400


async def test_a_removal_that_waits_is_carried_out_after_a_restart(
    live_services: Services,
) -> None:
    """Its row is from before the start: the task finds it due."""
    services = live_services
    await fill(services.store, 2)

    def lose(tx: Transaction) -> None:
        files.mark_missing(tx, files.of_item(tx.connection, 2))
        waiting = cleanup.schedule(tx, HOUSEHOLD, [2])
        tx.connection.execute("update bulk_edit set at = 1000 where id = ?", (waiting,))

    await services.store.write(lose)
    await services.admin.cleanup.schedule(HOUSEHOLD, [])  # wakes the task, as a start does

    async def is_gone() -> bool:
        return await services.store.read(records.count) == 1

    await eventually(is_gone)
