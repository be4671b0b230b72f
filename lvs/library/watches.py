"""A task per root checks that the root is online, and watches its changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from lvs import paths
from lvs.activity import Activity
from lvs.config import ServerConfig
from lvs.library.root_disk import RootDisk
from lvs.library.watcher import Watcher
from lvs.models import Root

log = logging.getLogger(__name__)

CHECK_ROOTS_EVERY_S = 2.0
FAILURES_ALLOWED = 2  # failures in a row, after which the folder is polled
RESTART_S = 1.0  # after a first failure; doubled after each that follows
RESTART_MAX_S = 60.0


class Watches:
    """One watch per root that is there; a root that comes back is scanned."""

    def __init__(
        self,
        config: ServerConfig,
        status: Activity,
        watcher: Watcher,
        roots: Mapping[int, Root],
        disks: Mapping[int, RootDisk],
        check: Callable[[Root], Awaitable[bool]],
        changed: Callable[[Root, set[str]], Awaitable[None]],
        ask_for_scan: Callable[[int], None],
    ) -> None:
        self._config = config
        self._status = status
        self._watcher = watcher
        self._roots = roots
        self._disks = disks
        self._check = check
        self._changed = changed
        self._ask_for_scan = ask_for_scan
        self._standing: dict[int, asyncio.Event] = {}

    def stands(self, root_id: int) -> asyncio.Event:
        """Set while changes of a root are noticed."""
        return self._standing.setdefault(root_id, asyncio.Event())

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for root_id, root in self._roots.items():
                group.create_task(self._run_watch(root_id), name=f"look after {root.name}")

    async def _run_watch(self, root_id: int) -> None:
        watch: asyncio.Task[None] | None = None
        failed = False
        try:
            while True:
                root = self._roots[root_id]
                was_offline = root.offline_since is not None
                try:
                    there = await self._check(root)
                except Exception as error:  # the store failed: it is tried again
                    if not failed:
                        log.warning("Can't check %s: %s", root.path, error, exc_info=error)
                    failed = True
                else:
                    failed = False
                    if there and was_offline:
                        self._ask_for_scan(root_id)
                    watch = self._start_or_stop(self._roots[root_id], watch, there)
                await asyncio.sleep(CHECK_ROOTS_EVERY_S)
        finally:
            if watch is not None:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)

    def _start_or_stop(
        self, root: Root, watch: asyncio.Task[None] | None, there: bool
    ) -> asyncio.Task[None] | None:
        if not there and watch is not None:
            watch.cancel()
            self.stands(root.id).clear()
            self._status.clear_problem(_problem_of(root))
            return None
        if there and (watch is None or watch.done()):
            return asyncio.create_task(self._watch(root), name=f"watch {root.name}")
        return watch

    async def _watch(self, root: Root) -> None:
        if self._config.watch == "off":
            self.stands(root.id).set()
            await asyncio.Event().wait()
        failures = 0
        while True:
            poll = failures >= FAILURES_ALLOWED
            try:
                async for batch in self._watcher.batches(root, self._disks[root.id], poll=poll):
                    if batch:
                        failures = failures if poll else 0
                        await self._bring_up_to_date(root, batch)
                    else:
                        self._now_stands(root)
            except Exception as error:
                self.stands(root.id).clear()
                failures += 1
                self._report(root, error, failures)
                await asyncio.sleep(min(RESTART_S * 2 ** min(failures - 1, 10), RESTART_MAX_S))

    def _now_stands(self, root: Root) -> None:
        self.stands(root.id).set()
        if self._status.scan.started:
            self._ask_for_scan(root.id)

    async def _bring_up_to_date(self, root: Root, batch: set[str]) -> None:
        """What cannot be done now is left to a scan, which is tried until it succeeds."""
        try:
            if "" in batch:
                self._ask_for_scan(root.id)
            else:
                await self._changed(root, batch)
        except Exception as error:
            name = paths.to_words(root.name)
            log.warning("%d changes in %s are left to a scan: %s", len(batch), name, error)
            self._ask_for_scan(root.id)

    def _report(self, root: Root, error: Exception, failures: int) -> None:
        if failures < FAILURES_ALLOWED:
            log.info("Watching %s stopped (%s); restarting", root.path, error)
        elif failures == FAILURES_ALLOWED:
            interval = f"polling every {self._config.poll_interval_s:g} s instead"
            log.warning("No file notifications for %s (%s); %s", root.path, error, interval)
            self._status.report(_problem_of(root), f"No file notifications ({error}); {interval}")
        else:
            log.warning("Changes in %s are not detected: %s", root.path, error)


def _problem_of(root: Root) -> str:
    return f"Changes in {paths.to_words(root.name)}"
