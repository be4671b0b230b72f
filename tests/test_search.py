"""Search: words find videos by title, path and tags."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lvs.contexts.query import GalleryQuery, parse_query
from lvs.services import Services
from lvs.store import gallery, search, tags, videos
from lvs.store.gallery import View
from tests.clips import Cast
from tests.libraries import fill
from tests.servers import LocalServer
from tests.test_ingest import library

FILES = (
    "Summer/Crème brûlée at the sea.mp4",
    "Summer/Deep-sea diving (2024).mkv",
    "Winter/Ski_trip.mp4",
    "Winter/Straße nach Köln.mp4",
)


@pytest.fixture
async def full(house: Services, videos: Path, cast: Cast) -> Services:
    for name in FILES:
        cast.unique(videos / name)
    await library(house)
    return house


async def found(house: Services, text: str) -> list[str]:
    view = View("title", match=search.expression(text))
    page = await house.store.read(gallery.page, view, limit=50)
    assert page.total == len(page.videos)
    cards = await house.store.read(videos.cards, [video for video, _ in page.videos])
    return sorted(cards[video].path for video, _ in page.videos)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("creme", [0]),
        ("CRÈME bru", [0]),
        ("sea", [0, 1]),
        ("summer sea", [0, 1]),
        ("sea -diving", [0]),
        ('"the sea"', [0]),
        ('"sea the"', []),
        ("deep-sea", [1]),
        ("ski trip", [2]),
        ("koln", [3]),
        ("winter", [2, 3]),
        ("-winter", [0, 1]),
        ("2024", [1]),
        ("nothing of it", []),
        ("", [0, 1, 2, 3]),
        ("!!!", [0, 1, 2, 3]),
    ],
)
async def test_words_find_videos(full: Services, text: str, wanted: list[int]) -> None:
    assert await found(full, text) == [FILES[number] for number in wanted]


async def test_tags_and_new_names_are_found(full: Services, videos: Path) -> None:
    (video,) = (await full.store.read(gallery.page, View(match='"ski"*'), limit=5)).videos
    await full.store.write(tags.add, video[0], "Alps")
    assert await found(full, "alp") == [FILES[2]]
    await full.store.write(tags.remove, video[0], "Alps")
    assert await found(full, "alp") == []
    (videos / FILES[2]).rename(videos / "Winter" / "Glacier.mp4")
    await library(full)
    assert await found(full, "ski") == []
    assert await found(full, "glacier") == ["Winter/Glacier.mp4"]


@given(text=st.text(max_size=40))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_whatever_is_typed_is_a_search(full: Services, text: str) -> None:
    await found(full, text)


async def test_the_page_shows_what_was_searched(server: LocalServer, full: Services) -> None:
    page = (await server.get("/search?q=sea")).text
    assert "2 videos<" in page
    assert 'value="sea"' in page
    nothing = (await server.get("/?q=%22%3Cscript%3E")).text
    assert "No video has all of these words" in nothing
    assert "<script>" not in nothing.split("<main")[1]


@pytest.mark.parametrize(
    ("q", "filters"),
    [
        ("tag:sea sun", {"tags": ("sea",), "q": "sun"}),
        ('tag:"deep sea" tag:sun', {"tags": ("deep sea", "sun"), "q": ""}),
        ("rating:>=4 is:favorite", {"min_rating": 4, "favorites": True, "q": ""}),
        ("folder:Summer/2024 beach", {"folder": "Summer/2024", "q": "beach"}),
        ("12:30 a:b hashtag:x", {"q": "12:30 a:b hashtag:x"}),
    ],
)
def test_qualifiers_become_filters(q: str, filters: dict[str, object]) -> None:
    assert parse_query({"q": q}) == GalleryQuery(**filters)  # type: ignore[arg-type]


@pytest.mark.parametrize("q", ["is:funny", "rating:4", "rating:>=9"])
async def test_an_unknown_qualifier_says_what_there_is(server: LocalServer, q: str) -> None:
    answer = await server.get("/?q=" + quote(q))
    assert answer.status == 400
    assert "is:favorite" in answer.text
    assert (await server.get("/api/videos?q=" + quote(q))).status == 400


async def test_many_hits_are_found_in_order(house: Services) -> None:
    await fill(house.store, 2_500)
    view = View("title", match=search.expression("video"))
    page = await house.store.read(gallery.page, view, limit=60)
    assert page.total == 2_500
    assert [video for video, _ in page.videos] == list(range(1, 61))
    rest = await house.store.read(gallery.page, view, limit=60, after=page.next)
    assert [video for video, _ in rest.videos] == list(range(61, 121))
