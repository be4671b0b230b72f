"""Live pages: a file's way from its last byte to open pages, and an event's to a thousand."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import uvloop

from bench.harness import Library, Line, elsewhere, library, percentile, times, wait_until_quiet
from tests.helpers.clips import Cast
from tests.helpers.html import element
from tests.helpers.servers import Process, ask

NEW_FILES = 40
PAGES = 10
STREAMS = 1_000
SETTLING_S = 0.3


def run(home: Path) -> list[Line]:
    cast = Cast(home / "cast")
    cast.path("beach.mp4")
    place = library(home, 1_000)
    with place.server(LVS_WORKERS="0") as server:
        wait_until_quiet(server)
        waits = _new_files(server, place, cast)
        (first, last), (_, last_home) = _thousand(server, place)
    p95 = percentile(waits, 95)
    return [
        Line(
            f"last byte to card with thumbnail on {PAGES} pages, p95 of {NEW_FILES}",
            f"{p95:.2f} s (median {percentile(waits, 50):.2f} s)",
            f"{SETTLING_S} s, settling",
            times(p95, SETTLING_S),
            "under 1 s",
            p95 < 1,
        ),
        Line(
            f"a change on {STREAMS:,} open pages: delay of the last",
            f"{last * 1000:.0f} ms",
            f"{first * 1000:.0f} ms, the first",
            times(last, first),
            "within 250 ms",
            last < 0.25,
        ),
        Line(
            f"a change on {STREAMS:,} open homes: delay of the last",
            f"{last_home * 1000:.0f} ms",
            f"{last * 1000:.0f} ms, of as many lists",
            times(last_home, last),
            "2 at most",
            last_home <= 2 * last,
        ),
    ]


def _new_files(server: Process, place: Library, cast: Cast) -> list[float]:
    """One file after the other; each stream counts when the last page has its thumbnail."""
    waits = []

    async def copy_all() -> None:
        pages = [asyncio.create_task(_Page.open(server.port)) for _ in range(PAGES)]
        opened = [await page for page in pages]
        for number in range(NEW_FILES):
            name = f"Dropped {number}"
            cast.unique(place.videos / f"{name}.mp4")
            written = time.monotonic()
            await asyncio.gather(*(page.shows(name) for page in opened))
            waits.append(time.monotonic() - written)
        for page in opened:
            page.close()

    asyncio.run(copy_all())
    return waits


class _Page:
    """A stream of the gallery, read as a browser would."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> _Page:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        writer.write(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"still here\n\n")
        return cls(reader, writer)

    async def shows(self, title: str) -> None:
        """Until a message has the card of this title with its own thumbnail."""
        async with asyncio.timeout(20):
            found = False
            while not found:
                message = (await self._reader.readuntil(b"\n\n")).decode("utf-8", "replace")
                cards = re.findall(r'<li class="card".*?</li>', message, re.DOTALL)
                found = any(title in card and "srcset" in card for card in cards)

    def close(self) -> None:
        self._writer.close()


def _thousand(server: Process, place: Library) -> list[tuple[float, float]]:
    """Seconds from asking for a change to its arrival on the first and the last of the pages: of
    lists, and of homes."""
    (place.videos / "Broken.mp4").write_bytes(b"not a video")
    server.wait_for(lambda: "Broken" in server.get("/all").text, "the broken file")
    server.wait_for(lambda: 'data-state="failed"' in server.get("/all").text, "its failure")
    failed = element(server.get("/all").text, "li", data_state="failed")["id"].removeprefix("v-")
    wait_until_quiet(server)
    medians = []
    for path, marker in (("sort=title", f"v-{failed}"), ("home=1", f"v-{failed}-recent")):
        results = [elsewhere(thousand, server.port, path, marker, failed) for _ in range(3)]
        medians.append(sorted(results, key=lambda pair: pair[1])[1])
    return medians


def thousand(port: int, arguments: str, element_id: str, video: str) -> tuple[float, float]:
    return uvloop.run(_measure_thousand(port, arguments, element_id, video))


async def _measure_thousand(
    port: int, arguments: str, element_id: str, video: str
) -> tuple[float, float]:
    arrived: list[float] = []
    ready = asyncio.Event()
    opened = 0

    async def page() -> None:
        nonlocal opened
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        writer.write(f"GET /events?{arguments} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        marker = f'id="{element_id}"'.encode()
        await reader.readuntil(b"still here\n\n")
        opened += 1
        if opened == STREAMS:
            ready.set()
        await reader.readuntil(marker)
        arrived.append(time.perf_counter())
        writer.close()

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number in range(STREAMS):
            group.create_task(page())
            if number % 50 == 49:
                await asyncio.sleep(0.05)
        await ready.wait()
        await asyncio.sleep(1)  # the statuses that follow the opening are out
        began = time.perf_counter()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
        body = f"video={video}"
        asked = await asyncio.to_thread(ask, port, "/library/retry", "POST", headers, body)
        assert asked.status == 200, asked
    return min(arrived) - began, max(arrived) - began
