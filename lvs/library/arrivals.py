"""Files that are still being copied: followed until they settle, shown as arriving meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from lvs.library import disk
from lvs.library.status import LibraryStatus
from lvs.models import Arrival, FileStat, Root
from lvs.store.database import now_ms

SETTLE_S = 0.3
SETTLE_ON_NETWORK_S = 2.0
LOOK_EVERY_S = 0.1
OPEN_BUT_QUIET_S = 60.0  # an idle writer does not keep a file out for ever
OLD_ENOUGH_S = 2.0


@dataclass(slots=True)
class _Candidate:
    root: Root
    stat: FileStat
    quiet_since: float
    first_seen: float
    first_seen_ms: int


class Arrivals:
    """Follows files until nobody writes to them, then hands them on in batches per root."""

    def __init__(
        self,
        status: LibraryStatus,
        settled: Callable[[Root, list[FileStat]], Awaitable[object]],
        on_network: Callable[[Root], bool],
    ) -> None:
        self._status = status
        self._settled = settled
        self._on_network = on_network
        self._candidates: dict[tuple[int, str], _Candidate] = {}
        self._wake = asyncio.Event()

    def follow(self, root: Root, stats: Iterable[FileStat]) -> None:
        now = time.monotonic()
        for stat in stats:
            key = (root.id, stat.path)
            if key not in self._candidates:
                self._candidates[key] = _Candidate(root, stat, now, now, now_ms())
        self._wake.set()

    @property
    def busy(self) -> bool:
        return bool(self._candidates)

    @staticmethod
    def looks_settled(stat: FileStat) -> bool:
        """A file that nobody has touched for seconds needs no waiting."""
        return time.time() - stat.mtime_ns / 1e9 > OLD_ENOUGH_S

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._candidates:
                await asyncio.sleep(LOOK_EVERY_S)
                ready = await asyncio.to_thread(self._look)
                self._show()
                for root, stats in ready:
                    await self._settled(root, stats)

    def _look(self) -> list[tuple[Root, list[FileStat]]]:
        ready: dict[int, tuple[Root, list[FileStat]]] = {}
        now = time.monotonic()
        for key, candidate in list(self._candidates.items()):
            stat = disk.look(candidate.root.path, candidate.stat.path)
            if stat is None:
                del self._candidates[key]
            elif stat != candidate.stat:
                candidate.stat, candidate.quiet_since = stat, now
            elif self._has_settled(candidate, now - candidate.quiet_since):
                del self._candidates[key]
                ready.setdefault(candidate.root.id, (candidate.root, []))[1].append(stat)
        return list(ready.values())

    def _has_settled(self, candidate: _Candidate, quiet_s: float) -> bool:
        needed = SETTLE_ON_NETWORK_S if self._on_network(candidate.root) else SETTLE_S
        if quiet_s < needed:
            return False
        writing = disk.is_being_written(candidate.root.path, candidate.stat.path)
        return not writing or quiet_s > OPEN_BUT_QUIET_S

    def _show(self) -> None:
        now = time.monotonic()
        arrivals = tuple(
            Arrival(c.root.id, c.stat.path, c.stat.size, c.first_seen_ms)
            for c in self._candidates.values()
            if now - c.first_seen > SETTLE_S * 1.5
        )
        if arrivals != self._status.arrivals:
            self._status.arrivals = arrivals
            self._status.changed()
