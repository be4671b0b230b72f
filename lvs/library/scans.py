"""When each root is scanned: at the start, whenever asked, and again after a scan that failed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from lvs import paths
from lvs.activity import Activity
from lvs.library.root_disk import RootDisk
from lvs.library.scanner import FolderOfflineError, Scanner
from lvs.models import Root
from lvs.store import Store, roots

log = logging.getLogger(__name__)

WATCH_BEFORE_SCAN_S = 2.0
RETRY_S = 2.0  # after a first failure; doubled after each that follows
RETRY_MAX_S = 60.0


class Scans:
    """Scans every root by itself, so that one that fails or hangs holds up no other."""

    def __init__(
        self,
        store: Store,
        scanner: Scanner,
        status: Activity,
        known_roots: Mapping[int, Root],
        disks: Mapping[int, RootDisk],
        check: Callable[[Root], Awaitable[bool]],
    ) -> None:
        self._store = store
        self._scanner = scanner
        self._status = status
        self._roots = known_roots
        self._disks = disks
        self._check = check
        self._wanted: dict[int, asyncio.Event] = {}
        self._locks: dict[int, asyncio.Lock] = {}
        self._running = 0

    def ask(self, root_id: int | None = None) -> None:
        """Have a root scanned soon, or all of them."""
        for each in self._roots if root_id is None else (root_id,):
            self._wanted_of(each).set()

    async def run(self, stands: Callable[[int], asyncio.Event]) -> None:
        """Scan at the start and whenever asked; a scan that failed is tried again by itself.

        The watch of a root stands first, where it is quick to: nothing then falls between the
        two. A watch that stands later asks for another scan.
        """
        async with asyncio.TaskGroup() as group:
            for root in self._roots.values():
                task = self._keep_scanning(root, stands(root.id))
                group.create_task(task, name=f"scans of {root.name}")

    async def _keep_scanning(self, root: Root, stands: asyncio.Event) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WATCH_BEFORE_SCAN_S):
                await stands.wait()
        wanted, failures = self._wanted_of(root.id), 0
        problem = f"Scan of {paths.to_words(root.name)}"
        wanted.set()
        while True:
            await wanted.wait()
            wanted.clear()
            try:
                await self.scan(root.id)
            except FolderOfflineError:  # a scan starts when it is online again
                continue
            except Exception as error:
                if not failures:
                    log.warning("%s failed: %s", problem, error, exc_info=error)
                self._status.report(problem, f"{error} Retrying.")
                wanted.set()
                await asyncio.sleep(min(RETRY_S * 2**failures, RETRY_MAX_S))
                failures = min(failures + 1, 10)
            else:
                failures = 0
                self._status.clear_problem(problem)

    async def scan_all(self) -> None:
        """Scan every root that is there, all at once. Raises what the first one to fail raised."""
        done = await asyncio.gather(
            *(self.scan(root_id) for root_id in self._roots), return_exceptions=True
        )
        for error in done:
            if isinstance(error, BaseException) and not isinstance(error, FolderOfflineError):
                raise error

    async def scan(self, root_id: int) -> None:
        """Scan a root, if it is there; the progress shows on pages and in the terminal."""
        async with self._lock_of(root_id), self._progress(root_id):
            root = self._roots[root_id]
            if not await self._check(root):
                return
            await self._scanner.scan(self._roots[root_id])
            state = await self._disks[root_id].state()
            if state is not None:
                await self._store.write(roots.set_scanned, root_id, state.identity)

    @contextlib.asynccontextmanager
    async def _progress(self, root_id: int) -> AsyncIterator[None]:
        progress = self._status.scan
        if not self._running:
            progress.start()
        self._running += 1
        counting = asyncio.create_task(self._count(root_id), name="count videos")
        try:
            yield
        finally:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)
            self._running -= 1
            progress.running = self._running > 0
            self._status.changed()

    async def _count(self, root_id: int) -> None:
        async for listing in self._disks[root_id].listings(stat=False):
            self._status.scan.total += listing.count

    def _wanted_of(self, root_id: int) -> asyncio.Event:
        return self._wanted.setdefault(root_id, asyncio.Event())

    def _lock_of(self, root_id: int) -> asyncio.Lock:
        return self._locks.setdefault(root_id, asyncio.Lock())
