"""A dashboard that is left open in Chromium while a load runs: does anything grow?"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page, async_playwright

from bench.harness import Line, library, resident_mb, times, wait_until_quiet
from bench.load import load
from tests.helpers import chromium
from tests.helpers.browsers import BROWSER_ARGUMENTS
from tests.helpers.servers import Process

SOAK_S = float(os.environ.get("SOAK_S", "600"))
SETTLE_S = SOAK_S / 10  # caches fill, windows fill
PATHS = ["/", "/ping", "/api/videos", "/all?sort=title", "/tags", "/favorites", "/popular"]

_COUNT_CHANGES = """() => {
  window.seconds = new Set();
  window.stayed = true;
  new MutationObserver(() => window.seconds.add(Math.floor(performance.now() / 1000)))
    .observe(document.querySelector('.dashboard'),
      { subtree: true, childList: true, characterData: true, attributes: true });
}"""


@dataclass
class Moment:
    heap_mb: float
    nodes: int
    server_mb: float


def run(home: Path) -> list[Line]:
    place = library(home, 1_000)
    with place.server() as server:
        wait_until_quiet(server)
        early, late, moving = asyncio.run(_watch(server))
    minutes = f"{SOAK_S / 60:.0f} minutes of load"
    return [
        Line(
            f"seconds with an update of an open dashboard, {minutes}",
            f"{moving:.0f}",
            f"{SOAK_S:.0f} s",
            times(moving, SOAK_S),
            "0.9 or more",
            moving >= 0.9 * SOAK_S,
        ),
        Line(
            f"memory of the dashboard's page, {minutes}",
            f"{late.heap_mb:.1f} MB, {late.nodes} nodes",
            f"{early.heap_mb:.1f} MB, {early.nodes} nodes after {SETTLE_S:.0f} s",
            times(late.heap_mb, early.heap_mb),
            "flat",
            late.heap_mb < early.heap_mb * 1.1 and late.nodes < early.nodes * 1.1,
        ),
        Line(
            f"memory of the server, {minutes}",
            f"{late.server_mb:.0f} MB",
            f"{early.server_mb:.0f} MB after {SETTLE_S:.0f} s",
            times(late.server_mb, early.server_mb),
            "flat",
            late.server_mb < early.server_mb * 1.1,
        ),
    ]


async def _watch(server: Process) -> tuple[Moment, Moment, float]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.find(), args=BROWSER_ARGUMENTS
        )
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{server.port}/admin/performance")
        await page.wait_for_selector("[data-live=on]", state="attached")
        await page.evaluate(_COUNT_CHANGES)
        devtools = await page.context.new_cdp_session(page)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            running = asyncio.get_running_loop().run_in_executor(pool, _load, server.port)
            await asyncio.sleep(SETTLE_S)
            early = await _moment(devtools, server)
            await running
        late = await _moment(devtools, server)
        moving = await _seconds(page)
        await browser.close()
        return early, late, moving


def _load(port: int) -> None:
    load(port, PATHS, connections=8, seconds=SOAK_S, pause_s=0.01)


async def _moment(devtools: CDPSession, server: Process) -> Moment:
    await devtools.send("HeapProfiler.collectGarbage")
    heap: dict[str, Any] = await devtools.send("Runtime.getHeapUsage")
    counters: dict[str, Any] = await devtools.send("Memory.getDOMCounters")
    return Moment(heap["usedSize"] / 1e6, counters["nodes"], resident_mb(server))


async def _seconds(page: Page) -> float:
    assert await page.evaluate("window.stayed"), "the page was loaded anew"
    return float(await page.evaluate("window.seconds.size"))
