"""The cost of the monitor, and of open dashboards."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import psutil
import uvloop

from bench.harness import Line, elsewhere, library, resident_mb, times, wait_until_quiet
from bench.load import load
from lvs.metrics import Metrics, count_queries_here
from tests.helpers.servers import Process

MANY = 50
WATCH_S = 10.0
LOAD_S = 60.0


def run(home: Path) -> list[Line]:
    place = library(home, 1_000)
    with place.server() as server:
        wait_until_quiet(server)
        one = _cpu_while_open(server, 1)
        many = _cpu_while_open(server, MANY)
        idle = elsewhere(load, server.port, ["/ping"], connections=1, seconds=3)
        elsewhere(load, server.port, ["/", "/ping", "/api/videos"], connections=8, seconds=10)
        before = resident_mb(server)
        elsewhere(load, server.port, ["/", "/ping", "/api/videos"], connections=8, seconds=LOAD_S)
        after = resident_mb(server)
    record_us = _recording_us()
    answer_us = 1e6 / idle.rate
    return [
        Line(
            "measuring a request",
            f"{record_us:.1f} µs",
            f"{answer_us:.0f} µs, an empty answer",
            f"{record_us / answer_us:.4f}",
            "0.03 at most, under 10 µs",
            record_us / answer_us <= 0.03 and record_us < 10,
        ),
        Line(
            f"CPU time of the server, {MANY} dashboards open for {WATCH_S:.0f} s",
            f"{many:.2f} s",
            f"{one:.2f} s, one dashboard",
            times(many, one),
            "2 at most",
            many <= 2 * one,
        ),
        Line(
            f"memory after {LOAD_S:.0f} s of load, with the dashboard's history",
            f"{after:.0f} MB",
            f"{before:.0f} MB, before it",
            times(after, before),
            "flat",
            after < before * 1.05,
        ),
    ]


def _recording_us() -> float:
    """Microseconds that a request spends on being measured."""
    metrics = Metrics()
    rounds = 100_000
    began = time.perf_counter()
    for _ in range(rounds):
        start = time.perf_counter()
        count = count_queries_here()
        metrics.record(
            "GET /x", "x", time.perf_counter() - start, failed=False, queries=count.total
        )
    return (time.perf_counter() - began) / rounds * 1e6


def _cpu_while_open(server: Process, dashboards: int) -> float:
    """Processor seconds of the server while so many dashboards are open."""
    process = psutil.Process(server.process.pid)
    before = process.cpu_times()
    elsewhere(watch, server.port, dashboards)
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system


def watch(port: int, dashboards: int) -> None:
    uvloop.run(_watch(port, dashboards))


async def _watch(port: int, dashboards: int) -> None:
    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        writer.write(b"GET /admin/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            async with asyncio.timeout(WATCH_S):
                while await reader.read(1 << 16):
                    pass
        except TimeoutError:
            writer.close()

    await asyncio.gather(*(one() for _ in range(dashboards)))
