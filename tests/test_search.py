"""Search: words find videos by title, path and tags."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lvs.listing.query import GalleryQuery, parse_query
from lvs.services import Services
from lvs.store import Connection, Transaction, curation, gallery, playback, search, tags
from lvs.store import items as records
from lvs.store.filters import Filters
from lvs.store.list_plan import ListSpec
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.libraries import delete_old_events, fill, library
from tests.helpers.servers import LocalServer

pytestmark = pytest.mark.engines("sqlite", "postgres")

FILES = (
    "Summer/Crème brûlée at the sea.mp4",
    "Summer/Deep-sea diving (2024).mkv",
    "Winter/Ski_trip.mp4",
    "Winter/Straße nach Köln.mp4",
)


@pytest.fixture
async def full(services: Services, videos: Path, cast: Cast) -> Services:
    for name in FILES:
        cast.unique(videos / name)
    await library(services)
    return services


async def found(services: Services, text: str) -> list[str]:
    view = ListSpec(HOUSEHOLD, "title", match=search.expression(text))
    page = await services.store.read(gallery.page, view, limit=50)
    assert page.total == len(page.items)
    cards = await services.store.read(records.cards, EVERYTHING, [video for video, _ in page.items])
    return sorted(cards[video].file.path for video, _ in page.items)


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
    (video,) = (
        await full.store.read(
            gallery.page, ListSpec(HOUSEHOLD, match=search.expression("ski")), limit=5
        )
    ).items
    await full.store.write(tags.add, video[0], "Alps")
    assert await found(full, "alp") == [FILES[2]]
    await full.store.write(tags.remove, video[0], "Alps")
    assert await found(full, "alp") == []
    (videos / FILES[2]).rename(videos / "Winter" / "Glacier.mp4")
    await library(full)
    assert await found(full, "ski") == []
    assert await found(full, "glacier") == ["Winter/Glacier.mp4"]


@pytest.mark.engines("sqlite")  # the two engines are compared in test_search_engines.py
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
    nothing = (await server.get("/all?q=%22%3Cscript%3E")).text
    assert "No results for" in nothing
    assert "<script>" not in nothing.split("<main")[1]


@pytest.mark.parametrize(
    ("q", "query"),
    [
        ("tag:sea sun", GalleryQuery(tags=("sea",), q="sun")),
        ('tag:"deep sea" tag:sun', GalleryQuery(tags=("deep sea", "sun"))),
        ("folder:Summer/2024 beach", GalleryQuery(folder="Summer/2024", q="beach")),
        ("12:30 a:b hashtag:x", GalleryQuery(q="12:30 a:b hashtag:x")),
    ],
)
def test_qualifiers_are_taken_from_the_words(q: str, query: GalleryQuery) -> None:
    assert parse_query({"q": q}) == query


@pytest.mark.parametrize(
    ("q", "arguments", "filters"),
    [
        ("rating:>=4", {"min_rating": "4"}, Filters(min_rating=4)),
        ("rating:>3", {"min_rating": "4"}, Filters(min_rating=4)),
        (
            "rating:4 is:favorite",
            {"min_rating": "4", "favorites": "1"},
            Filters(favorites=True, min_rating=4),
        ),
        ("is:unwatched", {"watched": "0"}, Filters(watched=False)),
        ("is:watched", {"watched": "1"}, Filters(watched=True)),
        ("is:started", {"started": "1"}, Filters(started=True)),
        ("is:vr", {"vr": "1"}, Filters(vr=True)),
        ("is:3d", {"stereo": "1"}, Filters(stereo=True)),
        ("duration:<10m", {"max_duration": "600"}, Filters(max_duration=600)),
        ("duration:<=90", {"max_duration": "91"}, Filters(max_duration=91)),
        ("duration:>=1h30m", {"min_duration": "5400"}, Filters(min_duration=5400)),
        ("duration:>45s", {"min_duration": "46"}, Filters(min_duration=46)),
        (
            "duration:>=1m duration:<1h",
            {"min_duration": "60", "max_duration": "3600"},
            Filters(min_duration=60, max_duration=3600),
        ),
        ("height:>=2160", {"min_height": "2160"}, Filters(min_height=2160)),
        ("height:>=4K", {"min_height": "2160"}, Filters(min_height=2160)),
        (
            "height:1080p",
            {"min_height": "1080", "max_height": "1081"},
            Filters(min_height=1080, max_height=1081),
        ),
    ],
)
def test_a_qualifier_is_the_filter_of_the_page(
    q: str, arguments: dict[str, str], filters: Filters
) -> None:
    assert parse_query({"q": q}) == parse_query(arguments) == GalleryQuery(filters=filters)
    assert parse_query(dict(GalleryQuery(filters=filters).arguments)) == GalleryQuery(
        filters=filters
    )


BAD = [
    "is:funny",
    "rating:<4",
    "rating:>=9",
    "rating:>5",
    "duration:<soon",
    "height:<=x",
    "height:0",
]


@pytest.mark.parametrize("q", BAD)
async def test_an_unknown_qualifier_says_what_there_is(server: LocalServer, q: str) -> None:
    answer = await server.get("/all?q=" + quote(q))
    assert answer.status == 400
    assert "is:favorite" in answer.text
    assert (await server.get("/api/videos?q=" + quote(q))).status == 400


async def test_the_best_match_is_first_and_the_list_is_followed_to_its_end(
    full: Services, videos: Path, cast: Cast
) -> None:
    for name in ("Sea.mp4", "Sea/Boats.mp4", "A very long title that has the sea in it.mp4"):
        cast.unique(videos / name)
    await library(full)
    view = ListSpec(HOUSEHOLD, "relevance", match=search.expression("sea"))
    whole = (await full.store.read(gallery.page, view, limit=50)).items
    cards = await full.store.read(records.cards, EVERYTHING, [video for video, _ in whole])
    shown = [cards[video].file.path for video, _ in whole]
    assert shown[0] == "Sea.mp4"
    assert shown[-1] == "Sea/Boats.mp4"  # in its folder's name alone
    followed, after = [], None
    while True:
        page = await full.store.read(gallery.page, view, limit=2, after=after)
        followed += page.items
        after = page.next
        if after is None:
            break
    assert followed == whole
    keys = [await full.store.read(gallery.sort_key_of, view, video) for video, _ in whole]
    assert keys == sorted(keys, key=lambda key: key or (0.0, 0))


async def test_filters_find_what_they_say(services: Services) -> None:
    await fill(services.store, 40)

    def given(tx: Transaction) -> None:
        tx.connection.execute("update item set duration_s = id * 60")
        tx.connection.execute("update video_facts set height = item_id * 100")
        tx.connection.execute("update item set duration_s = 0 where id = 1")
        for video in (3, 4):
            playback.save_position(tx, HOUSEHOLD, video, 30.0)
        playback.set_watched(tx, HOUSEHOLD, 4, True)
        playback.save_position(tx, HOUSEHOLD, 5, 3.0)

    await services.store.write(given)

    async def ids(sort: str = "oldest", **filters: Any) -> set[int]:
        view = ListSpec(HOUSEHOLD, sort, filters=Filters(**filters))
        page = await services.store.read(gallery.page, view, limit=50)
        found = {video for video, _ in page.items}
        assert page.total == len(found)
        for video in range(1, 41):
            key = await services.store.read(gallery.sort_key_of, view, video)
            assert (key is not None) == (video in found)
        return found

    assert await ids(watched=True) == {4}
    assert await ids(watched=False) == set(range(1, 41)) - {4}
    assert await ids("recent", started=True) == {3}
    assert await ids(max_duration=180) == {2}
    assert await ids(min_duration=38 * 60) == {38, 39, 40}
    assert await ids(min_height=2000, max_height=2200) == {20, 21}


@pytest.mark.engines("sqlite")  # 2,500 videos
async def test_many_hits_are_found_in_order(services: Services) -> None:
    await fill(services.store, 2_500)
    view = ListSpec(HOUSEHOLD, "title", match=search.expression("video"))
    page = await services.store.read(gallery.page, view, limit=60)
    assert page.total == 2_500
    assert [video for video, _ in page.items] == list(range(1, 61))
    rest = await services.store.read(gallery.page, view, limit=60, after=page.next)
    assert [video for video, _ in rest.items] == list(range(61, 121))


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/search?q=beach", "/all"),
        ("/search?q=beach&sort=title", "/all"),
        ("/search?q=beach+kind:audio", "/all"),  # there is no music, and no link to it
        ("/search?q=beach+kind:video", "/all"),
        ("/favorites?q=beach", "/favorites"),
    ],
)
async def test_the_navigation_marks_the_list_that_is_searched(
    server: LocalServer, path: str, current: str
) -> None:
    marked = re.findall(r'href="([^"]*)" aria-current="page"', (await server.get(path)).text)
    assert marked == [current]


def _counts(conn: Connection) -> tuple[int, int]:
    """How many items a frequent word finds in a list, and how many statements that took."""
    spec = ListSpec(HOUSEHOLD, match=search.expression("video"), has_few_hits=False)
    before = conn.queries
    return gallery.count(conn, spec), conn.queries - before


async def test_a_count_of_many_hits_is_cached_until_a_shared_change(services: Services) -> None:
    store = services.store
    await fill(store, 12)

    async def counts() -> list[tuple[int, int]]:
        return [await store.read_live(_counts) for _ in range(2)]

    assert await counts() == [(12, 2), (12, 1)]
    await store.write(curation.rate, HOUSEHOLD, 1, 4)  # personal, and an average
    assert await counts() == [(12, 2), (12, 1)]
    await fill(store, 3, start=12)
    assert [found for found, _ in await counts()] == [15, 15]
    await store.write(tags.add, 1, "other")
    assert (await counts())[0] == (15, 3)
    await store.write(delete_old_events)
    await store.write(playback.count_view, 2)
    assert [found for found, _ in await counts()] == [15, 15]


async def test_a_change_that_is_rolled_back_leaves_no_count(services: Services) -> None:
    await fill(services.store, 2)

    def fails(tx: Transaction) -> None:
        tx.connection.execute("delete from item_fts")
        assert _counts(tx.connection)[0] == 0
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await services.store.write(fails)
    assert (await services.store.write(lambda tx: _counts(tx.connection)))[0] == 2
    assert (await services.store.read(_counts))[0] == 2
