"""Gallery pages against an empty answer, at two sizes of library; start, memory, script."""

from __future__ import annotations

import gzip
import re
import statistics
import time
from pathlib import Path

from bench.harness import (
    Library,
    Line,
    elsewhere,
    library,
    percentile,
    resident_mb,
    times,
    wait_until_quiet,
)
from bench.load import Load, load
from tests.helpers.servers import Process

ROUNDS = 3
SECONDS = 3.0
SMALL, LARGE = 1_000, 100_000


def run(home: Path) -> list[Line]:
    small, large, empty = (library(home, count) for count in (SMALL, LARGE, 0))
    with empty.server() as server:
        wait_until_quiet(server)
        empty_mb = resident_mb(server)
    with small.server() as server:
        wait_until_quiet(server)
        rates_small = _rates(server)
    lines = _start(large, empty)
    with large.server() as server:
        wait_until_quiet(server)
        rates_large = _rates(server)
        memory_mb = resident_mb(server)
        lines += [*_pages(rates_small, rates_large), *_home(server), _script(server)]
    lines.append(
        Line(
            f"memory of the web process, {LARGE:,} videos, after the load",
            f"{memory_mb:.0f} MB",
            f"{empty_mb:.0f} MB, empty library",
            times(memory_mb, empty_mb),
            "under 200 MB",
            memory_mb < 200,
        )
    )
    return lines


def _rates(server: Process) -> dict[str, list[Load]]:
    """Rounds of each kind of request, taken in turn so that noise falls on all alike."""
    kinds = {
        "ping": ["/ping"],
        "page": ["/all"],
        "cached": _list_pages(server, 16),
        "uncached": _list_pages(server, 200),
    }
    rounds: dict[str, list[Load]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, paths in kinds.items():
            rounds[kind].append(elsewhere(load, server.port, paths, connections=8, seconds=SECONDS))
    return rounds


def _list_pages(server: Process, count: int) -> list[str]:
    """Pages of an endless list, which are not cached: 16 have cards that are cached, 200 have more
    cards than the cache holds."""
    paths: list[str] = []
    path = "/partials/cards?sort=title"
    while len(paths) < count:
        paths.append(path)
        found = re.search(r'hx-get="(/partials/cards[^"]*after=[^"]+)"', server.get(path).text)
        if found is None:
            break
        path = found.group(1).replace("&amp;", "&")
    return paths


def _middle(loads: list[Load]) -> float:
    return statistics.median(load.rate for load in loads)


def _pages(small: dict[str, list[Load]], large: dict[str, list[Load]]) -> list[Line]:
    ping, page, cached, uncached = (_middle(large[kind]) for kind in large)
    p99 = {
        kind: statistics.median(percentile(load.latencies_ms, 99) for load in loads)
        for kind, loads in large.items()
    }
    small_share = _middle(small["page"]) / _middle(small["ping"])
    small_cached = _middle(small["cached"]) / _middle(small["ping"])
    return [
        Line(
            f"gallery page of 60, {LARGE:,} videos, 8 connections",
            f"{page:,.0f}/s",
            f"{ping:,.0f}/s, empty answer",
            times(page, ping),
            "0.5 or more",
            page / ping >= 0.5,
        ),
        Line(
            "the same, p99",
            f"{p99['page']:.1f} ms",
            f"{p99['ping']:.1f} ms, empty answer",
            times(p99["page"], p99["ping"]),
            "under 10 ms",
            p99["page"] < 10,
        ),
        Line(
            "a different page of 60 each time, its cards cached",
            f"{cached:,.0f}/s, p99 {p99['cached']:.1f} ms",
            f"{ping:,.0f}/s, empty answer",
            times(cached, ping),
            "",
            None,
        ),
        Line(
            "a different page of 60 each time, its cards not cached",
            f"{uncached:,.0f}/s, p99 {p99['uncached']:.1f} ms",
            f"{ping:,.0f}/s, empty answer",
            times(uncached, ping),
            "",
            None,
        ),
        Line(
            f"cost of a page beside an empty answer, {LARGE:,} against {SMALL:,} videos",
            f"{ping / page:.2f}",
            f"{1 / small_share:.2f}",
            times(ping / page, 1 / small_share),
            "1.3 at most",
            (ping / page) * small_share <= 1.3,
        ),
        Line(
            "the same, a different page each time",
            f"{ping / cached:.2f}",
            f"{1 / small_cached:.2f}",
            times(ping / cached, 1 / small_cached),
            "1.3 at most",
            (ping / cached) * small_cached <= 1.3,
        ),
    ]


def _home(server: Process) -> list[Line]:
    """The home beside a list: the page, which is cached, and its region, made for each request."""
    lines = []
    for name, home, gallery in (
        ("home", "/", "/all"),
        ("region of the home, made anew", "/partials/home", "/partials/gallery"),
    ):
        rounds: dict[str, list[float]] = {home: [], gallery: []}
        for _ in range(ROUNDS):
            for path, found in rounds.items():
                loaded = elsewhere(load, server.port, [path], connections=8, seconds=SECONDS)
                found.append(percentile(loaded.latencies_ms, 95))
        of_home, of_gallery = (statistics.median(found) for found in rounds.values())
        lines.append(
            Line(
                f"{name}, {LARGE:,} videos, p95",
                f"{of_home:.1f} ms",
                f"{of_gallery:.1f} ms, the list",
                times(of_home, of_gallery),
                "2 at most",
                of_home <= 2 * of_gallery,
            )
        )
    return lines


def _start(large: Library, empty: Library) -> list[Line]:
    """From starting the program to the first page, of a library that is known."""
    seconds = {
        place: statistics.median(_first_page_s(place) for _ in range(ROUNDS))
        for place in (empty, large)
    }
    return [
        Line(
            f"first page after the start, {LARGE:,} videos known",
            f"{seconds[large]:.2f} s",
            f"{seconds[empty]:.2f} s, empty library",
            times(seconds[large], seconds[empty]),
            "under 1 s",
            seconds[large] < 1,
        )
    ]


def _first_page_s(place: Library) -> float:
    began = time.monotonic()
    with place.server() as server:
        assert server.get("/all").status == 200
        return time.monotonic() - began


def _script(server: Process) -> Line:
    page = server.get("/all").text
    sources = re.findall(r'<script[^>]* src="([^"]+)"', page)
    size = sum(len(gzip.compress(server.get(source).body, 9)) for source in sources)
    return Line(
        "script on the gallery page, compressed",
        f"{size / 1000:.1f} kB in {len(sources)} files",
        f"{len(gzip.compress(page.encode(), 5)) / 1000:.1f} kB, the page itself",
        times(size, len(gzip.compress(page.encode(), 5))),
        "under 25 kB",
        size < 25_000,
    )
