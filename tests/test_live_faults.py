"""Live pages when something goes wrong: one feed costs its own pages a resync, and no other."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest

from lvs.events import Event
from lvs.live import hub as live
from lvs.live.feeds import GalleryFeed, RenderContext
from lvs.services import Services
from lvs.store import Connection, Transaction, bulk, database
from lvs.viewer import HOUSEHOLD
from tests.helpers.html import card_ids, element, elements, links
from tests.helpers.libraries import fill, touched
from tests.helpers.servers import (
    LocalServer,
    Message,
    StartServices,
    Stream,
    eventually,
    serving,
    serving_live,
)

ENDLESS = "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n"


@pytest.fixture
async def server(start_services: StartServices) -> AsyncIterator[LocalServer]:
    """A server whose hub runs, and nothing else."""
    services: Services = await start_services(live=False)
    async with serving_live(services) as running:
        yield running


async def streams(server: LocalServer, *queries: str) -> list[Stream]:
    since = server.services.store.last_event_id
    opened = [await server.stream(f"/events?since={since}&{query}") for query in queries]
    await eventually(lambda: server.services.hub.streams == len(queries))
    return opened


def cards(message: Message) -> set[int]:
    return set(card_ids(message.data))


def has_cards(message: Message) -> bool:
    return bool(cards(message))


def is_resync(message: Message) -> bool:
    return message.event == "resync"


def gone_wrong(monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    """From now on feeds that search for a word run an endless statement, or raise."""
    real = GalleryFeed.update

    def update(
        self: GalleryFeed, conn: Connection, context: RenderContext, events: list[Event]
    ) -> str:
        if self.query.q == "endless":
            conn.execute(ENDLESS).fetchone()
        if self.query.q == "broken":
            raise ZeroDivisionError(query)
        return real(self, conn, context, events)

    monkeypatch.setattr(GalleryFeed, "update", update)


async def test_a_plain_page_hears_of_every_change_among_many_searches(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All searches together take longer than one read may."""
    await fill(server.services.store, 60)
    searches = [f"q=video+{number:06}+OR" for number in range(30)]
    plain, *_ = await streams(server, "", *searches)
    monkeypatch.setattr(database, "STATEMENT_LIMIT_S", 0.05)
    changed = await server.services.store.write(tag_all)
    heard: set[int] = set()
    while len(heard) < changed:
        message = await plain.next()
        assert message is not None
        assert not is_resync(message)
        heard |= cards(message)


def tag_all(tx: Transaction) -> int:
    return bulk.change(tx, HOUSEHOLD, bulk.begin(tx, HOUSEHOLD, "tag", "sea"), range(1, 56), True)


@pytest.mark.parametrize("fault", ["broken", "endless"])
async def test_a_bad_feed_costs_its_own_pages_a_resync(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(live, "FEED_LIMIT_S", 0.2)
    gone_wrong(monkeypatch, fault)
    await fill(server.services.store, 3)
    good, bad, searching = await streams(server, "sort=title", f"q={fault}", "q=video")
    for item_id in (1, 2):
        await touched(server, item_id)
        assert cards(await good.until(has_cards)) == {item_id}
        assert cards(await searching.until(has_cards)) == {item_id}
        await bad.until(is_resync)
    assert not any(map(is_resync, (*good.messages, *searching.messages)))


async def test_feeds_that_would_be_too_late_fetch_their_region(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(server.services.store, 3)
    plain, searching = await streams(server, "", "q=video")
    monkeypatch.setattr(live, "FEEDS_AT_ONCE", 1)
    monkeypatch.setattr(live, "RENDER_FOR_S", 0.0)
    await touched(server, 1)
    await plain.until(is_resync)
    await searching.until(is_resync)


async def test_a_hub_that_starts_again_goes_on_where_it_was(start_services: StartServices) -> None:
    services: Services = await start_services(live=False)
    await fill(services.store, 3)
    async with serving(services) as server:
        (page,) = await streams(server, "")
        first = asyncio.create_task(services.hub.follow_events())
        await touched(server, 1)
        await page.until(has_cards)
        first.cancel()
        await touched(server, 2)
        again = asyncio.create_task(services.hub.follow_events())
        assert 2 in cards(await page.until(has_cards))
        again.cancel()


async def test_a_snapshot_that_cannot_be_read_is_a_resync_for_all(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(server.services.store, 3)
    pages = await streams(server, "", "q=video")

    async def fails(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(server.services.store, "read_live", fails)
    await touched(server, 1)
    for page in pages:
        await page.until(is_resync)
    monkeypatch.undo()
    await touched(server, 2)
    assert 2 in cards(await pages[0].until(has_cards))


async def test_a_feed_without_a_status_costs_no_other_its_own(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = GalleryFeed.status

    def status(self: GalleryFeed, context: RenderContext) -> str:
        if self.query.q:
            raise ZeroDivisionError
        return real(self, context)

    monkeypatch.setattr(GalleryFeed, "status", status)
    good, bad = await streams(server, "", "q=bad")
    server.services.library.status.report("a", "cannot be read")
    await good.until(lambda message: "cannot be read" in message.data)
    await fill(server.services.store, 1)
    await bad.until(lambda message: "#navigation" in message.data)


async def test_a_page_that_is_resynced_has_the_new_navigation(server: LocalServer) -> None:
    (page,) = await streams(server, "")
    await fill(server.services.store, 100)
    await page.until(is_resync)
    message = await page.until(lambda message: "#navigation" in message.data)
    assert ">100<" in message.data


async def test_a_watch_page_fetches_its_regions_and_keeps_its_list(server: LocalServer) -> None:
    await fill(server.services.store, 3)
    page = (await server.get("/watch/Video%20000001.mp4?list=1&sort=size")).text
    again = element(page, data_again=True)["data-again"]
    regions = (await server.get(again)).text
    assert elements(regions, "section", id="about")
    assert elements(regions, "hx-partial", hx_target="#stage")
    for rel in ("prev", "next"):
        assert links(regions, rel=rel) == links(page, rel=rel)
