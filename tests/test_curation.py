"""Favorites and ratings: they are stored, shown, and filtered by."""

from __future__ import annotations

import asyncio
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from lvs.services import Services
from lvs.store import Connection, Store, curation, gallery, roots
from lvs.store.filters import Filters
from lvs.store.list_plan import ListSpec
from lvs.viewer import HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.libraries import fill, hash_of, library
from tests.helpers.requests import post
from tests.helpers.servers import LocalServer, Process

pytestmark = pytest.mark.engines("sqlite", "postgres")


@pytest.fixture
async def media_hash(server: LocalServer, videos: Path, cast: Cast) -> str:
    cast.copy("beach.mp4", videos / "beach.mp4")
    await library(server.services)
    page = await server.services.store.read(gallery.page, ListSpec(HOUSEHOLD), limit=1)
    return await hash_of(server.services, page.items[0][0])


async def test_stars_and_hearts_go_back_to_their_page_without_scripts(
    server: LocalServer, media_hash: str
) -> None:
    answer = await post(server, f"/videos/{media_hash}/rating", value=4)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert (await post(server, f"/videos/{media_hash}/favorite", favorite=1)).status == 303
    page = (await server.get("/all")).text
    assert ", 4 stars" in page
    assert 'aria-pressed="true"' in page
    await post(server, f"/videos/{media_hash}/rating", value=0)
    await post(server, f"/videos/{media_hash}/favorite", favorite=0)
    page = (await server.get("/all")).text
    assert ", not rated" in page
    assert 'aria-pressed="true"' not in page


async def test_htmx_gets_the_marks_as_they_are_now(server: LocalServer, media_hash: str) -> None:
    answer = await post(server, f"/videos/{media_hash}/rating", htmx=True, value=3, inline=1)
    assert answer.status == 200
    assert answer.text.count("star-on") == 3
    answer = await post(server, f"/videos/{media_hash}/favorite", htmx=True, favorite=1)
    assert ", 3 stars" in answer.text
    assert 'aria-pressed="true"' in answer.text
    assert answer.text.count("data-star") == 0


@pytest.mark.parametrize("value", ["6", "-1", "4.5", "", "five", "4" * 50, "٤"])
async def test_a_bad_rating_is_refused_and_changes_nothing(
    server: LocalServer, media_hash: str, value: str
) -> None:
    answer = await post(server, f"/videos/{media_hash}/rating", htmx=True, value=value)
    assert answer.status == 400
    assert answer.headers["hx-retarget"] == "#notices"
    assert "must be 0 to 5" in answer.text
    assert ", not rated" in (await server.get("/all")).text


async def test_an_unknown_video_is_404(server: LocalServer) -> None:
    assert (await post(server, "/videos/0000000000000000/rating", value=3)).status == 404


async def test_lists_of_user_data(services: Services, server: LocalServer) -> None:
    await fill(services.store, 6)
    ids = [
        v for v, _ in (await services.store.read(gallery.page, ListSpec(HOUSEHOLD), limit=6)).items
    ]
    await services.store.write(lambda tx: tx.connection.execute("update item set rating_average=0"))
    for item_id, stars in zip(ids, (1, 2, 3, 4, 5, 5), strict=True):
        await services.store.write(curation.rate, HOUSEHOLD, item_id, stars)
    await services.store.write(curation.set_favorite, HOUSEHOLD, ids[2], None)
    good = ListSpec(HOUSEHOLD, "rating", filters=Filters(min_rating=4))
    best = await services.store.read(gallery.page, good, limit=10)
    assert best.total == 3
    assert {video for video, _ in best.items} == set(ids[3:])
    liked = await services.store.read(
        gallery.page, ListSpec(HOUSEHOLD, filters=Filters(favorites=True)), limit=10
    )
    assert [video for video, _ in liked.items] == [ids[2]]
    assert "1 video<" in (await server.get("/favorites")).text
    assert "3 videos<" in (await server.get("/best-of")).text
    assert (await server.get("/random")).headers["location"].startswith("/watch/")


async def test_an_empty_list_of_favorites_says_what_to_do(
    server: LocalServer, media_hash: str
) -> None:
    page = (await server.get("/favorites")).text
    assert "No favorites yet" in page
    assert "Show all " in page


def recount(conn: Connection) -> list[tuple[object, ...]]:
    return conn.execute(
        "select id, rating_count, rating_average, favorite_count from item where"
        " rating_count <> (select count(*) from rating where item_id = id)"
        " or abs(rating_average - (select coalesce(avg(value), 0) from rating"
        " where item_id = id)) > 1e-9"
        " or favorite_count <> (select count(*) from favorite where item_id = id)"
    ).fetchall()


@pytest.mark.parametrize("spread", [1, 50])
async def test_200_simultaneous_writers_leave_aggregates_that_equal_a_recount(
    services: Services, spread: int
) -> None:
    await fill(services.store, spread)
    await services.store.write(lambda tx: tx.connection.execute("update item set rating_average=0"))
    await services.store.write(
        lambda tx: tx.connection.executemany(
            'insert into "user" (name) values (?)', [(f"user {number}",) for number in range(20)]
        )
    )
    chance = random.Random(spread)

    async def write_some() -> None:
        for _ in range(2):
            video = chance.randint(1, spread)
            viewer = replace(HOUSEHOLD, user_id=chance.randint(1, 21))
            stars = chance.choice([None, 1, 2, 3, 4, 5])
            await services.store.write(curation.rate, viewer, video, stars)
            await services.store.write(curation.set_favorite, viewer, video, None)

    await asyncio.gather(*(write_some() for _ in range(200)))
    assert await services.store.read(recount) == []


WRITERS = 200


class Writer:
    """One of many clients: rates its own video and counts views of one that all share."""

    def __init__(self, port: int, own: str, shared: str) -> None:
        self.port, self.own, self.shared = port, own, shared
        self.sent = self.acknowledged = 0
        self.views_sent = self.views_acknowledged = 0

    async def run(self) -> None:
        """Until the server has ended."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            while True:
                self.sent = self.sent % 5 + 1
                await self._post(reader, writer, f"/api/ratings/{self.own}", {"value": self.sent})
                self.acknowledged = self.sent
                self.views_sent += 1
                await self._post(reader, writer, "/view", {"filename": self.shared})
                self.views_acknowledged += 1
        except (OSError, asyncio.IncompleteReadError):
            return

    async def _post(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: object
    ) -> None:
        text = json.dumps(body)
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(text)}\r\n\r\n{text}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert re.match(r"HTTP/1.1 20[01] ", head), head
        length = re.search(r"content-length: (\d+)", head)
        assert length
        await reader.readexactly(int(length[1]))


def test_every_acknowledged_write_is_there_after_kill_9_under_load(
    videos: Path, tmp_path: Path
) -> None:
    asyncio.run(fill_at(tmp_path / "data", videos, WRITERS + 1))
    settings = {
        "LVS_WATCH": "off",
        "LVS_WRITES_PER_SECOND": "100000",
        "LVS_WRITES_BURST": "100000",
    }
    with Process(videos, tmp_path / "data", settings) as server:
        found = json.loads(server.get("/api/videos?limit=200&sort=title").body)["videos"]
        rest = json.loads(server.get("/api/videos?limit=1&sort=title&q=000200").body)["videos"]
        before = rest[0]["views"]
        writers = [Writer(server.port, video["media_hash"], rest[0]["filename"]) for video in found]
        assert len(writers) == WRITERS

        async def write_and_kill() -> None:
            running = [asyncio.create_task(writer.run()) for writer in writers]
            while min(writer.views_acknowledged for writer in writers) < 3:
                await asyncio.sleep(0.01)
            server.process.kill()
            await asyncio.gather(*running)

        asyncio.run(write_and_kill())
        server.wait()
    with Process(videos, tmp_path / "data", settings) as server:
        found = json.loads(server.get("/api/videos?limit=200&sort=title").body)["videos"]
        rest = json.loads(server.get("/api/videos?limit=1&sort=title&q=000200").body)["videos"]
    for writer, video in zip(writers, found, strict=True):
        assert video["rating"]["user"] in (writer.acknowledged, writer.sent)
        assert video["rating"]["count"] == 1
    acknowledged = sum(writer.views_acknowledged for writer in writers)
    sent = sum(writer.views_sent for writer in writers)
    assert acknowledged <= rest[0]["views"] - before <= sent


async def fill_at(data: Path, videos: Path, count: int) -> None:
    """A library of rows alone, for a server whose folder is offline."""
    store = Store(data / "library.db")
    await store.open()
    await store.write(roots.configure, {videos.name: str(videos)})
    await fill(store, count)
    await store.close()
