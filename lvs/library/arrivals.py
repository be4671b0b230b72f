"""Files that are still being copied: followed until they settle, shown as arriving meanwhile."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lvs import paths
from lvs.activity import Activity
from lvs.library import filesystem
from lvs.library.ingest import batches
from lvs.library.root_disk import RootDisk
from lvs.models import Arrival, FileStat, Root
from lvs.store.writer import now_ms

log = logging.getLogger(__name__)

SETTLE_S = 0.3
SETTLE_ON_NETWORK_S = 2.0
CHECK_EVERY_S = 0.1
CHECK_SHARE = 5  # checks take at most this part (1/n) of the time
OPEN_BUT_QUIET_S = 60.0  # a file that stays open without writes is ingested, too
OLD_ENOUGH_S = 2.0
FOLLOWED = 10_000  # files per folder; a scan finds the rest when these are complete
RETRY_S = 1.0  # after a first failure; doubled after each that follows
RETRY_MAX_S = 30.0


@dataclass(slots=True)
class _Candidate:
    stat: FileStat
    quiet_since: float
    first_seen: float
    first_seen_ms: int
    unreadable_since: float | None = None


@dataclass(slots=True)
class _Followed:
    """The candidates of a root by path. After a failure none is checked until `retry_at`."""

    root: Root
    candidates: dict[str, _Candidate] = field(default_factory=dict)
    too_many: bool = False
    step: asyncio.Task[None] | None = None
    next_check: float = 0.0
    failures: int = 0


class Arrivals:
    """Follows files until nobody writes to them, then hands them on in batches per root.

    A file is followed until `settled` has stored it: while that raises, it is tried again, with
    pauses that grow. Each root is checked separately. `missed` is called with a root when more
    files came than are followed.
    """

    def __init__(
        self,
        status: Activity,
        disks: Mapping[int, RootDisk],
        settled: Callable[[Root, Sequence[FileStat]], Awaitable[object]],
        on_network: Callable[[Root], bool],
        missed: Callable[[Root], None],
    ) -> None:
        self._status = status
        self._disks = disks
        self._settled = settled
        self._on_network = on_network
        self._missed = missed
        self._followed: dict[int, _Followed] = {}
        self._wake = asyncio.Event()

    def follow(self, root: Root, stats: Iterable[FileStat]) -> None:
        now = time.monotonic()
        followed = self._followed.setdefault(root.id, _Followed(root))
        for stat in stats:
            candidate = followed.candidates.get(stat.path)
            if candidate is not None:
                if candidate.stat != stat:  # also while the previous file is being stored
                    candidate.stat, candidate.quiet_since = stat, now
                continue
            if len(followed.candidates) >= FOLLOWED:
                followed.too_many = True
                break
            followed.candidates[stat.path] = _Candidate(stat, now, now, now_ms())
        self._wake.set()

    @property
    def busy(self) -> bool:
        return any(followed.candidates for followed in self._followed.values())

    @staticmethod
    def seems_settled(stat: FileStat) -> bool:
        """A file that nobody has touched for seconds needs no waiting."""
        return time.time() - stat.mtime_ns / 1e9 > OLD_ENOUGH_S

    async def run(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self.busy:
                    self._start_probes()
                    await asyncio.sleep(CHECK_EVERY_S)
                    self._show()
        finally:
            for followed in self._followed.values():
                if followed.step is not None:
                    followed.step.cancel()

    def _start_probes(self) -> None:
        now = time.monotonic()
        for followed in self._followed.values():
            is_idle = followed.step is None or followed.step.done()
            if followed.candidates and is_idle and now >= followed.next_check:
                name = f"arrivals in {followed.root.name}"
                followed.step = asyncio.create_task(self._step(followed), name=name)

    async def _step(self, followed: _Followed) -> None:
        """Check the followed files of one root and pass on those that have settled."""
        root, began = followed.root, time.monotonic()
        try:
            ready = await self._disks[root.id].run(
                "arrivals", self._stat_candidates, root, dict(followed.candidates)
            )
            for path in [path for path, stat in ready.items() if stat is None]:
                followed.candidates.pop(path, None)
            stats = [stat for stat in ready.values() if stat is not None]
            for batch in batches(stats):
                await self._settled(root, batch)
                for stat in batch:
                    self._stop_following(followed, stat)
        except Exception as error:
            self._pause(followed, error)
        else:
            self._went_well(followed, time.monotonic() - began)

    @staticmethod
    def _stop_following(followed: _Followed, stored: FileStat) -> None:
        """Follow a file no longer, unless it has changed since it was stored."""
        candidate = followed.candidates.get(stored.path)
        if candidate is not None and candidate.stat == stored:
            del followed.candidates[stored.path]

    def _pause(self, followed: _Followed, error: Exception) -> None:
        pause_s = min(RETRY_S * 2**followed.failures, RETRY_MAX_S)
        followed.failures = min(followed.failures + 1, 10)
        followed.next_check = time.monotonic() + pause_s
        if followed.failures == 1:
            count, name = len(followed.candidates), paths.to_words(followed.root.name)
            log.warning("%d new files in %s are not stored yet: %s", count, name, error)
            self._status.report(_problem_name(followed), f"{error} Retrying.")

    def _went_well(self, followed: _Followed, took_s: float) -> None:
        followed.next_check = time.monotonic() + took_s * (CHECK_SHARE - 1)
        if followed.failures:
            followed.failures = 0
            self._status.clear_problem(_problem_name(followed))
        if followed.too_many and not followed.candidates:
            followed.too_many = False
            self._missed(followed.root)

    def _stat_candidates(
        self, root: Root, candidates: Mapping[str, _Candidate]
    ) -> dict[str, FileStat | None]:
        """The files that have settled, and None for those that are missing."""
        found: dict[str, FileStat | None] = {}
        needed_s = SETTLE_ON_NETWORK_S if self._on_network(root) else SETTLE_S
        now = time.monotonic()
        for path, candidate in candidates.items():
            try:
                stat = filesystem.stat_file(root.path, path)
            except OSError as error:
                if not self._may_yet_be_read(candidate, now):
                    name = paths.to_words(f"{root.name}/{path}")
                    log.warning("Skipped %s: %s", name, error.strerror)
                    found[path] = None
                continue
            candidate.unreadable_since = None
            if stat is None:
                found[path] = None
            elif stat != candidate.stat:
                candidate.stat, candidate.quiet_since = stat, now
            elif _has_settled(root, candidate, now - candidate.quiet_since, needed_s):
                found[path] = stat
        return found

    @staticmethod
    def _may_yet_be_read(candidate: _Candidate, now: float) -> bool:
        candidate.quiet_since = now
        candidate.unreadable_since = candidate.unreadable_since or now
        return now - candidate.unreadable_since < OPEN_BUT_QUIET_S

    def _show(self) -> None:
        now = time.monotonic()
        arrivals = tuple(
            Arrival(followed.root.id, c.stat.path, c.stat.size, c.first_seen_ms)
            for followed in self._followed.values()
            for c in followed.candidates.values()
            if now - c.first_seen > SETTLE_S * 1.5
        )
        if arrivals != self._status.arrivals:
            self._status.arrivals = arrivals
            self._status.changed()


def _problem_name(followed: _Followed) -> str:
    return f"New files in {paths.to_words(followed.root.name)}"


def _has_settled(root: Root, candidate: _Candidate, quiet_s: float, needed_s: float) -> bool:
    if quiet_s < needed_s:
        return False
    return (
        not filesystem.is_being_written(root.path, candidate.stat.path)
        or quiet_s > OPEN_BUT_QUIET_S
    )
