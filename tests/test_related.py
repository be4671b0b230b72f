"""Related videos: by rare tags first, explained, and no slower in a large library."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from playwright.async_api import Browser

from lvs.services import Services
from lvs.store import Transaction, curation, files, related, tags
from lvs.store.related import Related
from tests.helpers import browsers
from tests.helpers.clips import Cast
from tests.helpers.libraries import fill, library
from tests.helpers.servers import LocalServer

FILES = (
    "Trips/Lisbon tram ride.mp4",
    "Trips/Porto.mp4",
    "Other/Lisbon at night.mp4",
    "Other/Cooking.mp4",
    "Other/Garden.mp4",
    "Deep/Down/Alone.mp4",
)


async def known(house: Services, videos: Path, cast: Cast) -> dict[str, int]:
    for name in FILES:
        cast.unique(videos / name)
    await library(house)
    return await house.store.read(
        lambda conn: dict(conn.execute("select title, id from video").fetchall())
    )


async def found(house: Services, ids: dict[str, int], title: str) -> dict[str, Related]:
    names = {video: name for name, video in ids.items()}
    rows = await house.store.read(related.related, ids[title], 12)
    return {names[row.video_id]: row for row in rows}


async def test_rare_tags_lead_and_each_says_why(house: Services, videos: Path, cast: Cast) -> None:
    ids = await known(house, videos, cast)
    for title in ids:
        await house.store.write(tags.add, ids[title], "everywhere")
    for title in ("Lisbon tram ride", "Cooking"):
        await house.store.write(tags.add, ids[title], "rare")
    shown = await found(house, ids, "Lisbon tram ride")
    assert next(iter(shown)) == "Cooking"
    assert shown["Cooking"].shared_tags == 2
    assert shown["Lisbon at night"].shared_words == 1
    assert shown["Porto"].same_folder
    assert not shown["Garden"].same_folder
    assert "Lisbon tram ride" not in shown
    equals = sorted(("Garden", "Alone"), key=lambda title: ids[title])
    assert [title for title in shown if title in equals] == equals
    await house.store.write(curation.rate, ids[equals[1]], 5)
    shown = await found(house, ids, "Lisbon tram ride")
    assert [title for title in shown if title in equals] == equals[::-1]


async def test_what_is_gone_or_has_nothing_in_common_is_not_related(
    house: Services, videos: Path, cast: Cast
) -> None:
    ids = await known(house, videos, cast)
    assert await found(house, ids, "Alone") == {}
    assert list(await found(house, ids, "Porto")) == ["Lisbon tram ride"]

    def lose(tx: Transaction) -> None:
        files.mark_missing(tx, files.of_video(tx.connection, ids["Lisbon tram ride"]))

    await house.store.write(lose)
    assert await found(house, ids, "Porto") == {}


async def test_a_large_library_looks_at_no_more_than_a_small_one(house: Services) -> None:
    """Counted in steps of SQLite's machine, which no other load changes."""
    await fill(house.store, 3_000)
    await house.store.write(give_tags, 3_000)
    small = await house.store.read(steps)
    await fill(house.store, 12_000, start=3_000)
    await house.store.write(give_tags, 15_000)
    large = await house.store.read(steps)
    assert small > 1_000
    assert large < small * 1.5


def give_tags(tx: Transaction, count: int) -> None:
    """Ten tags that every second video has: the worst there is."""
    conn = tx.connection
    conn.execute("delete from video_tag")
    for number in range(10):
        conn.execute(
            "insert into tag (id, name, key) values (:n, 'tag ' || :n, 'tag ' || :n)"
            " on conflict do nothing",
            {"n": number + 1},
        )
    conn.execute(
        "insert into video_tag select v.id, t.id, 0 from video v, tag t where v.id % 2 = 0"
        " and v.id <= ?",
        (count,),
    )


def steps(conn: sqlite3.Connection) -> int:
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    conn.set_progress_handler(count, 10)
    related.related(conn, 500, 12)
    conn.set_progress_handler(None, 0)
    return counted * 10


async def test_the_page_shows_why_and_a_push_leaves_it(
    live_house: Services, live_server: LocalServer, videos: Path, cast: Cast, browser: Browser
) -> None:
    ids = await known(live_house, videos, cast)
    await live_house.store.write(tags.add, ids["Porto"], "town")
    await live_house.store.write(tags.add, ids["Lisbon at night"], "town")
    site = f"http://127.0.0.1:{live_server.port}"
    async with browsers.context(browser, **browsers.DESKTOP) as opened:
        page = await browsers.live_page(opened, f"{site}/watch/Trips/Porto.mp4")
        first = page.locator(".related").first
        assert "Lisbon at night" in await first.inner_text()
        assert "1 shared tag" in await first.inner_text()
        await live_house.store.write(curation.set_favorite, ids["Lisbon at night"], True)
        await first.locator(".heart[aria-pressed=true]").wait_for()
        assert "1 shared tag" in await first.inner_text()
        assert not await browsers.axe_violations(page)
