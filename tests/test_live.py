"""The live hub: replay, resync, filters, slow clients, one rendering for equal pages."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from lvs.contexts.cards import marks_context
from lvs.live.feeds import GalleryFeed
from lvs.live.hub import QUEUE_LENGTH
from lvs.live.hub import Message as HubMessage
from lvs.models import NO_MARKS
from lvs.services import Services
from lvs.store import Connection, Transaction, gallery, items
from lvs.store.list_plan import ListSpec
from lvs.viewer import EVERYTHING, HOUSEHOLD
from tests.helpers.clips import Cast
from tests.helpers.html import elements
from tests.helpers.libraries import fill, library
from tests.helpers.servers import (
    LocalServer,
    Message,
    StartServices,
    eventually,
    open_stream,
    serving,
    serving_live,
)

pytestmark = pytest.mark.engines("sqlite", "postgres")


@pytest.fixture
async def hub_services(start_services: StartServices) -> Services:
    """Services whose hub runs, and nothing else: tests scan when they want to."""
    services: Services = await start_services(live=False)
    return services


@pytest.fixture
async def server(hub_services: Services) -> AsyncIterator[LocalServer]:
    async with serving_live(hub_services) as running:
        yield running


def navigation(message: Message) -> list[tuple[str, str]]:
    """(card, where) of each placed card in a message."""
    return [
        (partial.children[0]["id"], partial["hx-swap"].removeprefix("place before:"))
        for partial in elements(message.data, "hx-partial", hx_swap=True)
        if partial["hx-swap"].startswith("place before:")
    ]


def about_cards(message: Message) -> bool:
    return 'hx-target="#grid"' in message.data or 'hx-swap="delete"' in message.data


async def test_ids_increase_and_a_page_misses_nothing(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    stream = await server.stream("/events?since=0")
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        cast.unique(videos / name)
        await library(server.services)
        await stream.until(about_cards)
    ids = [message.id for message in stream.messages if about_cards(message)]
    assert all(id_ is not None for id_ in ids)
    assert ids == sorted(set(ids), key=lambda id_: id_ or 0)
    assert ids[-1] == server.services.store.last_event_id


async def test_a_new_card_stands_in_the_order_of_each_page(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "b.mp4")
    cast.unique(videos / "d.mp4")
    cards = await library(server.services)
    since = server.services.store.last_event_id
    by_title = await server.stream(f"/events?since={since}&sort=title")
    by_title_last = await server.stream(f"/events?since={since}&sort=title")
    cast.unique(videos / "c.mp4")
    cards = await library(server.services)
    message = await by_title.until(about_cards)
    assert navigation(message) == [(f"v-{cards['c.mp4'].id}", f"v-{cards['d.mp4'].id}")]
    await by_title_last.until(about_cards)
    cast.unique(videos / "e.mp4")
    cards = await library(server.services)
    assert navigation(await by_title_last.until(about_cards)) == [(f"v-{cards['e.mp4'].id}", "end")]


async def test_several_new_cards_are_placed_from_the_end(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    """Each is put before one that the page has by then."""
    cast.unique(videos / "z.mp4")
    first = await library(server.services)
    known = {f"v-{first['z.mp4'].id}", "end"}
    since = server.services.store.last_event_id
    stream = await server.stream(f"/events?since={since}&sort=title")
    for name in "abcdefgh":
        cast.unique(videos / f"{name}.mp4")
    await library(server.services)
    message = await stream.until(about_cards)
    assert len(navigation(message)) == 8
    for card, where in navigation(message):
        assert where in known, f"{card} is to stand before {where}, which is not there yet"
        known.add(card)


async def test_a_page_hears_of_its_own_folder_alone(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "here" / "a.mp4")
    cast.unique(videos / "there" / "b.mp4")
    cards = await library(server.services)
    since = server.services.store.last_event_id
    stream = await server.stream(f"/events?since={since}&folder=here")
    (videos / "here" / "a.mp4").rename(videos / "there" / "a.mp4")
    await library(server.services)
    message = await stream.until(about_cards)
    assert f'hx-target="#v-{cards["here/a.mp4"].id}" hx-swap="delete"' in message.data
    assert navigation(message) == []
    (videos / "there" / "b.mp4").rename(videos / "here" / "b.mp4")
    await library(server.services)
    message = await stream.until(lambda message: bool(navigation(message)))
    assert [card for card, _ in navigation(message)] == [f"v-{cards['there/b.mp4'].id}"]


async def test_a_page_whose_list_gets_a_copy_hears_of_which_video(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.copy("beach.mp4", videos / "here" / "beach.mp4")
    cast.unique(videos / "there" / "other.mp4")
    await library(server.services)
    since = server.services.store.last_event_id
    pages = [await server.stream(f"/events?since={since}{more}") for more in ("", "&folder=there")]
    elsewhere = await server.stream(f"/events?since={since}&favorites=1")
    cast.copy("beach.mp4", videos / "there" / "again.mp4")
    await library(server.services)
    for page in pages:
        message = await page.until(about_cards)
        assert elements(message.data, hx_target="#notices", hx_swap="beforeend")
        assert "Same content as “beach”" in message.data
    for number in range(2):
        cast.copy(f"{('forest', 'city')[number]}.mp4", videos / "here" / f"{number}.mp4")
    await library(server.services)
    for number in range(2):
        cast.copy(f"{('forest', 'city')[number]}.mp4", videos / "there" / f"{number}.mp4")
    await library(server.services)
    message = await pages[0].until(lambda message: "copies of" in message.data)
    assert "2 new files are copies of videos in the library" in message.data
    await elsewhere.until(lambda message: "#summary" in message.data)
    assert not any("#notices" in message.data for message in elsewhere.messages)


async def test_a_page_that_was_disconnected_catches_up_exactly(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    cast.unique(videos / "goes.mp4")
    cast.unique(videos / "stays.mp4")
    cards = await library(server.services)
    left_at = server.services.store.last_event_id
    (videos / "goes.mp4").unlink()
    cast.unique(videos / "comes.mp4")
    after = await library(server.services)
    stream = await server.stream("/events?since=0&sort=title", last_event_id=left_at)
    message = await stream.until(about_cards)
    assert message.id == server.services.store.last_event_id
    assert f'hx-target="#v-{cards["goes.mp4"].id}" hx-swap="delete"' in message.data
    assert [card for card, _ in navigation(message)] == [f"v-{after['comes.mp4'].id}"]


async def test_a_page_misses_nothing_of_a_time_without_pages(
    server: LocalServer, hub_services: Services, videos: Path, cast: Cast
) -> None:
    """Without pages the hub does not wake; the next page catches up by its own stream, and the hub
    goes on from there."""
    woken: list[int] = []
    hub_services.hub.on_pushed = woken.append
    cast.unique(videos / "a.mp4")
    await library(hub_services)
    since = hub_services.store.last_event_id
    first = await server.stream(f"/events?since={since}")
    await eventually(lambda: hub_services.hub.streams == 1)
    first.close()
    await eventually(lambda: hub_services.hub.streams == 0)
    woken.clear()
    for name in ("b.mp4", "c.mp4"):
        cast.unique(videos / name)
        await library(hub_services)
    assert woken == []
    stream = await server.stream(f"/events?since={since}")
    message = await stream.until(about_cards)
    assert len(navigation(message)) == 2
    assert message.id == hub_services.store.last_event_id
    cast.unique(videos / "d.mp4")
    await library(hub_services)
    message = await stream.until(about_cards)
    assert len(navigation(message)) == 1
    assert message.id == hub_services.store.last_event_id
    await eventually(lambda: woken[-1:] == [message.id])


async def test_a_gap_that_cannot_be_replayed_asks_for_a_resync(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    for name in ("a.mp4", "b.mp4"):
        cast.unique(videos / name)
    await library(server.services)
    await server.services.store.write(
        lambda tx: tx.connection.execute("delete from event where id < 3")
    )
    assert server.services.store.last_event_id == 3
    stream = await server.stream("/events", last_event_id=1)
    message = await stream.next()
    assert message is not None
    assert (message.event, message.id) == ("resync", server.services.store.last_event_id)


async def test_a_page_of_another_database_is_resynced(server: LocalServer) -> None:
    stream = await server.stream("/events?since=99999")
    message = await stream.next()
    assert message is not None
    assert message.event == "resync"


async def test_very_many_changes_are_a_resync_not_a_flood(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    stream = await server.stream(f"/events?since={server.services.store.last_event_id}")
    content = cast.path("beach.mp4").read_bytes()
    for number in range(90):
        (videos / f"{number}.mp4").write_bytes(content + bytes([number]))
    await library(server.services)
    message = await stream.until(lambda message: message.event == "resync" or about_cards(message))
    assert message.event == "resync"


async def test_equal_pages_share_one_rendering(
    server: LocalServer, videos: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = server.services.store.last_event_id
    streams = [await server.stream(f"/events?since={since}") for _ in range(10)]
    await eventually(lambda: server.services.hub.streams == 10)
    rendered: list[object] = []
    real = GalleryFeed.update

    def counted(self: GalleryFeed, *args: object) -> str:
        rendered.append(self)
        return real(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(GalleryFeed, "update", counted)
    cast.unique(videos / "a.mp4")
    await library(server.services)
    for stream in streams:
        await stream.until(about_cards)
    assert len(rendered) == 1


async def test_a_card_without_marks_is_as_its_templates_render_it(hub_services: Services) -> None:
    """Marks are rendered once for several items; a title may have any character but NUL."""
    store, cards = hub_services.store, hub_services.rendering.cards
    await fill(store, 3)
    titles = ("\1\2\3 & <b>", "{{ 'a' }} \"\3\"", "\\1 %s")

    def named(tx: Transaction) -> None:
        for item_id, title in enumerate(titles, 1):
            tx.connection.execute("update item set title = ? where id = ?", (title, item_id))

    await store.write(named)

    def check(conn: Connection) -> None:
        wanted = gallery.page(conn, ListSpec(HOUSEHOLD), limit=3).items
        found = items.cards(conn, EVERYTHING, [item_id for item_id, _ in wanted])
        for (item_id, _), html in zip(wanted, cards.render(conn, HOUSEHOLD, wanted), strict=True):
            marks = marks_context(found[item_id], NO_MARKS)
            rendered = hub_services.rendering.templates.render("partials/_marks.html", marks=marks)
            assert rendered in html

    await store.read(check)


async def test_a_slow_client_is_disconnected_and_memory_stays_flat(
    server: LocalServer, hub_services: Services
) -> None:
    """A client that never reads, while a hundred times what it could be sent goes by."""
    slow = socket.create_connection(("127.0.0.1", server.port))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await eventually(lambda: hub_services.hub.streams == 1)
    before = psutil.Process().memory_info().rss
    message = "x" * 200_000
    for _ in range(QUEUE_LENGTH * 30):
        for subscriber in list(hub_services.hub.subscribers):
            hub_services.hub.deliver(subscriber, HubMessage(None, message))
        await asyncio.sleep(0)
    assert hub_services.hub.dropped == 1
    assert hub_services.hub.streams == 0
    grown = psutil.Process().memory_info().rss - before
    assert grown < 60_000_000, f"grew by {grown / 1e6:.0f} MB"
    slow.close()


async def test_a_closed_client_is_unsubscribed(server: LocalServer, hub_services: Services) -> None:
    stream = await server.stream("/events")
    await eventually(lambda: hub_services.hub.streams == 1)
    stream.close()
    await eventually(lambda: hub_services.hub.streams == 0)


async def test_streams_end_when_the_server_does(hub_services: Services) -> None:
    async with serving(hub_services) as server:
        stream = await server.stream("/events")
        await eventually(lambda: hub_services.hub.streams == 1)
    while await stream.next(5) is not None:
        pass


@pytest.mark.parametrize(
    "path", ["/events?since=x", "/events?since=-1", "/events?sort=best", f"/events?since={2**63}"]
)
async def test_bad_arguments_are_refused(server: LocalServer, path: str) -> None:
    assert (await server.get(path)).status == 400


@pytest.mark.parametrize(
    "path", ["/events?video=nothing", "/partials/watch?video=nothing", "/events?folder=nowhere"]
)
async def test_unknown_things_are_not_found(server: LocalServer, path: str) -> None:
    assert (await server.get(path)).status == 404


async def test_the_store_and_the_stream_agree_under_load(
    server: LocalServer, videos: Path, cast: Cast
) -> None:
    """Applying the messages to a list gives the list that the store has."""
    since = server.services.store.last_event_id
    stream = await open_stream(server.port, f"/events?since={since}&sort=title")
    page: list[str] = []
    content = cast.path("beach.mp4").read_bytes()
    for round_ in range(12):
        for number in range(4):
            name = f"{(round_ * 7 + number * 13) % 50}"
            (videos / f"{name}.mp4").write_bytes(content + f"{round_}-{number}".encode())
        if round_ % 3 == 2:
            sorted(videos.iterdir())[0].unlink()
        await library(server.services)
    last = server.services.store.last_event_id
    while not stream.messages or (stream.messages[-1].id or 0) < last:
        message = await stream.next()
        assert message is not None
        assert message.event is None
        for removal in elements(message.data, hx_swap="delete"):
            card = removal["hx-target"].removeprefix("#")
            if card in page:
                page.remove(card)
        for card, where in navigation(message):
            if card in page:
                page.remove(card)
            page.insert(len(page) if where == "end" else page.index(where), card)
    stored = await server.services.store.read(gallery.page, ListSpec(HOUSEHOLD, "title"), limit=100)
    assert page == [f"v-{video}" for video, _ in stored.items]


async def test_cards_that_are_no_row_ids_are_refused(server: LocalServer) -> None:
    await fill(server.services.store, 1)
    (media_hash,) = await server.services.store.read(
        lambda conn: conn.execute("select media_hash from item").fetchone()
    )
    assert (await server.get(f"/events?video={media_hash}&cards=1.x")).status == 400
