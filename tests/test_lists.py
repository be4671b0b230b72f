"""Lists: their order, their names, where one is, and what an empty one offers."""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lvs.contexts.query import GalleryQuery, parse_query
from lvs.store import searches
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


def where(html: str) -> tuple[str, str, list[str]]:
    """What a page calls itself in its heading and its title, and the current links."""
    (heading,) = re.findall(r"<h1>([^<]*)</h1>", html)
    (title,) = re.findall(r"<title>([^<]*) · Local Video Server</title>", html)
    return unescape(heading), unescape(title), hrefs(html, r'href="([^"]*)" aria-current="page"')


@pytest.mark.parametrize(
    ("path", "name", "place"),
    [
        ("/", "Library", "/"),
        ("/continue", "Continue watching", "/continue"),
        ("/favorites", "Favorites", "/favorites"),
        ("/?favorites=1&sort=title", "Favorites", "/favorites"),
        ("/best-of", "Best of", "/best-of"),
        ("/popular", "Popular", "/popular"),
        ("/tags", "Tags", "/tags"),
        ("/tag/family", "Tag: family", "/tags"),
        ("/?folder=Show", "Show", "/"),
        ("/?q=alpine", "Search", "/"),
        ("/favorites?q=alpine", "Search", "/favorites"),
        ("/best-of?q=alpine", "Search", "/best-of"),
        ("/?vr=1", "180° and 360°", "/"),
        ("/?min_rating=3", "3 stars or more", "/"),
        ("/?vr=1&min_rating=3&stereo=1", "Filtered videos", "/"),
        ("/?vr=1&sort=title", "Goggles", "/?vr=1&sort=title"),
        ("/?q=is:vr&sort=title", "Goggles", "/?vr=1&sort=title"),
        ("/headset", "Watch on a headset", "/headset"),
    ],
)
async def test_a_page_says_where_one_is(
    season: LocalServer, path: str, name: str, place: str
) -> None:
    await season.house.store.write(searches.save, "Goggles", "vr=1&sort=title")
    page = await season.get(path)
    if page.status == 303:
        page = await season.get(page.headers["location"])
    assert where(page.text) == (name, name, [place])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/continue", "Continue watching"),
        ("/?q=s01", "Search"),
        ("/?tag=family", "Tag: family"),
        ("/?vr=1&sort=title", "Goggles"),
        ("/?folder=Show", "Show"),
    ],
)
async def test_the_way_back_from_a_video_names_the_list(
    season: LocalServer, path: str, name: str
) -> None:
    await season.house.store.write(searches.save, "Goggles", "vr=1&sort=title")
    referer = {"Referer": f"http://127.0.0.1:{season.port}{path}"}
    page = (await season.get("/watch/Show/S01E02.mp4", headers=referer)).text
    ((url, said),) = re.findall(r'<p class="card-meta"><a href="([^"]+)">([^<]+)</a>', page)
    assert said == name
    assert where((await season.get(unescape(url))).text)[0] == name
