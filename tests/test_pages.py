"""The gallery's pages: order, cursors, folders, and all of it without JavaScript."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lvs.config import ServerConfig
from lvs.contexts.gallery import gallery_context, list_page_context
from lvs.events import Event
from lvs.listing.query import GalleryQuery
from lvs.live.feeds import GalleryFeed, RenderContext
from lvs.models import Card
from lvs.server.lifecycle import open_services
from lvs.services import Services
from lvs.store import Connection, Transaction, curation, gallery, items, playback
from lvs.store import items as items_store
from lvs.store.list_plan import FEW_HITS, ListSpec, plan
from lvs.store.sort_orders import SORT_ORDERS
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.html import card_ids, elements, links
from tests.helpers.libraries import fill, library
from tests.helpers.servers import HOME, LocalServer, eventually


@pytest.mark.parametrize("sort", SORT_ORDERS)
async def test_following_the_plain_links_shows_every_video_once(
    server: LocalServer, sort: str
) -> None:
    await fill(server.services.store, 150)
    url = f"/all?sort={sort}&seed=7"
    seen: list[int] = []
    while url:
        page = (await server.get(url)).text
        seen += card_ids(page)
        more = links(page, class_="button", hx_get=True)
        url = more[0] if more else ""
    assert len(seen) == 150
    assert len(set(seen)) == 150


PLAYED = random.Random(5).sample(range(1, 81), 20)  # one after the other
# What ascends in each list. A shuffled one has tests of its own.
AVERAGES: dict[int, float] = {}  # by item, as the store has them
ORDERS: dict[str, Callable[[Card], Any]] = {
    "newest": lambda card: -card.added_at,
    "oldest": lambda card: card.added_at,
    "title": lambda card: card.title.casefold(),
    "rating": lambda card: -AVERAGES[card.id],
    "views": lambda card: -card.views,
    "duration": lambda card: -(card.duration_s or 0),
    "size": lambda card: -card.file.size,
    "relevance": lambda card: -card.added_at,  # of no words: the newest first
    "recent": lambda card: -PLAYED.index(card.id) if card.id in PLAYED else 1,
}


def play(tx: Transaction) -> None:
    for item, value in ((3, 5), (7, 2), (11, 4), (20, 1)):
        curation.rate(tx, HOUSEHOLD, item, value)
    for minute, video in enumerate(PLAYED):
        tx.at = 60_000 * minute
        playback.save_position(tx, HOUSEHOLD, video, 20.0)


def test_every_order_is_covered() -> None:
    assert {*ORDERS, "random"} == {*SORT_ORDERS}


def test_every_order_is_documented() -> None:
    document = (HOME / "docs" / "API.md").read_text()
    (row,) = [line for line in document.splitlines() if line.startswith("| `sort` |")]
    names, _, _ = row.partition(";")
    assert re.findall(r"`(\w+)`", names)[1:] == [*SORT_ORDERS]


@pytest.mark.parametrize("sort", SORT_ORDERS)
async def test_orders_have_the_index_that_they_declare(services: Services, sort: str) -> None:
    def steps(conn: Connection) -> str:
        way = plan(conn, ListSpec(HOUSEHOLD, sort))
        direction = "desc" if way.descending else "asc"
        rows = conn.execute(
            f"explain query plan select i.id from {way.source} where {way.where}"
            f" order by {way.key} {direction}, i.id {direction} limit 60",
            ListSpec(HOUSEHOLD, sort).parameters,
        )
        return str([row[3] for row in rows])

    is_sorted = "TEMP B-TREE" in await services.store.read(steps)
    assert is_sorted is not SORT_ORDERS[sort].is_indexed


@pytest.mark.parametrize("sort", ORDERS)
async def test_orders_are_what_they_say(services: Services, sort: str) -> None:
    for start in (40, 0):  # titles are not in the order of the rows
        await fill(services.store, 40, start=start)
    await services.store.write(play)
    page = await services.store.read(gallery.page, ListSpec(HOUSEHOLD, sort, seed=3), limit=80)
    cards = await services.store.read(items.cards, EVERYTHING, [video for video, _ in page.items])
    AVERAGES.update(
        await services.store.read(
            lambda conn: conn.execute("select id, rating_average from item").fetchall()
        )
    )
    shown = [ORDERS[sort](cards[video]) for video, _ in page.items]
    assert len(shown) == 80
    assert len({*shown}) >= 5
    assert shown == sorted(shown)


async def test_a_shuffled_list_is_stable_and_another_seed_is_another_list(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 100)
    first = card_ids((await server.get("/all?sort=random&seed=11")).text)
    again = card_ids((await server.get("/all?sort=random&seed=11")).text)
    other = card_ids((await server.get("/all?sort=random&seed=12")).text)
    assert first == again != other
    assert first != sorted(first)


async def test_a_shuffled_list_without_a_seed_gets_one(server: LocalServer) -> None:
    answer = await server.get("/all?sort=random")
    assert answer.status == 303
    assert re.fullmatch(r"/all\?sort=random&seed=\d+", answer.headers["location"])


async def test_a_folder_page_has_its_own_videos_and_the_way_back(server: LocalServer) -> None:
    await fill(server.services.store, 30, folders=("a/b", "c"))
    page = (await server.get("/all?folder=a")).text
    assert len(card_ids(page)) == 15
    assert "15 videos" in page
    assert links(page, class_="folder-link") == ["/all?folder=a/b"]
    inner = (await server.get("/all?folder=a/b")).text
    assert "a" in [link.text for link in elements(inner, "a", href="/all?folder=a")]


async def test_large_and_small_folders_list_alike(services: Services) -> None:
    """A large folder walks the order, a small one is gathered; both have the same list."""
    await fill(services.store, 400, folders=("big", "big", "big", "small"))
    for path in ("big", "small"):
        from lvs.store import roots

        folder = await services.store.read(roots.folder_at, EVERYTHING, 1, path)
        assert folder is not None
        view = ListSpec(HOUSEHOLD, "title", folder.id)
        page = await services.store.read(gallery.page, view, limit=400)
        cards = await services.store.read(
            items.cards, EVERYTHING, [video for video, _ in page.items]
        )
        assert len(page.items) == folder.item_count
        titles = [cards[video].title for video, _ in page.items]
        assert titles == sorted(titles)


async def test_the_number_of_queries_does_not_grow_with_the_list(
    services: Services, config: ServerConfig
) -> None:
    await fill(services.store, 120)

    def count(conn: Connection, limit: int) -> int:
        statements: list[str] = []
        conn.set_trace_callback(statements.append)
        services.rendering.cards.cache.clear()
        gallery_context(
            conn, HOUSEHOLD, services.folders, services.rendering.cards, GalleryQuery(), 0, limit
        )
        conn.set_trace_callback(None)
        return len(statements)

    few, many = await services.store.read(count, 5), await services.store.read(count, 100)
    assert few == many <= 11


async def test_a_page_and_a_push_resolve_their_list_once(services: Services) -> None:
    await fill(services.store, 20, folders=("a/b", "c"))
    folders, cards = services.folders, services.rendering.cards
    query = GalleryQuery(folder="a", q="video")
    context = RenderContext(folders, services.activity, cards, services.rendering.templates)

    def resolved(conn: Connection, read: Callable[..., object], *arguments: object) -> list[int]:
        """How often the folder was looked up, and how often the hits were counted."""
        statements: list[str] = []
        conn.set_trace_callback(statements.append)
        read(conn, *arguments)
        conn.set_trace_callback(None)
        return [
            len([one for one in statements if part in one])
            for part in ("from folder where root_id", f"limit {FEW_HITS + 1}")
        ]

    for read, *arguments in (
        (gallery_context, HOUSEHOLD, folders, cards, query, 0),
        (list_page_context, HOUSEHOLD, folders, cards, query),
        (GalleryFeed(HOUSEHOLD, query).update, context, [Event(1, "item.copied", "video", 1)]),
    ):
        assert await services.store.read(resolved, read, *arguments) == [1, 1]


async def test_a_page_is_rendered_once_until_something_changes(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "a.mp4")
    await library(server.services)
    first = await server.get("/all")
    misses = server.services.rendering.pages.cache.misses
    assert (await server.get("/all")).body == first.body
    assert server.services.rendering.pages.cache.misses == misses
    cast.unique(videos / "b.mp4")
    await library(server.services)

    async def shows_both() -> bool:
        return len(card_ids((await server.get("/all")).text)) == 2

    await eventually(shows_both, timeout=3)


async def test_what_a_user_changes_shows_on_the_next_page(
    server: LocalServer, videos: Path
) -> None:
    (videos / "broken.mp4").write_bytes(b"nothing of the kind")
    await library(server.services)
    (work,) = await server.services.store.read(items_store.waiting, limit=1, wanted=[], busy=[])
    failure = {"probe_error": "Not a video."}
    write = server.services.store.write
    await write(items_store.record_probe, work.item_id, work.fingerprint, failure)
    assert 'data-state="failed"' in (await server.get("/all")).text
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await server.get("/library/retry", method="POST", headers=form)).status == 303
    assert 'data-state="waiting"' in (await server.get("/all")).text


async def test_an_empty_library_says_what_to_do(server: LocalServer, videos: Path) -> None:
    page = (await server.get("/all")).text
    assert "No videos yet" in page
    assert str(videos) in page


async def test_a_failed_video_says_why_and_can_be_tried_again(
    server: LocalServer, videos: Path
) -> None:
    (videos / "bad.mp4").write_bytes(b"nothing of a video")
    card = (await library(server.services))["bad.mp4"]

    def fail(tx: Transaction) -> None:
        columns = {"probe_error": "Not a video, or damaged at the start."}
        assert items_store.record_probe(tx, card.id, _fingerprint(tx, card.id), columns)

    from lvs.store import items as items_store

    await server.services.store.write(fail)
    page = (await server.get("/all")).text
    assert 'data-state="failed"' in page
    assert "damaged at the start" in page
    form = "application/x-www-form-urlencoded"
    answer = await server.get(
        "/library/retry", method="POST", body=f"video={card.id}", headers={"Content-Type": form}
    )
    assert answer.status == 303
    assert 'data-state="waiting"' in (await server.get("/all")).text
    bad = await server.get(
        "/library/retry", method="POST", body="video=x", headers={"Content-Type": form}
    )
    assert bad.status == 400


def _fingerprint(tx: Transaction, item_id: int) -> str:
    row = tx.connection.execute("select fingerprint from item where id = ?", (item_id,))
    return str(row.fetchone()[0])


async def test_a_second_server_on_the_same_data_is_refused(
    services: Services, config: ServerConfig
) -> None:
    from lvs.errors import StartError

    with pytest.raises(StartError, match="in use by another server"):
        async with open_services(config):
            pass
