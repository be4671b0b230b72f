"""Four headsets at 80 Mbit/s and twice real time, seeking every few seconds, while a scan runs."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import uvloop

from bench.harness import (
    Library,
    Line,
    elsewhere,
    percentile,
    resident_mb,
    times,
    wait_until_quiet,
)
from tests.helpers.clips import Cast

FILE_BYTES = 1_500_000_000
HEADSETS = 4
PACE_BYTES_S = 2 * 80_000_000 // 8
FOR_S = 40.0
SEEK_EVERY_S = (2.0, 4.0)
START_S = 0.5  # what a player buffers before it shows a frame
NEW_FILES = 5_000


@dataclass
class Watched:
    """Times to the first byte (ms), and how far the worst buffer fell behind (s)."""

    first_byte_ms: list[float] = field(default_factory=list)
    behind_s: float = 0.0
    peak_mb: float = 0.0


def run(home: Path) -> list[Line]:
    place = Library(home / "videos", home / "data")
    place.videos.mkdir()
    block = random.Random(1).randbytes(1 << 20)
    with (place.videos / "large.mp4").open("wb") as handle:
        for _ in range(FILE_BYTES // len(block)):
            handle.write(block)
    (home / "cast").mkdir()
    cast = Cast(home / "cast")
    for number in range(NEW_FILES):
        cast.unique(home / "new" / f"{number // 500:03}" / f"New {number:05}.mp4")
    with place.server(LVS_WATCH="off") as server:
        server.wait_for(server.cards, "the video", 60)
        wait_until_quiet(server)
        before_mb = resident_mb(server)
        rest = elsewhere(watch, server.port, server.process.pid, FOR_S / 4)
        (home / "new").rename(place.videos / "new")
        server.get("/library/scan", method="POST")
        busy = elsewhere(watch, server.port, server.process.pid, FOR_S)
    p95 = percentile(busy.first_byte_ms, 95)
    p95_rest = percentile(rest.first_byte_ms, 95)
    what = f"{HEADSETS} headsets at 160 Mbit/s, seeking, while {NEW_FILES:,} files are ingested"
    return [
        Line(
            f"{what}: first byte, p95 of {len(busy.first_byte_ms)}",
            f"{p95:.1f} ms",
            f"{p95_rest:.1f} ms at rest",
            times(p95, p95_rest),
            "under 100 ms",
            p95 < 100,
        ),
        Line(
            "the same: longest time with an empty buffer",
            f"{busy.behind_s:.2f} s",
            f"{rest.behind_s:.2f} s at rest",
            "-",
            "none",
            busy.behind_s <= 0,
        ),
        Line(
            "the same: peak memory",
            f"{busy.peak_mb:.0f} MB",
            f"{before_mb:.0f} MB before",
            times(busy.peak_mb, before_mb),
            "flat (+150 MB)",
            busy.peak_mb < before_mb + 150,
        ),
    ]


def watch(port: int, pid: int, seconds: float) -> Watched:
    return uvloop.run(_watch(port, pid, seconds))


async def _watch(port: int, pid: int, seconds: float) -> Watched:
    found = Watched()
    process = psutil.Process(pid)
    running = asyncio.gather(
        *(_headset(port, random.Random(number), seconds, found) for number in range(HEADSETS))
    )
    while not running.done():
        found.peak_mb = max(found.peak_mb, process.memory_info().rss / 1e6)
        await asyncio.sleep(0.25)
    await running
    return found


async def _headset(port: int, chance: random.Random, seconds: float, found: Watched) -> None:
    """Open-ended ranges, each dropped by the next seek."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = chance.randrange(FILE_BYTES // 2)
        await _play(port, start, chance.uniform(*SEEK_EVERY_S), found)


async def _play(port: int, start: int, seconds: float, found: Watched) -> None:
    asked = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    head = f"GET /video/large.mp4 HTTP/1.1\r\nHost: localhost\r\nRange: bytes={start}-"
    writer.write(f"{head}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    total = len(await reader.read(1 << 18))
    began = time.perf_counter()
    found.first_byte_ms.append((began - asked) * 1000)
    while (now := time.perf_counter() - began) < seconds:
        played = max(now - START_S, 0) * PACE_BYTES_S
        found.behind_s = max(found.behind_s, (played - total) / PACE_BYTES_S)
        if total < (now + START_S) * PACE_BYTES_S:  # the buffer has space
            total += len(await reader.read(1 << 20))
        else:
            await asyncio.sleep(0.005)
    writer.transport.abort()
