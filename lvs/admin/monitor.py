"""The state of the server once a second, and how it was over the last hour and day.

One task reads psutil; requests never do. All history is in memory and bounded.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import humanize
import psutil

from lvs.activity import Activity
from lvs.caches import Cache, hit_rate
from lvs.config import ServerConfig
from lvs.events import Topic
from lvs.library.ingest_timing import IngestTimings
from lvs.live.hub import Hub
from lvs.metrics import Metrics, latency_of
from lvs.streaming.files import FileReader

T = TypeVar("T")

SECONDS_KEPT = 3600
MINUTES_KEPT = 24 * 60
DISKS_EVERY_S = 10
LITTLE_SPACE = 0.05  # a disk is nearly full with less than this part free,
LITTLE_SPACE_BYTES = 1 << 30  # and less than this


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures come from."""

    config: ServerConfig
    metrics: Metrics
    status: Activity
    ingest_timings: IngestTimings
    hub: Hub
    reader: FileReader
    caches: Mapping[str, Cache[Any, Any]]
    events: Counter[Topic]


@dataclass(frozen=True, slots=True)
class Disk:
    """The space of the file system that holds a folder; zeros while it is offline."""

    path: str
    free_bytes: int
    total_bytes: int

    @property
    def is_nearly_full(self) -> bool:
        return self.free_bytes < min(LITTLE_SPACE * self.total_bytes, LITTLE_SPACE_BYTES)


@dataclass(frozen=True, slots=True)
class RequestRates:
    """Requests of a second. `p95_ms` is of these requests, 0 for none; `queries` are the mean per
    request, `hit_rate` is a percentage."""

    requests: float = 0.0
    errors: float = 0.0
    p95_ms: float = 0.0
    ratings_p95_ms: float = 0.0
    queries: float = 0.0
    hit_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class StreamRates:
    """What open pages and players got in a second; `topics` are events by topic."""

    messages: float = 0.0
    sent_bytes: float = 0.0
    topics: tuple[tuple[Topic, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """What the server itself uses; `read_bytes` and `written_bytes` are per second."""

    cpu_percent: float = 0.0
    memory_bytes: int = 0
    memory_percent: float = 0.0
    threads: int = 0
    open_files: int = 0
    read_bytes: float = 0.0
    written_bytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment, in Unix time. Rates are over the second before it."""

    at: float = 0.0
    web: RequestRates = RequestRates()
    streams: StreamRates = StreamRates()
    process: ProcessFigures = ProcessFigures()
    disks: tuple[Disk, ...] = ()


@dataclass(slots=True)
class _Totals:
    """Counters as they were a second ago."""

    at: float = field(default_factory=time.monotonic)
    requests: int = 0
    errors: int = 0
    messages_sent: int = 0
    sent: int = 0
    read: int = 0
    written: int = 0
    events: Counter[Topic] = field(default_factory=Counter)


class Monitor:
    """`seconds` and `minutes` are the history, oldest first."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.seconds: deque[Sample] = deque(maxlen=SECONDS_KEPT)
        self.minutes: deque[Sample] = deque(maxlen=MINUTES_KEPT)
        self._minute: list[Sample] = []
        self._process = psutil.Process()
        self._last = _Totals()
        self._disks: tuple[Disk, ...] = ()

    @property
    def now(self) -> Sample:
        return self.seconds[-1] if self.seconds else Sample()

    async def run(self) -> None:
        """Take a sample every second."""
        due = time.monotonic()
        while True:
            if len(self.seconds) % DISKS_EVERY_S == 0:
                self._disks = await asyncio.to_thread(self._sample_disks)
                self.sources.status.set_full_disk(_said_of(self._disks))
            self.take()
            due = max(due + 1, time.monotonic())
            await asyncio.sleep(due - time.monotonic())

    def take(self) -> Sample:
        """Take a sample, add it to the history and return it."""
        metrics, hub, reader = self.sources.metrics, self.sources.hub, self.sources.reader
        last, now = self._last, time.monotonic()
        passed = max(now - last.at, 1e-3)
        read, written = self._disk_use()
        sample = Sample(
            at=time.time(),
            web=RequestRates(
                requests=(metrics.requests - last.requests) / passed,
                errors=(metrics.errors - last.errors) / passed,
                p95_ms=self._p95_of_latest(metrics.requests - last.requests),
                ratings_p95_ms=latency_of(metrics.ratings_post).p95_ms,
                queries=sum(metrics.queries) / max(len(metrics.queries), 1),
                hit_rate=self.hit_rate,
            ),
            streams=StreamRates(
                messages=(hub.sent - last.messages_sent) / passed,
                sent_bytes=(reader.sent_bytes - last.sent) / passed,
                topics=tuple(
                    (topic, (count - last.events[topic]) / passed)
                    for topic, count in sorted(self.sources.events.items())
                ),
            ),
            process=self._process_figures(
                read_bytes=(read - last.read) / passed if last.read else 0.0,
                written_bytes=(written - last.written) / passed if last.read else 0.0,
            ),
            disks=self._disks,
        )
        self._last = _Totals(
            now,
            metrics.requests,
            metrics.errors,
            hub.sent,
            reader.sent_bytes,
            read,
            written,
            self.sources.events.copy(),
        )
        self._keep(sample)
        return sample

    def _keep(self, sample: Sample) -> None:
        self.seconds.append(sample)
        self._minute.append(sample)
        if len(self._minute) == 60:
            self.minutes.append(_as_one(self._minute))
            self._minute.clear()

    def _process_figures(self, *, read_bytes: float, written_bytes: float) -> ProcessFigures:
        process, last = self._process, self.now.process
        with process.oneshot():
            return ProcessFigures(
                cpu_percent=_ask(process.cpu_percent, last.cpu_percent),
                memory_bytes=_ask(lambda: process.memory_info().rss, last.memory_bytes),
                memory_percent=_ask(process.memory_percent, last.memory_percent),
                threads=_ask(process.num_threads, last.threads),
                open_files=_ask(lambda: _open_files(process), last.open_files),
                read_bytes=read_bytes,
                written_bytes=written_bytes,
            )

    def _disk_use(self) -> tuple[int, int]:
        """(bytes read, bytes written) since the start."""
        last = self._last.read, self._last.written
        if not hasattr(self._process, "io_counters"):
            return last
        found = _ask(self._process.io_counters, None)
        return (found.read_bytes, found.write_bytes) if found is not None else last

    @property
    def cache_use(self) -> tuple[int, int]:
        """(hits, misses) of all caches together."""
        caches = self.sources.caches.values()
        return sum(cache.hits for cache in caches), sum(cache.misses for cache in caches)

    @property
    def hit_rate(self) -> float:
        """Of all caches together, in percent."""
        return hit_rate(*self.cache_use)

    def _p95_of_latest(self, count: int) -> float:
        latest = self.sources.metrics.latest
        count = min(count, len(latest))
        return latency_of(list(latest)[-count:]).p95_ms if count else 0.0

    def _sample_disks(self) -> tuple[Disk, ...]:
        config = self.sources.config
        found = []
        for folder in (config.data_directory, *config.video_directory):
            try:
                usage = shutil.disk_usage(folder)
                found.append(Disk(str(folder), usage.free, usage.total))
            except OSError:
                found.append(Disk(str(folder), 0, 0))
        return tuple(found)


def _as_one(samples: Sequence[Sample]) -> Sample:
    """A minute: its last sample, with the mean of what is a rate and the highest p95."""

    def mean(read: Callable[[Sample], float]) -> float:
        return statistics.fmean(map(read, samples))

    last = samples[-1]
    return replace(
        last,
        web=replace(
            last.web,
            requests=mean(lambda s: s.web.requests),
            errors=mean(lambda s: s.web.errors),
            p95_ms=max(s.web.p95_ms for s in samples),
        ),
        streams=replace(
            last.streams,
            messages=mean(lambda s: s.streams.messages),
            sent_bytes=mean(lambda s: s.streams.sent_bytes),
        ),
        process=replace(
            last.process,
            cpu_percent=mean(lambda s: s.process.cpu_percent),
            read_bytes=mean(lambda s: s.process.read_bytes),
            written_bytes=mean(lambda s: s.process.written_bytes),
        ),
    )


def _ask(read: Callable[[], T], last: T) -> T:
    """A figure of the system; the last one while it cannot be had, as without free descriptors."""
    try:
        return read()
    except (OSError, psutil.Error):
        return last


def _said_of(disks: Sequence[Disk]) -> str:
    """The message about the data disk, the first one; empty while it has space."""
    if not disks or not disks[0].is_nearly_full:
        return ""
    free = humanize.naturalsize(disks[0].free_bytes, binary=False)
    return f"Only {free} left on the disk of the data folder {disks[0].path}."


def _open_files(process: psutil.Process) -> int:
    return process.num_fds() if os.name == "posix" else len(process.open_files())
