"""Lists: their order, their names, where one is, and what an empty one offers."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lvs.contexts.query import GalleryQuery, parse_query
from tests.clips import Cast
from tests.servers import LocalServer
from tests.test_ingest import library
from tests.test_pages import hrefs

EPISODES = [f"S01E{number:02}" for number in (1, 2, 3, 8, 9, 10, 11, 12)]


def titles(html: str) -> list[str]:
    return re.findall(r'class="card-title">([^<]*)<', html)


def steps(html: str) -> list[str]:
    """The names of the files that Previous and Next lead to."""
    return [
        Path(urlsplit(url).path).stem for url in hrefs(html, r'rel="(?:prev|next)" href="([^"]+)"')
    ]


@pytest.fixture
async def season(server: LocalServer, videos: Path, cast: Cast) -> LocalServer:
    """Eight episodes that were copied within one second, in no order."""
    for name in (*EPISODES[::2], *EPISODES[1::2]):
        path = cast.unique(videos / "Show" / f"{name}.mp4")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    await library(server.house)
    return server


async def test_a_folder_lists_its_episodes_in_order(season: LocalServer) -> None:
    assert titles((await season.get("/?folder=Show")).text) == EPISODES
    newest = titles((await season.get("/?folder=Show&sort=newest")).text)
    assert newest == titles((await season.get("/")).text) != EPISODES


@pytest.mark.parametrize("came_from", ["/?folder=Show", None])
async def test_next_is_the_next_episode(season: LocalServer, came_from: str | None) -> None:
    referer = {"Referer": f"http://127.0.0.1:{season.port}{came_from}"} if came_from else {}
    url = "/watch/Show/S01E01.mp4"
    watched = []
    while url:
        page = (await season.get(url, headers=referer)).text
        watched.append(Path(urlsplit(url).path).stem)
        url = next(iter(hrefs(page, r'rel="next" href="([^"]+)"')), "")
    assert watched == EPISODES
    middle = (await season.get("/watch/Show/S01E02.mp4", headers=referer)).text
    assert steps(middle) == ["S01E01", "S01E03"]


async def test_programs_still_get_the_newest_of_a_folder_first(season: LocalServer) -> None:
    newest = (await season.get("/api/videos?folder=Show&sort=newest")).body
    assert (await season.get("/api/videos?folder=Show")).body == newest
    assert (await season.get("/api/videos?folder=Show&sort=title")).body != newest


def test_an_order_that_is_the_default_is_left_out_of_the_address() -> None:
    assert parse_query({"folder": "a", "sort": "title"}) == GalleryQuery(folder="a")
    assert parse_query({"folder": "a", "sort": "newest"}).url() == "/?folder=a&sort=newest"
    assert parse_query({"sort": "newest"}).url() == "/"
