"""Hearts and stars: what people give survives, shows, and finds."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from pathlib import Path
from urllib.parse import urlencode

import pytest

from lvs.models import Filters
from lvs.services import Services
from lvs.store import curation, gallery, videos
from lvs.store.views import View
from tests.clips import Cast
from tests.libraries import fill
from tests.servers import Answer, LocalServer, Process, ask
from tests.test_ingest import library


async def post(server: LocalServer, path: str, htmx: bool = False, **form: object) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if htmx:
        headers["HX-Request"] = "true"
    return await server.get(path, method="POST", headers=headers, body=urlencode(form))


@pytest.fixture
async def media_hash(server: LocalServer, videos: Path, cast: Cast) -> str:
    cast.copy("beach.mp4", videos / "beach.mp4")
    await library(server.house)
    page = await server.house.store.read(gallery.page, View(), limit=1)
    return await hash_of(server.house, page.videos[0][0])


async def hash_of(house: Services, video_id: int) -> str:
    found: str = (await house.store.read(videos.cards, [video_id]))[video_id].media_hash
    return found


async def test_stars_and_hearts_go_back_to_their_page_without_scripts(
    server: LocalServer, media_hash: str
) -> None:
    answer = await post(server, f"/videos/{media_hash}/rating", value=4)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert (await post(server, f"/videos/{media_hash}/favorite", favorite=1)).status == 303
    page = (await server.get("/")).text
    assert "now 4 stars" in page
    assert 'aria-pressed="true"' in page
    await post(server, f"/videos/{media_hash}/rating", value=0)
    await post(server, f"/videos/{media_hash}/favorite", favorite=0)
    page = (await server.get("/")).text
    assert "now no stars" in page
    assert 'aria-pressed="true"' not in page


async def test_htmx_gets_the_control_as_it_is_now(server: LocalServer, media_hash: str) -> None:
    answer = await post(server, f"/videos/{media_hash}/rating", htmx=True, value=3, inline=1)
    assert answer.status == 200
    assert answer.text.count("star-on") == 3
    assert "popover" not in answer.text


@pytest.mark.parametrize("value", ["6", "-1", "4.5", "", "five", "4" * 50, "٤"])
async def test_a_bad_rating_is_refused_and_changes_nothing(
    server: LocalServer, media_hash: str, value: str
) -> None:
    answer = await post(server, f"/videos/{media_hash}/rating", htmx=True, value=value)
    assert answer.status == 400
    assert answer.headers["hx-retarget"] == "#notices"
    assert "must be 0 to 5" in answer.text
    assert "now no stars" in (await server.get("/")).text


async def test_an_unknown_video_is_404(server: LocalServer) -> None:
    assert (await post(server, "/videos/0000000000000000/rating", value=3)).status == 404


async def test_lists_of_what_was_given(house: Services, server: LocalServer) -> None:
    await fill(house.store, 6)
    ids = [v for v, _ in (await house.store.read(gallery.page, View(), limit=6)).videos]
    await house.store.write(lambda tx: tx.connection.execute("update video set rating_average=0"))
    for video_id, stars in zip(ids, (1, 2, 3, 4, 5, 5), strict=True):
        await house.store.write(curation.rate, video_id, stars)
    await house.store.write(curation.set_favorite, ids[2], None)
    good = View("rating", filters=Filters(min_rating=4))
    best = await house.store.read(gallery.page, good, limit=10)
    assert best.total == 3
    assert {video for video, _ in best.videos} == set(ids[3:])
    liked = await house.store.read(gallery.page, View(filters=Filters(favorites=True)), limit=10)
    assert [video for video, _ in liked.videos] == [ids[2]]
    assert "1 video<" in (await server.get("/favorites")).text
    assert "3 videos<" in (await server.get("/best-of")).text
    assert (await server.get("/random")).headers["location"].startswith("/watch/")


async def test_an_empty_list_of_favorites_says_what_to_do(
    server: LocalServer, media_hash: str
) -> None:
    page = (await server.get("/favorites")).text
    assert "Nothing here yet" in page
    assert "Show the list without" in page


def recount(conn: sqlite3.Connection) -> list[tuple[object, ...]]:
    return conn.execute(
        "select id, rating_count, round(rating_average, 9), favorite_count from video where"
        " rating_count <> (select count(*) from rating where video_id = id)"
        " or abs(rating_average - (select coalesce(avg(value), 0) from rating"
        " where video_id = id)) > 1e-9"
        " or favorite_count <> (select count(*) from favorite where video_id = id)"
    ).fetchall()


@pytest.mark.parametrize("spread", [1, 50])
async def test_200_writers_at_once_leave_aggregates_that_equal_a_recount(
    house: Services, spread: int
) -> None:
    await fill(house.store, spread)
    await house.store.write(lambda tx: tx.connection.execute("update video set rating_average=0"))
    await house.store.write(
        lambda tx: tx.connection.executemany(
            "insert into user (name) values (?)", [(f"user {number}",) for number in range(20)]
        )
    )
    chance = random.Random(spread)

    async def write_some() -> None:
        for _ in range(5):
            video, user = chance.randint(1, spread), chance.randint(1, 21)
            stars = chance.choice([None, 1, 2, 3, 4, 5])
            await house.store.write(curation.rate, video, stars, user)
            await house.store.write(curation.set_favorite, video, None, user)

    await asyncio.gather(*(write_some() for _ in range(200)))
    assert await house.store.read(recount) == []


def test_every_acknowledged_rating_is_there_after_kill_9(
    videos: Path, tmp_path: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "beach.mp4")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    import re

    with Process(videos, tmp_path / "data") as server:
        server.wait_for(lambda: server.cards() == 1, "the video")
        (media_hash,) = re.findall(r'action="/videos/(\w+)/rating', server.get("/").text)
        for value in (1, 5, 2, 4, 3):
            path = f"/videos/{media_hash}/rating"
            assert ask(server.port, path, "POST", headers, f"value={value}").status == 303
        server.process.kill()
        server.wait()
    with Process(videos, tmp_path / "data") as server:
        assert "now 3 stars" in server.get("/").text
