"""Related videos: by rare tags first, explained, and no slower in a large library."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from playwright.async_api import Browser

from lvs.services import Services
from lvs.store import Connection, Transaction, curation, files, playback, related, tags
from lvs.store.related import Related
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers import browsers
from tests.helpers.clips import Cast
from tests.helpers.libraries import fill, library
from tests.helpers.servers import LocalServer

pytestmark = pytest.mark.engines("sqlite", "postgres")

FILES = (
    "Trips/Lisbon tram ride.mp4",
    "Trips/Porto.mp4",
    "Other/Lisbon at night.mp4",
    "Other/Cooking.mp4",
    "Other/Garden.mp4",
    "Deep/Down/Alone.mp4",
)


async def known(services: Services, videos: Path, cast: Cast) -> dict[str, int]:
    for name in FILES:
        cast.unique(videos / name)
    await library(services)
    return await services.store.read(
        lambda conn: dict(conn.execute("select title, id from item").fetchall())
    )


async def found(services: Services, ids: dict[str, int], title: str) -> dict[str, Related]:
    names = {video: name for name, video in ids.items()}
    rows = await services.store.read(related.related, EVERYTHING, ids[title], 12)
    return {names[row.item_id]: row for row in rows}


async def test_rare_tags_lead_and_each_says_why(
    services: Services, videos: Path, cast: Cast
) -> None:
    ids = await known(services, videos, cast)
    for title in ids:
        await services.store.write(tags.add, ids[title], "everywhere")
    for title in ("Lisbon tram ride", "Cooking"):
        await services.store.write(tags.add, ids[title], "rare")
    shown = await found(services, ids, "Lisbon tram ride")
    assert next(iter(shown)) == "Cooking"
    assert shown["Cooking"].shared_tags == 2
    assert shown["Lisbon at night"].shared_words == 1
    assert shown["Porto"].same_folder
    assert not shown["Garden"].same_folder
    assert "Lisbon tram ride" not in shown
    equals = sorted(("Garden", "Alone"), key=lambda title: ids[title])
    assert [title for title in shown if title in equals] == equals
    await services.store.write(curation.rate, HOUSEHOLD, ids[equals[1]], 5)
    shown = await found(services, ids, "Lisbon tram ride")
    assert [title for title in shown if title in equals] == equals[::-1]


async def test_missing_videos_and_those_with_nothing_in_common_are_not_related(
    services: Services, videos: Path, cast: Cast
) -> None:
    ids = await known(services, videos, cast)
    assert await found(services, ids, "Alone") == {}
    assert list(await found(services, ids, "Porto")) == ["Lisbon tram ride"]

    def lose(tx: Transaction) -> None:
        files.mark_missing(tx, files.of_item(tx.connection, ids["Lisbon tram ride"]))

    await services.store.write(lose)
    assert await found(services, ids, "Porto") == {}


@pytest.mark.engines("sqlite")  # it counts steps of SQLite
async def test_a_large_library_reads_no_more_rows_than_a_small_one(services: Services) -> None:
    """Counted in steps of SQLite's machine, which no other load changes."""
    await fill(services.store, 3_000)
    await services.store.write(give_tags, 3_000)
    small = await services.store.read(steps)
    await fill(services.store, 12_000, start=3_000)
    await services.store.write(give_tags, 15_000)
    large = await services.store.read(steps)
    assert small > 1_000
    assert large < small * 1.5


def give_tags(tx: Transaction, count: int) -> None:
    """Ten tags that every second video has: the worst there is."""
    conn = tx.connection
    conn.execute("delete from item_tag")
    for number in range(10):
        conn.execute(
            "insert into tag (id, name, key) values (:n, 'tag ' || :n, 'tag ' || :n)"
            " on conflict do nothing",
            {"n": number + 1},
        )
    conn.execute(
        "insert into item_tag select i.id, t.id, 0 from item i, tag t where i.id % 2 = 0"
        " and i.id <= ?",
        (count,),
    )


def steps(conn: Connection) -> int:
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    assert isinstance(conn, sqlite3.Connection)
    conn.set_progress_handler(count, 10)
    related.related(conn, EVERYTHING, 500, 12)
    conn.set_progress_handler(None, 0)
    return counted * 10


async def test_the_page_shows_why_and_a_push_leaves_it(
    live_services: Services, live_server: LocalServer, videos: Path, cast: Cast, browser: Browser
) -> None:
    ids = await known(live_services, videos, cast)
    await live_services.store.write(tags.add, ids["Porto"], "town")
    await live_services.store.write(tags.add, ids["Lisbon at night"], "town")
    site = live_server.url
    async with browsers.context(browser, **browsers.DESKTOP) as context:
        page = await browsers.live_page(context, f"{site}/watch/Trips/Porto.mp4")
        first = page.locator(".entry-with-reason").first
        assert "Lisbon at night" in await first.inner_text()
        assert "1 tag in common" in await first.inner_text()
        await live_services.store.write(
            playback.set_watched, HOUSEHOLD, ids["Lisbon at night"], True
        )
        await first.get_by_text("Watched").wait_for()
        assert "1 tag in common" in await first.inner_text()
        assert not await browsers.axe_violations(page)
