"""The monitor's figures for the dashboard: tiles, and a row for each route and new file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import humanize

from lvs import formatting, paths
from lvs.admin.figures import RouteRow, Tile, cache_json, level_of, ratings_json, route_rows, spark
from lvs.admin.monitor import Monitor, Sample
from lvs.events import Topic
from lvs.library.ingest_timing import IngestTiming
from lvs.metrics import latency_of

TIMINGS_SHOWN = 12
NOTHING = "\N{EN DASH}"  # shown until there is a figure
STEPS = {
    "settling": "Copy settled",
    "storing": "Indexed",
    "facts": "Probed",
    "thumbnails": "Thumbnails",
    "push": "Pushed",
}


@dataclass(frozen=True, slots=True)
class IngestRow:
    """The latency of a new file: seconds in all, and each step as (name, label, seconds, part of
    the slowest file shown in percent)."""

    name: str
    whole: str
    steps: tuple[tuple[str, str, str, float], ...]


@dataclass(frozen=True, slots=True)
class DashboardView:
    """All that changes each second: four large figures, panels of tiles, the timing of the newest
    files, and a row for each route."""

    large: tuple[Tile, ...]
    panels: tuple[tuple[str, str, tuple[Tile, ...]], ...]
    timings: tuple[IngestRow, ...]
    routes: tuple[RouteRow, ...]

    @property
    def tiles(self) -> list[Tile]:
        return [*self.large, *(tile for _, _, tiles in self.panels for tile in tiles)]


def dashboard_view(monitor: Monitor, dashboards: int = 0) -> DashboardView:
    """`dashboards` are the streams of open dashboards, which the hub does not know."""
    return DashboardView(
        large=(_cache(monitor), _ratings(monitor), _database(monitor), _uptime(monitor)),
        panels=(
            ("library", "Library", _library(monitor)),
            ("ingest", "New-file latency", _ingest(monitor)),
            ("live", "Live pages and streams", _streams(monitor, dashboards)),
            ("system", "System", _system(monitor)),
            ("day", "Last 24 hours", _day(monitor)),
        ),
        timings=_timings(list(monitor.sources.ingest_timings.done)[-TIMINGS_SHOWN:][::-1]),
        routes=tuple(route_rows(monitor.sources.metrics)),
    )


def _hour(monitor: Monitor, read: Callable[[Sample], float], highest: float | None = None) -> str:
    return spark([read(sample) for sample in monitor.seconds], highest=highest)


def _plain(name: str, title: str, value: str, detail: str, line: str | None = None) -> Tile:
    """A figure that is neither good nor bad."""
    return Tile(f"tile-{name}", title, value, "", "", detail, line)


# --- the large ones ---


def _cache(monitor: Monitor) -> Tile:
    found = cache_json(*monitor.cache_use)
    rate = monitor.hit_rate
    level, word = ("good", "Good") if rate >= 70 else ("", "Low")
    if found["hits"] + found["misses"] < 100:
        level, word = "", "Just started"
    detail = f"{formatting.number(found['hits'])} hits, {formatting.number(found['misses'])} misses"
    line = _hour(monitor, lambda sample: sample.web.hit_rate, 100.0)
    return Tile("tile-cache", "Cache hits", f"{rate:.1f} %", level, word, detail, line)


def _ratings(monitor: Monitor) -> Tile:
    found = ratings_json(monitor.sources.metrics)
    level, word = level_of(found["p95_latency_ms"])
    value = f"{found['p95_latency_ms']:.1f} ms"
    if not found["request_count"]:
        level, word, value = "", "None yet", NOTHING
    detail = (
        f"p95 of the last {formatting.plural(found['request_count'], 'rating')}, "
        f"average {found['avg_latency_ms']:.1f} ms"
    )
    line = _hour(monitor, lambda sample: sample.web.ratings_p95_ms)
    return Tile("tile-ratings", "Ratings latency", value, level, word, detail, line)


def _database(monitor: Monitor) -> Tile:
    queries, average = monitor.sources.metrics.queries, monitor.now.web.queries
    level, word = ("good", "Normal") if average <= 20 else ("", "High")
    detail = (
        f"max {max(queries, default=0)} in the last {formatting.plural(len(queries), 'request')}"
    )
    line = _hour(monitor, lambda sample: sample.web.queries)
    return Tile("tile-database", "Queries per request", f"{average:.1f}", level, word, detail, line)


def _uptime(monitor: Monitor) -> Tile:
    metrics = monitor.sources.metrics
    recent = sum(sample.web.errors for sample in list(monitor.seconds)[-60:])
    level, word = ("poor", "Failing: see errors") if recent >= 1 else ("good", "Running")
    so_far = formatting.number(metrics.requests)
    detail = f"{monitor.now.web.requests:.0f} requests/s, {so_far} since start"
    line = _hour(monitor, lambda sample: sample.web.requests)
    value = humanize.naturaldelta(metrics.uptime_s)
    url = "#maintenance-errors" if recent >= 1 else ""
    return Tile("tile-uptime", "Uptime", value, level, word, detail, line, url)


# --- the panels ---


def _library(monitor: Monitor) -> tuple[Tile, ...]:
    status = monitor.sources.status
    made, failed = status.thumbnails_made, status.thumbnails_failed
    each_s = status.thumbnail_s / max(made + failed, 1)
    scan = status.scan
    checking = f"{formatting.number(scan.done)} of {formatting.number(scan.total)}"
    return (
        _plain("scan", "Scan", "Running" if scan.running else "Idle", checking),
        _plain(
            "waiting",
            "Thumbnails queued",
            formatting.number(status.thumbnails_waiting),
            f"{status.thumbnails_busy} with workers",
        ),
        _plain("made", "Thumbnails created", formatting.number(made), f"{each_s:.2f} s each"),
        Tile(
            "tile-failed",
            "Thumbnails failed",
            formatting.number(failed),
            "warning" if failed else "",
            "See failed files" if failed else "None",
            "since start",
            None,
            "/admin/maintenance#maintenance-failed" if failed else "",
        ),
    )


def _ingest(monitor: Monitor) -> tuple[Tile, ...]:
    done = monitor.sources.ingest_timings.done
    of = f"p95 of the last {formatting.plural(len(done), 'file')}" if done else "no file yet"
    steps = [timing.steps for timing in done]
    seconds = {"whole": [timing.whole for timing in done]}
    seconds |= {name: [step[name] for step in steps] for name in STEPS}
    return tuple(
        _plain(f"ingest-{name}", title, _seconds(seconds[name]), of)
        for name, title in {"whole": "Total", **STEPS}.items()
    )


def _seconds(samples: list[float]) -> str:
    return f"{latency_of(samples).p95_ms / 1000:.2f} s" if samples else NOTHING


def _timings(timings: list[IngestTiming]) -> tuple[IngestRow, ...]:
    longest = max((timing.whole for timing in timings), default=0.0) or 1.0
    return tuple(
        IngestRow(
            paths.to_words(timing.path),
            f"{timing.whole:.2f}",
            tuple(
                (name, STEPS[name], f"{seconds:.2f}", round(100 * seconds / longest, 1))
                for name, seconds in timing.steps.items()
            ),
        )
        for timing in timings
    )


def _streams(monitor: Monitor, dashboards: int) -> tuple[Tile, ...]:
    hub, reader, now = monitor.sources.hub, monitor.sources.reader, monitor.now
    lost = f"{formatting.number(hub.dropped)} dropped, {formatting.number(hub.resyncs)} resynced"
    messages = _hour(monitor, lambda sample: sample.streams.messages)
    return (
        _plain("pages", "Open pages", formatting.number(hub.streams + dashboards), lost),
        _plain(
            "messages",
            "Messages",
            f"{now.streams.messages:.0f}/s",
            f"{formatting.number(hub.sent)} so far",
            messages,
        ),
        _plain(
            "events",
            "Events",
            f"{sum(rate for _, rate in now.streams.topics):.0f}/s",
            _topics(now.streams.topics, monitor.sources.events),
            _hour(monitor, lambda sample: sum(rate for _, rate in sample.streams.topics)),
        ),
        _plain(
            "videos",
            "Videos streaming",
            formatting.number(reader.open),
            f"{formatting.size(round(now.streams.sent_bytes))}/s",
            _hour(monitor, lambda sample: sample.streams.sent_bytes),
        ),
        _plain(
            "latency",
            "Response time, p95",
            f"{now.web.p95_ms:.1f} ms",
            "last second",
            _hour(monitor, lambda sample: sample.web.p95_ms),
        ),
    )


def _topics(rates: Iterable[tuple[Topic, float]], totals: Counter[Topic]) -> str:
    """Events a second by what they are about; at rest, how many there have been."""
    moving = [f"{topic} {rate:.0f}" for topic, rate in rates if rate >= 0.5]
    return ", ".join(moving) or f"{formatting.number(totals.total())} so far"


def _system(monitor: Monitor) -> tuple[Tile, ...]:
    now, process = monitor.now, monitor.now.process
    disks = tuple(
        Tile(
            f"tile-disk-{number}",
            "Data disk" if number == 0 else "Video disk",
            formatting.size(disk.free_bytes) if disk.total_bytes else "Offline",
            "poor" if disk.is_nearly_full or not disk.total_bytes else "good",
            "Nearly full" if disk.is_nearly_full else "Free" if disk.total_bytes else "",
            disk.path,
            None,
        )
        for number, disk in enumerate(now.disks)
    )
    written = f"read, {formatting.size(round(process.written_bytes))}/s written"
    return (
        _plain(
            "cpu",
            "CPU",
            f"{process.cpu_percent:.0f} %",
            "of one core",
            _hour(monitor, lambda sample: sample.process.cpu_percent),
        ),
        _plain(
            "memory",
            "Memory",
            formatting.size(process.memory_bytes),
            f"{process.memory_percent:.1f} % of the system",
            _hour(monitor, lambda sample: float(sample.process.memory_bytes)),
        ),
        _plain(
            "files",
            "Open files",
            formatting.number(process.open_files),
            f"{process.threads} threads",
        ),
        _plain("io", "Disk", f"{formatting.size(round(process.read_bytes))}/s", written),
        *disks,
    )


def _day(monitor: Monitor) -> tuple[Tile, ...]:
    minutes = list(monitor.minutes)

    def tile(name: str, title: str, read: Callable[[Sample], float], said: str) -> Tile:
        if not minutes:
            return _plain(f"day-{name}", title, NOTHING, "no data yet", "")
        highest = said.format(max(map(read, minutes)))
        line = spark([read(sample) for sample in minutes])
        return _plain(f"day-{name}", title, highest, "peak minute", line)

    return (
        tile("requests", "Requests", lambda sample: sample.web.requests, "{:.0f}/s"),
        tile("latency", "Response time, p95", lambda sample: sample.web.p95_ms, "{:.1f} ms"),
        tile("sent", "Video sent", lambda sample: sample.streams.sent_bytes / 1e6, "{:.1f} MB/s"),
        tile("cpu", "CPU", lambda sample: sample.process.cpu_percent, "{:.0f} %"),
        tile("memory", "Memory", lambda sample: sample.process.memory_bytes / 1e6, "{:.0f} MB"),
        tile("errors", "Errors", lambda sample: sample.web.errors, "{:.2f}/s"),
    )
