"""Two people with different data and audiences: no answer or message has anything of the other.

The routes are those of the app's own map, so that a new route is asked, too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client

from lvs.http import viewers
from lvs.listing.builtin import BUILTIN_LISTS
from lvs.listing.query import GalleryQuery, arguments_of, parse_query
from lvs.live.feeds import Feed, GalleryFeed, WatchFeed
from lvs.server.application import create_app
from lvs.services import Services
from lvs.store import (
    Connection,
    Transaction,
    bulk,
    curation,
    items,
    playback,
    saved_searches,
    tags,
)
from lvs.store.sort_orders import SORT_ORDERS
from lvs.viewer import Audience, Viewer
from tests.helpers import addresses as routes
from tests.helpers.addresses import Named
from tests.helpers.libraries import fill
from tests.helpers.servers import StartServices, eventually

# Of the whole server, for those who run it: roles will say who that is.
OF_THE_SERVER = ("/admin", "/api/admin", "/metrics", "/openapi.json", "/static", "/headset/sample")
SHARED, ANNS, BENS = "Shared", "Secret of Ann", "Secret of Ben"  # library folders
SECRET_TAG, BENS_SEARCH, ANNS_SEARCH = "hidden from Ann", "search of Ben", "search of Ann"


@dataclass(frozen=True)
class World:
    """Ann sees the shared folder and her own, but nothing with the secret tag; Ben sees the shared
    folder and his. `hidden` are words of what Ann may not see."""

    services: Services
    app: Quart
    ann: Viewer
    ben: Viewer
    shared: list[int]
    anns: list[int]
    bens: list[int]
    tagged: int
    hashes: dict[int, str]
    paths: dict[int, str]

    @property
    def hidden(self) -> list[str]:
        return [
            BENS_SEARCH,
            SECRET_TAG,
            BENS,
            *(self.hashes[item] for item in (*self.bens, self.tagged)),
        ]


@pytest.fixture
async def world(start_services: StartServices, tmp_path: Path) -> AsyncIterator[World]:
    folders = [tmp_path / name for name in (SHARED, ANNS, BENS)]
    for folder in folders:
        folder.mkdir()
    services: Services = await start_services(live=False, video_directory=tuple(folders))
    roots = {root.name: root.id for root in services.folders.roots.values()}
    for number, name in enumerate((SHARED, ANNS, BENS)):
        await fill(services.store, 4, ("", "Inside"), root_id=roots[name], start=10 * number)
    found = await services.store.read(_items)
    await services.store.write(_second_user)
    by_folder = {
        name: [item for item, (root, _, _) in found.items() if root == roots[name]]
        for name in roots
    }
    tagged = by_folder[SHARED][-1]
    await services.store.write(tags.add, tagged, SECRET_TAG)
    (tag_id,) = await services.store.read(_tag_ids)
    app = create_app(services=services)
    ann = Viewer(1, "user", Audience(frozenset({roots[SHARED], roots[ANNS]}), frozenset({tag_id})))
    ben = Viewer(2, "user", Audience(frozenset({roots[SHARED], roots[BENS]})))
    app.extensions[viewers.EXTENSION] = lambda request: (
        ben if request.headers.get("X-Person") == "ben" else ann
    )
    bulk_edits = asyncio.create_task(services.bulk.run())
    yield World(
        services,
        app,
        ann,
        ben,
        by_folder[SHARED][:-1],
        by_folder[ANNS],
        by_folder[BENS],
        tagged,
        {item: media_hash for item, (_, _, media_hash) in found.items()},
        {item: path for item, (_, path, _) in found.items()},
    )
    bulk_edits.cancel()


def _items(conn: Connection) -> dict[int, tuple[int, str, str]]:
    rows = conn.execute(
        "select i.id, f.root_id, r.name, f.path, i.media_hash from item i"
        " join file f on f.id = i.file_id join library_folder r on r.id = f.root_id"
    )
    return {
        item: (root, f"{name}/{bytes(path).decode()}", media_hash)
        for item, root, name, path, media_hash in rows
    }


def _tag_ids(conn: Connection) -> list[int]:
    return [row[0] for row in conn.execute("select id from tag")]


def _second_user(tx: Transaction) -> None:
    tx.connection.execute("insert into user (id, name) values (2, 'ben')")
    tx.connection.execute("update item set rating_average = 5")  # as Ben rates, too


def by_ben(tx: Transaction, world: World) -> None:
    """All that Ben has of his own, of items that Ann sees, too."""
    first, second, third = world.shared
    for item in world.bens:
        curation.set_favorite(tx, world.ben, item, True)
    curation.set_favorite(tx, world.ben, first, True)
    curation.rate(tx, world.ben, second, 5)
    playback.save_position(tx, world.ben, third, 77.0)
    playback.set_watched(tx, world.ben, first, True)
    saved_searches.save(tx, world.ben, BENS_SEARCH, "favorites=1")


def addresses(world: World) -> Iterator[str]:
    """Each GET route of the app, with what the two see and do not see in its place."""
    folders = (SHARED, ANNS, BENS, f"{BENS}/Inside")
    named = Named(world.hashes.values(), world.paths.values(), folders, SECRET_TAG)
    return routes.addresses(world.app, named, OF_THE_SERVER)


# What may differ: where the page stands in the order of events, and averages of all.
_PASSING = re.compile(rb'since=\d+|"average":[\d.]+,"count":\d+')


async def answers(client: Client, world: World, person: str) -> dict[str, tuple[int, bytes]]:
    found = {}
    for address in addresses(world):
        answer = await client.get(address, headers={"X-Person": person})
        body = await answer.get_data(as_text=False)
        found[address] = answer.status_code, _PASSING.sub(b"", body)
    return found


async def test_nothing_of_one_is_in_any_answer_to_the_other(world: World) -> None:
    client = world.app.test_client()
    await world.services.store.write(
        lambda tx: saved_searches.save(tx, world.ann, ANNS_SEARCH, "watched=1")
    )
    await answers(client, world, "ann")  # thumbnails that are not there are queued
    before = await answers(client, world, "ann")
    await world.services.store.write(by_ben, world)
    bens = await answers(client, world, "ben")
    after = await answers(client, world, "ann")
    for address, (status, body) in after.items():
        changed = set(body.split(b"\n")) ^ set(before[address][1].split(b"\n"))
        assert (status, changed) == (before[address][0], set()), address
        for word in world.hidden:
            if word not in unquote(address):  # a message repeats what was asked for
                assert word.encode() not in body, (word, address)
    assert BENS_SEARCH.encode() in bens["/all"][1]
    assert ANNS_SEARCH.encode() in after["/all"][1]
    assert ANNS_SEARCH.encode() not in bens["/all"][1]
    assert bens["/favorites"] != after["/favorites"]
    assert bens["/all?watched=1"] != after["/all?watched=1"]


async def test_what_one_may_not_see_is_not_found_by_address(world: World) -> None:
    client = world.app.test_client()
    hidden = {world.hashes[item] for item in (*world.bens, world.tagged)}
    hidden |= {quote(world.paths[item]) for item in (*world.bens, world.tagged)}
    asked = [one for one in addresses(world) if any(word in one for word in hidden)]
    asked = [one for one in asked if not one.rstrip("/").endswith("/events")]  # says the access
    assert len(asked) > 50
    for address in asked:
        assert (await client.get(address, headers={"X-Person": "ann"})).status_code == 404, address
        if any(world.hashes[item] in address for item in world.bens) and "stream" not in address:
            seen = await client.get(address, headers={"X-Person": "ben"})
            assert seen.status_code in (200, 404), address


async def test_what_one_may_not_see_is_changed_by_no_route(world: World) -> None:
    client = world.app.test_client()
    item = world.bens[0]
    media_hash, path = world.hashes[item], world.paths[item]
    fields = {"value": "3", "favorite": "1", "tag": "mine", "watched": "1", "position_s": "20"}
    body = {"value": 3, "rating": 3, "favorite": True, "tag": "mine", "tags": ["mine"]}
    before = await world.services.store.read(_everything_of, item)
    for rule in world.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule.startswith(OF_THE_SERVER):
            continue
        if "media_hash" in rule.arguments:
            address = rule.rule.replace("<media_hash>", media_hash)
            answer = await client.post(address, form=fields)
            assert answer.status_code in (400, 404, 415), address
            assert (await client.post(address, json=body)).status_code in (400, 404), address
        else:
            for target in ({"media_hash": media_hash}, {"filename": path}):
                await client.post(rule.rule, json=body | target)
    await client.post("/bulk", form={"action": "favorite", "video": str(item)})
    await client.post("/bulk", form={"action": "favorite", "all": "1", "query": "kind=all"})
    assert await world.services.store.read(_everything_of, item) == before


def _everything_of(conn: Connection, item_id: int) -> list[object]:
    found: list[object] = []
    for table in ("rating", "favorite", "playback_progress", "item_tag"):
        rows = conn.execute(f"select * from {table} where item_id = ?", (item_id,))
        found += [tuple(row) for row in rows]
    return [*found, *conn.execute("select view_count from item where id = ?", (item_id,))]


async def test_a_bulk_change_of_one_is_undone_by_no_other(world: World) -> None:
    def favor(tx: Transaction) -> int:
        bulk_id = bulk.begin(tx, world.ben, "favorite", "favorite")
        bulk.change(tx, world.ben, bulk_id, world.bens, True)
        return bulk_id

    bulk_id = await world.services.store.write(favor)
    client = world.app.test_client()
    path = f"/bulk/{bulk_id}"
    assert (await client.get(path, headers={"X-Person": "ann"})).status_code == 404
    assert (await client.get(path, headers={"X-Person": "ben"})).status_code == 200


async def test_ids_of_hidden_tags_and_folders_are_in_no_count(world: World) -> None:
    client = world.app.test_client()
    page = await (await client.get("/all?kind=all")).get_data(as_text=True)
    seen = len(world.shared) + len(world.anns)
    assert f'<span id="bulk-total">{seen}</span>' in page
    found = await (await client.get("/api/items")).get_json()
    assert found["total"] == len(found["items"]) == seen
    assert (await (await client.get("/api/tags/popular")).get_json())["tags"] == []


def feeds(world: World, viewer: Viewer) -> list[Feed]:
    queries = [one.query for one in BUILTIN_LISTS]
    queries += [
        parse_query(arguments_of(f"sort={s}&seed=3&kind=all".encode())) for s in SORT_ORDERS
    ]
    found: list[Feed] = [GalleryFeed(viewer, query) for query in queries]
    shown = frozenset(world.hashes)
    return [*found, *(WatchFeed(viewer, item, GalleryQuery(), shown) for item in world.shared)]


async def messages(world: World, viewer: Viewer, since: int) -> str:
    """What each page of a viewer is sent to catch up from an event on."""
    found = []
    for feed in feeds(world, viewer):
        stream = world.services.hub.stream(feed, since)
        async with asyncio.timeout(10):
            await anext(stream)  # the headers
            found += [(await anext(stream)).decode() for _ in range(2)]  # cards, navigation
        await stream.aclose()
    return "\n".join(found)


def touch_all(tx: Transaction, world: World) -> None:
    for item in world.hashes:
        items.touch(tx, item)


def check_messages(world: World, anns: str, bens: str) -> None:
    for word in world.hidden:
        assert word not in anns
    assert 'aria-pressed="true"' not in anns
    assert "card-progress" not in anns
    assert 'aria-pressed="true"' in bens
    assert "card-progress" in bens
    assert BENS_SEARCH in bens
    for item in world.anns:
        assert world.hashes[item] not in bens


async def test_a_page_that_catches_up_is_sent_nothing_of_the_other(world: World) -> None:
    store = world.services.store
    since = store.last_event_id
    await store.write(by_ben, world)
    await store.write(touch_all, world)
    bens = await messages(world, world.ben, since)
    anns = await messages(world, world.ann, since)
    check_messages(world, anns, bens)


def has_all(sent: dict[str, list[str]], text: str) -> bool:
    """Whether each page was sent a text."""
    return all(text in page for pages in sent.values() for page in pages)


@pytest.mark.parametrize("last", [False, True])
async def test_open_pages_of_two_people_are_sent_what_is_theirs(world: World, last: bool) -> None:
    """The cards of a shared change are rendered once for each audience, for whoever comes first."""
    hub, store = world.services.hub, world.services.store
    since = store.last_event_id
    sent: dict[str, list[str]] = {"ann": [], "ben": []}

    async def follow(feed: Feed, page: int, texts: list[str]) -> None:
        async for message in hub.stream(feed, since):
            texts[page] += message.decode()

    people = [("ann", world.ann), ("ben", world.ben)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(hub.follow_events())]
        for name, viewer in reversed(people) if last else people:
            found = feeds(world, viewer)
            sent[name] = [""] * len(found)
            tasks += [
                group.create_task(follow(feed, page, sent[name])) for page, feed in enumerate(found)
            ]
        await eventually(lambda: all(all(texts) for texts in sent.values()))
        await store.write(by_ben, world)
        for _ in range(2):
            await store.write(touch_all, world)
            await eventually(partial(has_all, sent, f"id: {store.last_event_id}\n"))
        for task in tasks:
            task.cancel()
    check_messages(world, "\n".join(sent["ann"]), "\n".join(sent["ben"]))
