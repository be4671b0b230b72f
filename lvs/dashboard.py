"""The admin dashboard: tiles rendered once a second for all that look, and sent where changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import humanize

from lvs import web
from lvs.contexts import words
from lvs.contexts.performance import (
    RouteRow,
    Tile,
    cache_json,
    level_of,
    ratings_json,
    route_rows,
    spark,
)
from lvs.contexts.templates import Templates
from lvs.live import Message, Subscriber
from lvs.metrics import latency_of
from lvs.monitor import Monitor, Sample

EVERY_S = 1.0
LITTLE_SPACE = 0.05  # of a disk


_STEPS = (
    ("whole", "Noticed to tile"),
    ("settling", "Until it is whole"),
    ("storing", "Into the library"),
    ("pictures", "Facts and pictures"),
    ("push", "To open pages"),
)


class _Looks:
    """The feed of a dashboard: all are alike."""


@dataclass(frozen=True, slots=True)
class DashboardView:
    """All that the page shows: four large figures, panels of tiles, a row for each route."""

    large: tuple[Tile, ...]
    panels: tuple[tuple[str, tuple[Tile, ...]], ...]
    routes: tuple[RouteRow, ...]


class Dashboard:
    """Renders while somebody looks. Fifty that look cost one rendering."""

    def __init__(self, monitor: Monitor, templates: Templates) -> None:
        self._monitor = monitor
        self._templates = templates
        self._subscribers: set[Subscriber] = set()
        self._shown: dict[str, str] = {}

    def close(self) -> None:
        for subscriber in self._subscribers:
            subscriber.close()

    async def run(self) -> None:
        """Tell every dashboard what has changed, once a second."""
        while True:
            await asyncio.sleep(EVERY_S)
            if self._subscribers:
                self.tell()

    def tell(self) -> None:
        fresh = self._rendered()
        changed = {name: html for name, html in fresh.items() if self._shown.get(name) != html}
        self._shown = fresh
        if not changed:
            return
        message = Message(None, _partials(changed))
        for subscriber in list(self._subscribers):
            if not subscriber.send(message):
                self._subscribers.discard(subscriber)

    async def stream(self) -> AsyncGenerator[bytes]:
        """Server-sent events for one dashboard: all tiles, then those that change."""
        subscriber = Subscriber(_Looks())  # type: ignore[arg-type]
        self._subscribers.add(subscriber)
        try:
            if len(self._subscribers) == 1:  # else others have what is shown, and no more
                self._shown = self._rendered()
            number = 1
            yield web.sse(_partials(self._shown), event_id=number)
            while (message := await subscriber.next()) is not None:
                assert isinstance(message, Message)
                number += 1
                yield web.sse(message.html, event_id=number)
        finally:
            self._subscribers.discard(subscriber)

    def _rendered(self) -> dict[str, str]:
        """HTML by the id of its element; the rows as one while routes are added."""
        view = self.view()
        render = self._templates.render
        tiles = [*view.large, *(tile for _, tiles in view.panels for tile in tiles)]
        found = {tile.id: render("partials/_tile.html", tile=tile) for tile in tiles}
        found["routes"] = render("partials/_routes.html", routes=view.routes)
        return found

    def view(self) -> DashboardView:
        now = self._monitor.now
        return DashboardView(
            large=(self._cache(now), self._ratings(now), self._database(now), self._uptime(now)),
            panels=(
                ("Library", self._library()),
                ("From drop to tile", self._timeline()),
                ("Live pages and streams", self._streams(now)),
                ("System", self._system(now)),
            ),
            routes=tuple(route_rows(self._monitor.sources.metrics)),
        )

    def _hour(self, read: Callable[[Sample], float], highest: float | None = None) -> str:
        return spark([read(sample) for sample in self._monitor.seconds], highest=highest)

    def _cache(self, now: Sample) -> Tile:
        found = cache_json(*self._monitor.cache_use)
        rate = self._monitor.hit_rate
        used = found["hits"] + found["misses"]
        level, word = ("good", "Good") if rate >= 70 else ("warning", "Cold")
        if used < 100:
            level, word = "", "Just started"
        detail = f"{words.number(found['hits'])} hits, {words.number(found['misses'])} misses"
        line = self._hour(lambda sample: sample.hit_rate, 100.0)
        return Tile("tile-cache", "Cache health", f"{rate:.1f} %", level, word, detail, line)

    def _ratings(self, now: Sample) -> Tile:
        found = ratings_json(self._monitor.sources.metrics)
        level, word = level_of(found["p95_latency_ms"])
        if not found["request_count"]:
            level, word = "", "None yet"
        detail = (
            f"p95 of the last {words.plural(found['request_count'], 'rating')}, "
            f"average {found['avg_latency_ms']:.1f} ms"
        )
        line = self._hour(lambda sample: sample.ratings_p95_ms)
        value = f"{found['p95_latency_ms']:.1f} ms"
        return Tile("tile-ratings", "Ratings latency", value, level, word, detail, line)

    def _database(self, now: Sample) -> Tile:
        queries = self._monitor.sources.metrics.queries
        level, word = ("good", "Light") if now.queries <= 20 else ("warning", "Heavy")
        detail = f"queries a request, {max(queries, default=0)} at most of the last {len(queries)}"
        line = self._hour(lambda sample: sample.queries)
        return Tile(
            "tile-database", "Database load", f"{now.queries:.1f}", level, word, detail, line
        )

    def _uptime(self, now: Sample) -> Tile:
        metrics = self._monitor.sources.metrics
        recent = sum(sample.errors for sample in list(self._monitor.seconds)[-60:])
        level, word = ("poor", "Failing") if recent >= 1 else ("good", "Running")
        so_far = words.number(metrics.requests)
        detail = f"{now.requests:.0f} requests a second, {so_far} since the start"
        line = self._hour(lambda sample: sample.requests)
        value = humanize.naturaldelta(metrics.uptime_s)
        return Tile("tile-uptime", "Uptime", value, level, word, detail, line)

    def _library(self) -> tuple[Tile, ...]:
        status = self._monitor.sources.status
        made, failed = status.pictures_made, status.pictures_failed
        each_s = status.picture_s / max(made + failed, 1)
        scan, pictures = status.scan, status.pictures
        waiting = max(pictures.total - pictures.done, 0) if pictures.running else 0
        looking = f"{words.number(scan.done)} of {words.number(scan.total)}"
        return (
            _plain("scan", "Scan", "Running" if scan.running else "At rest", looking),
            _plain(
                "waiting",
                "Pictures waiting",
                words.number(waiting),
                f"{status.pictures_busy} queued to workers",
            ),
            _plain("made", "Pictures made", words.number(made), f"{each_s:.2f} s each"),
            Tile(
                "tile-failed",
                "Pictures failed",
                words.number(failed),
                "warning" if failed else "",
                "Look at them" if failed else "None",
                "since the start",
                None,
            ),
        )

    def _timeline(self) -> tuple[Tile, ...]:
        steps = self._monitor.sources.timeline.steps()
        count = len(steps["whole"])
        of = f"p95 of the last {words.plural(count, 'file')}"
        return tuple(
            _plain(f"drop-{name}", title, f"{latency_of(steps[name]).p95_ms / 1000:.2f} s", of)
            for name, title in _STEPS
        )

    def _streams(self, now: Sample) -> tuple[Tile, ...]:
        hub, reader = self._monitor.sources.hub, self._monitor.sources.reader
        lost = f"{words.number(hub.dropped)} dropped, {words.number(hub.resyncs)} told to reload"
        messages = self._hour(lambda sample: sample.messages)
        sent = self._hour(lambda sample: sample.sent_bytes)
        return (
            _plain("pages", "Open pages", words.number(hub.streams), lost),
            _plain(
                "messages",
                "Messages",
                f"{now.messages:.0f}/s",
                f"{words.number(hub.told)} so far",
                messages,
            ),
            _plain(
                "videos",
                "Videos streaming",
                words.number(reader.open),
                f"{words.size(round(now.sent_bytes))}/s",
                sent,
            ),
            _plain(
                "latency",
                "Answers, p95",
                f"{now.p95_ms:.1f} ms",
                "of the last second",
                self._hour(lambda sample: sample.p95_ms),
            ),
        )

    def _system(self, now: Sample) -> tuple[Tile, ...]:
        disks = tuple(
            Tile(
                f"tile-disk-{number}",
                "Data disk" if number == 0 else "Video disk",
                words.size(disk.free_bytes) if disk.total_bytes else "Away",
                "good" if disk.free_bytes > LITTLE_SPACE * disk.total_bytes else "poor",
                "Free" if disk.free_bytes > LITTLE_SPACE * disk.total_bytes else "Nearly full",
                disk.path,
                None,
            )
            for number, disk in enumerate(now.disks)
        )
        read = f"{words.size(round(now.read_bytes))}/s read"
        written = f"{words.size(round(now.written_bytes))}/s written"
        return (
            _plain(
                "cpu",
                "Processor",
                f"{now.cpu_percent:.0f} %",
                "of one core",
                self._hour(lambda sample: sample.cpu_percent),
            ),
            _plain(
                "memory",
                "Memory",
                words.size(now.memory_bytes),
                f"{now.memory_percent:.1f} % of the machine",
                self._hour(lambda sample: float(sample.memory_bytes)),
            ),
            _plain("files", "Open files", words.number(now.open_files), f"{now.threads} threads"),
            _plain("io", "Disk", read, written),
            *disks,
        )


def _plain(name: str, title: str, value: str, detail: str, line: str | None = None) -> Tile:
    """A figure that is neither good nor bad."""
    return Tile(f"tile-{name}", title, value, "", "", detail, line)


def _partials(html: dict[str, str]) -> str:
    return "".join(web.partial(f"#{name}", fragment) for name, fragment in html.items())
