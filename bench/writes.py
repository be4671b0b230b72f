"""User data: two hundred concurrent writers, and the delay until other pages show it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from pathlib import Path

import uvloop

from bench.harness import Library, Line, elsewhere, library, percentile, times, wait_until_quiet
from bench.load import Load, alternate, call, load, post, request
from lvs.store import Store, Transaction
from tests.helpers.servers import Process, ask

VIDEOS = 100_000
TAGS = 5_000
WRITERS = 200
HEARTS = 100
ALONE = 300  # of each kind by one client; a connection takes 1,000 requests
PAUSE_S = 0.2
PAGES = 10
NO_LIMIT = {"LVS_WRITES_PER_SECOND": "100000", "LVS_WRITES_BURST": "1000000"}


def run(home: Path) -> list[Line]:
    place = library(home, VIDEOS)
    asyncio.run(_give_tags(place))
    with place.server(**NO_LIMIT) as server:
        wait_until_quiet(server)
        hashes = hashes_of(server, 1_001)
        idle = elsewhere(load, server.port, ["/ping"], connections=WRITERS, seconds=4)
        results = {
            (what, pause_s): _written(server, some, pause_s)
            for what, some in (("one video", hashes[:1]), ("a thousand videos", hashes))
            for pause_s in (0.0, PAUSE_S)
        }
        wait_until_quiet(server)
        alone = elsewhere(alternate, server.port, _by_one(hashes), ALONE)
        commits = _commits(home)
        quick = elsewhere(load, server.port, ["/ping"], connections=1, seconds=3)
        typed = [
            f"/partials/tags?tag={text}" for text in ("t", "ta", "tag%201", "ag", "g%204", "99")
        ]
        offers = elsewhere(load, server.port, _unkept(typed), connections=1, seconds=5)
        related = [f"/api/videos/{media_hash}" for media_hash in hashes]
        facts = elsewhere(load, server.port, related, connections=1, seconds=3)
        seen = elsewhere(hearts_seen, server.port, hashes[:HEARTS])
    baseline = percentile(idle.latencies_ms, 99)
    return [
        *_one_client(alone, commits),
        *(_writers(what, pause, load, baseline) for (what, pause), load in results.items()),
        Line(
            f"tag suggestions, {TAGS:,} tags, p95",
            f"{percentile(offers.latencies_ms, 95):.1f} ms",
            f"{percentile(quick.latencies_ms, 95):.2f} ms, empty answer",
            times(percentile(offers.latencies_ms, 95), percentile(quick.latencies_ms, 95)),
            "under 15 ms",
            percentile(offers.latencies_ms, 95) < 15,
        ),
        Line(
            f"a favorite set by the API reaches {PAGES} open pages, p95 of {HEARTS}",
            f"{percentile(seen, 95):.0f} ms",
            f"{percentile(facts.latencies_ms, 95):.1f} ms, a request for that video",
            times(percentile(seen, 95), percentile(facts.latencies_ms, 95)),
            "within 250 ms",
            percentile(seen, 95) < 250,
        ),
    ]


def _one_client(alone: dict[str, list[float]], commits: list[float]) -> list[Line]:
    ping_ms = percentile(alone["ping"], 50)
    rating_ms = percentile(alone["rating"], 50)
    listed_ms = percentile(alone["list"], 50)
    return [
        Line(
            "a rating by one client, p50",
            f"{rating_ms:.2f} ms (a commit of SQLite alone {percentile(commits, 50):.2f} ms)",
            f"{ping_ms:.2f} ms, empty answer on the same connection",
            times(rating_ms, ping_ms),
            "2 at most",
            rating_ms <= 2 * ping_ms,
        ),
        Line(
            "GET /api/videos?limit=60, p50, each after a rating",
            f"{listed_ms:.2f} ms",
            f"{ping_ms:.2f} ms, empty answer on the same connection",
            times(listed_ms, ping_ms),
            "3 at most",
            listed_ms <= 3 * ping_ms,
        ),
    ]


def _by_one(hashes: list[str]) -> dict[str, list[bytes]]:
    """What one client asks in turn. Each rating is another than the video has."""
    ratings = [
        call(f"/api/ratings/{media_hash}", {"value": value})
        for value in (1, 2, 3, 4, 5)
        for media_hash in hashes[:60]
    ]
    return {
        "ping": [request("/ping")],
        "rating": ratings,
        "list": [request("/api/videos?limit=60")],
    }


def _commits(home: Path) -> list[float]:
    """Milliseconds of the smallest durable transaction that SQLite makes on this disk."""
    plain = sqlite3.connect(home / "plain.db", isolation_level=None)
    plain.executescript("pragma journal_mode = wal; pragma synchronous = full;")
    plain.execute("create table t (value)")
    waits = []
    for number in range(ALONE):
        began = time.perf_counter()
        plain.execute("insert into t values (?)", (number,))
        waits.append((time.perf_counter() - began) * 1000)
    plain.close()
    return waits


def _unkept(paths: list[str]) -> list[str]:
    """Each with a text of its own, so that none is answered from what is kept."""
    return [f"{path}{number}" for number in range(100) for path in paths]


def _writers(what: str, pause_s: float, result: Load, baseline_ms: float) -> Line:
    p99 = percentile(result.latencies_ms, 99)
    pace = f"each {1 / pause_s:.0f} times a second" if pause_s else "as fast as they can"
    return Line(
        f"{WRITERS} writers of ratings on {what}, {pace}, p99",
        f"{p99:.0f} ms ({result.rate:,.0f} writes/s)",
        f"{baseline_ms:.0f} ms, {WRITERS} clients of an empty answer, as fast as they can",
        times(p99, baseline_ms),
        "under 100 ms",
        p99 < 100,
    )


def _written(server: Process, hashes: list[str], pause_s: float) -> Load:
    calls: list[tuple[str, object]] = [
        (f"/api/ratings/{media_hash}", {"value": number % 5 + 1})
        for number, media_hash in enumerate(hashes * (1 if len(hashes) % 5 else 2))
    ]
    return elsewhere(post, server.port, calls, connections=WRITERS, seconds=5, pause_s=pause_s)


def hashes_of(server: Process, count: int) -> list[str]:
    """The identities of the newest videos."""
    found: list[str] = []
    path = "/api/videos?limit=200"
    while len(found) < count:
        page = json.loads(server.get(path).body)
        found += [video["media_hash"] for video in page["videos"]]
        path = f"/api/videos?limit=200&after={page['next']}"
    return found[:count]


async def _give_tags(place: Library) -> None:
    store = Store(place.data / "library.db")
    await store.open()
    await store.write(_tags)
    await store.close()


def _tags(tx: Transaction) -> None:
    """Used as tags are: a few by thousands of videos, most by a handful."""
    conn = tx.connection
    conn.executemany(
        "insert into tag (id, name, key) values (?, ?, ?)",
        [(number, f"Tag {number}", f"tag {number}") for number in range(1, TAGS + 1)],
    )
    conn.executemany(
        "insert or ignore into item_tag (item_id, tag_id, added_at) values (?, ?, 0)",
        [
            (number * 7 % VIDEOS + 1, min(TAGS, 1 + TAGS * TAGS // (number % (TAGS * 20) + TAGS)))
            for number in range(VIDEOS * 2)
        ],
    )


def hearts_seen(port: int, hashes: list[str]) -> list[float]:
    """Milliseconds from each heart's request to its card on the last of the pages."""
    return uvloop.run(_hearts_seen(port, hashes))


async def _hearts_seen(port: int, hashes: list[str]) -> list[float]:
    pages = []
    for sort in range(PAGES):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        order = ("newest", "title")[sort % 2]
        writer.write(f"GET /events?sort={order} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await reader.readuntil(b"still here\n\n")
        pages.append((reader, writer))
    waits = []
    headers = {"Content-Type": "application/json"}
    for media_hash in hashes:
        marker = f"/videos/{media_hash}/rating".encode()
        began = time.perf_counter()
        body = json.dumps({"media_hash": media_hash})
        sending = asyncio.to_thread(ask, port, "/api/favorites", "POST", headers, body)
        async with asyncio.timeout(20):
            await asyncio.gather(sending, *(reader.readuntil(marker) for reader, _ in pages))
        waits.append((time.perf_counter() - began) * 1000)
    for _, writer in pages:
        writer.close()
    return waits
