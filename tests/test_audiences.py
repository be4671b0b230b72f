"""Several audiences: counts are those of their lists, and what an audience shares is read once."""

from __future__ import annotations

import asyncio
import itertools
import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from lvs.api.items import item_out
from lvs.api.records import RecordCache, json_of
from lvs.caches import Cache
from lvs.listing.query import GalleryQuery
from lvs.live import navigation
from lvs.live.feeds import GalleryFeed
from lvs.models import FoundFile
from lvs.services import Services
from lvs.store import Connection, Transaction, files, gallery, items, tags
from lvs.store.list_plan import ListSpec
from lvs.viewer import Audience, Viewer
from tests.helpers.servers import StartServices, eventually

pytestmark = pytest.mark.engines("sqlite", "postgres")

FOLDERS = ("One", "Two", "Three")
TAGS = ("blue", "red")
PERSONAL = re.compile(r"\b(rating|favorite|playback_progress|saved_search)\b")
BEGINS = re.compile(r"begin|rollback|savepoint|release|set ", re.I)
NAVIGATION = b'hx-target="#navigation"'


@pytest.fixture
async def services(start_services: StartServices, tmp_path: Path) -> Services:
    """Videos and music in three library folders, some in several of them, some with tags."""
    folders = [tmp_path / name for name in FOLDERS]
    for folder in folders:
        folder.mkdir()
    found: Services = await start_services(live=False, video_directory=tuple(folders))
    await found.store.write(_fill, [root.id for root in found.folders.roots.values()])
    return found


def _fill(tx: Transaction, root_ids: list[int]) -> None:
    for place, root_id in enumerate(root_ids):
        names = [f"Film {number}.mp4" for number in range(12) if number % (place + 2) == 0]
        names += [f"Song {number}.mp3" for number in range(4 * place)]
        found = [
            FoundFile(name, 1000 + ord(name[5]), 1, f"{sum(name.encode()):016x}") for name in names
        ]
        files.ingest(tx, root_id, found, {}, first_scan=True)
    for (item_id,) in tx.connection.execute("select id from item order by id").fetchall():
        for number, tag in enumerate(TAGS, 2):
            if item_id % number == 0:
                tags.add(tx, item_id, tag)


def _check_counts(conn: Connection) -> int:
    roots = [row[0] for row in conn.execute("select id from library_folder order by id")]
    tag_ids = tags.ids(conn, Audience(), TAGS)
    folders = [None, *(frozenset(some) for some in _subsets(roots))]
    checked = set()
    for seen, hidden in itertools.product(folders, _subsets(tag_ids)):
        audience = Audience(seen, frozenset(hidden))
        assert tags.count(conn, audience) == len(tags.by_name(conn, audience)), audience
        for kind in ("", "video", "audio"):
            spec = ListSpec(Viewer(1, "user", audience), kind=kind)
            expected = len(gallery.all_ids(conn, spec))
            assert gallery.count(conn, spec) == expected, (audience, kind)
            checked.add(expected)
        songs = gallery.count(conn, ListSpec(Viewer(1, "user", audience), kind="audio"))
        assert gallery.has_other_kinds(conn, audience, "video") == (songs > 0), audience
    return len(checked)


def _subsets(values: list[int] | tuple[int, ...]) -> list[tuple[int, ...]]:
    sizes = range(len(values) + 1)
    return [some for size in sizes for some in itertools.combinations(values, size)]


async def test_counts_of_an_audience_are_those_of_its_lists(services: Services) -> None:
    assert await services.store.read(_check_counts) > 10  # different ones

    def only_videos(tx: Transaction) -> None:
        tx.connection.execute("update item set kind = 'video'")
        tx.connection.execute(
            "update library_stats set item_count ="
            " (select count(*) from item where kind = library_stats.kind"
            " and file_count > 0)"
        )

    await services.store.write(only_videos)
    await services.store.read(_check_counts)


async def test_the_json_kept_for_one_audience_names_no_file_to_another(services: Services) -> None:
    def check(conn: Connection) -> int:
        kept: RecordCache = Cache(1000)
        different = set()
        for root in [None, *services.folders.roots]:
            viewer = Viewer(1, "user", Audience(None if root is None else frozenset([root])))
            page = gallery.page(conn, ListSpec(viewer), limit=60).items
            listed = [
                b"".join(json_of(conn, viewer, services.folders, cache, page, item_out))
                for cache in (kept, Cache(1000))
            ]
            assert listed[0] == listed[1]
            different.add(listed[0])
        return len(different)

    assert await services.store.read(check) == len(FOLDERS) + 1


async def _statements_of_a_change(services: Services, viewers: list[Viewer]) -> tuple[int, int]:
    """How many statements bring a change to an open page of each: shared and personal ones."""
    ran: list[str] = []
    waiting: set[int] = set()

    async def follow(viewer: Viewer) -> None:
        feed = GalleryFeed(viewer, GalleryQuery())
        async for message in services.hub.stream(feed, services.store.last_event_id):
            if NAVIGATION in message:
                waiting.discard(viewer.user_id)

    async with AsyncExitStack() as stack:
        for running in (services.hub.follow_events(), *map(follow, viewers)):
            stack.callback(asyncio.create_task(running).cancel)
        await eventually(lambda: services.hub.streams == len(viewers))
        waiting |= {viewer.user_id for viewer in viewers}
        await services.store.read_live(lambda conn: conn.set_trace_callback(ran.append))
        await services.store.write(items.touch, 1)
        await eventually(lambda: not waiting)
        await services.store.read_live(lambda conn: conn.set_trace_callback(None))
    await eventually(lambda: services.hub.streams == 0)
    ours = [statement for statement in ran if not BEGINS.match(statement)]
    personal = sum(bool(PERSONAL.search(statement)) for statement in ours)
    return len(ours) - personal, personal


async def test_a_change_is_read_once_for_an_audience(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "RENDER_FOR_S", 60)  # all at once, however slow
    roots = [root.id for root in services.folders.roots.values()]
    audiences = [Audience(frozenset({1, root}), frozenset({root})) for root in roots]
    people = [Viewer(number, "user", audiences[0]) for number in range(1, 13)]
    one, _ = await _statements_of_a_change(services, people[:1])
    twelve, personal = await _statements_of_a_change(services, people)
    assert twelve == one > 0
    assert personal <= 5 * len(people)
    several = [Viewer(place, "user", audience) for place, audience in enumerate(audiences, 1)]
    of_three, _ = await _statements_of_a_change(services, several)
    assert of_three <= 3 * one


async def test_cards_come_before_the_navigation(services: Services) -> None:
    """Counts of a large audience take longer than its cards."""
    sent: list[bytes] = []

    async def follow() -> None:
        feed = GalleryFeed(Viewer(1, "user", Audience()), GalleryQuery())
        async for message in services.hub.stream(feed, services.store.last_event_id):
            sent.append(message)

    async with AsyncExitStack() as stack:
        for running in (services.hub.follow_events(), follow()):
            stack.callback(asyncio.create_task(running).cancel)
        await eventually(lambda: services.hub.streams == 1)
        await services.store.write(items.touch, 1)
        await eventually(lambda: any(NAVIGATION in message for message in sent))
    first = next(number for number, message in enumerate(sent) if b"#grid" in message)
    assert first < next(number for number, message in enumerate(sent) if NAVIGATION in message)


async def test_navigation_that_takes_long_is_sent_in_parts(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part leaves the others' cards time; every page gets its own in the end."""
    monkeypatch.setattr(navigation, "RENDER_FOR_S", 0)
    people = [Viewer(number, "user", Audience(frozenset({number}))) for number in range(1, 4)]
    shared, personal = await _statements_of_a_change(services, people)
    assert shared > 0
    assert personal >= len(people)
