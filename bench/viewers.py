"""Viewers: pages while one of them plays, and pages and pushes for several audiences."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path

from quart.typing import TestClientProtocol as Client

from bench.harness import Library, Line, library, percentile, times, wait_until_quiet
from lvs.config import ServerConfig
from lvs.http import viewers
from lvs.listing.query import GalleryQuery
from lvs.live.feeds import GalleryFeed
from lvs.server.application import create_app
from lvs.server.lifecycle import open_services
from lvs.services import Services
from lvs.store import Transaction, items, tags
from lvs.viewer import HOUSEHOLD, Audience, Viewer
from tests.helpers.libraries import fill
from tests.helpers.servers import Process, ask

VIDEOS = 20_000
AUDIENCES = (1, 5, 50)
PUSH_MS = 250.0  # budget of the most audiences
PAGES = 300  # of each measurement
BEACONS = 10
UNTAGGED = 999  # an item that nothing hides


def run(home: Path) -> list[Line]:
    place = library(home, VIDEOS)
    with place.server(LVS_WORKERS="0") as server:
        wait_until_quiet(server)
        at_rest = _hit_rate(server, playing=False)
        while_playing = _hit_rate(server, playing=True)
    lines = [
        Line(
            "cache hits of the gallery while one person plays",
            f"{while_playing:.1f} %",
            f"{at_rest:.1f} %, nobody plays",
            times(while_playing, at_rest),
            "1",
            while_playing >= at_rest,
        )
    ]
    return lines + asyncio.run(_audiences(place))


def _hit_rate(server: Process, *, playing: bool) -> float:
    """Of the page cache over `PAGES` pages, a position saved each second of the video meanwhile."""
    found = json.loads(server.get("/api/videos?limit=1").body)["videos"][0]["media_hash"]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/videos/{found}/progress"
    for position_s in (20, 21) if playing else ():  # it is taken up: pages show that once
        ask(server.port, path, "POST", headers, f"position_s={position_s}&playing=1")
    server.get("/all")
    before = _pages(server)
    for number in range(PAGES):
        if playing and number % (PAGES // BEACONS) == 0:
            position_s = 22 + number // (PAGES // BEACONS)
            ask(server.port, path, "POST", headers, f"position_s={position_s}&playing=1")
        server.get("/all")
    after = _pages(server)
    hits, misses = after[0] - before[0], after[1] - before[1]
    return 100 * hits / (hits + misses)


def _pages(server: Process) -> tuple[int, int]:
    """(hits, misses) of the page cache."""
    found = json.loads(server.get("/admin/cache/status").body)["caches"]["pages"]
    return found["hits"], found["misses"]


async def _audiences(place: Library) -> list[Line]:
    elsewhere = place.videos.with_name("elsewhere")  # which the household alone sees
    elsewhere.mkdir()
    config = ServerConfig(
        video_directory=(place.videos, elsewhere),
        data_directory=place.data,
        workers=1,
        watch="off",
    )
    async with open_services(config, live=False) as services:
        await fill(services.store, VIDEOS // 100, root_id=2, start=VIDEOS)
        people = await services.store.write(_people, max(AUDIENCES))
        app = create_app(services=services)
        by_name = {str(viewer.user_id): viewer for viewer in people}
        app.extensions[viewers.EXTENSION] = lambda request: by_name[request.headers["X-Person"]]
        client, found = app.test_client(), {}
        for count in AUDIENCES:
            some = people[:count]
            found[count] = (
                await _cold_pages(client, services, some),
                await _push(services, some),
            )
    one_page, one_push = found[1]
    lines = []
    for count, (page_ms, push_ms) in found.items():
        people_said = f"{count} audience{'' if count == 1 else 's'}"
        lines += [
            Line(
                f"a gallery page after a change, {VIDEOS:,} videos, {people_said}, p50",
                f"{page_ms:.1f} ms",
                f"{one_page:.1f} ms, everything visible",
                times(page_ms, one_page),
                "3 at most",
                page_ms <= 3 * one_page,
            ),
            Line(
                f"a change to an open page of each of {people_said}",
                f"{push_ms:.1f} ms",
                f"{one_push:.1f} ms, one page",
                times(push_ms, one_push),
                f"under {PUSH_MS:.0f} ms",
                push_ms < PUSH_MS,
            ),
        ]
    return lines


def _people(tx: Transaction, count: int) -> list[Viewer]:
    """The household and people from each of whom a library folder is hidden, and one tag, which 20
    videos have."""
    found = [HOUSEHOLD]
    for number in range(1, count):
        user_id = tx.connection.execute(
            'insert into "user" (name) values (?) returning id', (f"user {number}",)
        ).fetchone()[0]
        for item_id in range(number, VIDEOS, 50 * 20):
            tags.add(tx, item_id, f"hidden {number}")
        (tag_id,) = tags.ids(tx.connection, HOUSEHOLD.audience, [f"hidden {number}"])
        audience = Audience(frozenset({1}), frozenset({tag_id}))
        found.append(replace(HOUSEHOLD, user_id=user_id, audience=audience))
    return found


async def _cold_pages(client: Client, services: Services, people: list[Viewer]) -> float:
    """Milliseconds of a page that nobody asked for since the last change; its cards are cached."""
    waits = []
    for number in range(120):
        if number % len(people) == 0:
            await services.store.write(items.touch, 1)
        headers = {"X-Person": str(people[number % len(people)].user_id)}
        began = time.perf_counter()
        answer = await client.get("/all", headers=headers)
        waits.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200
    return percentile(waits, 50)


async def _push(services: Services, people: list[Viewer]) -> float:
    """Milliseconds until an open page of each person has a change, median of 20."""
    reached = asyncio.Event()
    pending: set[int] = set()

    async def follow(viewer: Viewer) -> None:
        feed = GalleryFeed(viewer, GalleryQuery())
        async for message in services.hub.stream(feed, services.store.last_event_id):
            if b"#grid" in message or b"event: resync" in message:
                pending.discard(viewer.user_id)
                if not pending:
                    reached.set()

    tasks = [asyncio.create_task(follow(viewer)) for viewer in people]
    tasks.append(asyncio.create_task(services.hub.follow_events()))
    while services.hub.streams < len(people):
        await asyncio.sleep(0.01)
    waits = []
    for _ in range(20):
        pending |= {viewer.user_id for viewer in people}
        reached.clear()
        began = time.perf_counter()
        await services.store.write(items.touch, UNTAGGED)
        async with asyncio.timeout(20):
            await reached.wait()
        waits.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.1)  # the pause in which the hub gathers events
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return percentile(waits, 50)
