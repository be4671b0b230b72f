"""Notices of changes on disk, from the system or by polling, as batches of relative paths."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from watchfiles import Change, watch
from watchfiles._rust_notify import WatchfilesRustInternalError
from watchfiles.main import FileChange

from lvs import paths
from lvs.config import ServerConfig
from lvs.library import disk
from lvs.models import Root

GROUP_MS = 200  # changes within this time are one batch; watchfiles' own default is 1,600
STEP_MS = 20
ANSWER_MS = 200  # how soon a new watch is known to stand
POLL_RESOLUTION_S = 1.1


class Watcher:
    """Watches roots, each in a thread of its own: setting up a watch walks the whole folder."""

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._network: dict[str, bool] = {}

    def polls(self, root: Root) -> bool:
        """Whether this root is polled: when asked for, or on a network mount."""
        if self._config.watch == "polling":
            return True
        return self._config.watch == "auto" and self.on_network(root)

    def on_network(self, root: Root) -> bool:
        if root.path not in self._network:
            self._network[root.path] = disk.is_on_network(root.path)
        return self._network[root.path]

    async def batches(self, root: Root) -> AsyncGenerator[set[str]]:
        """Sets of paths that changed, relative to the root; an empty one says the watch stands.

        Raises OSError when the system gives no notices (too many folders, no support).
        """
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[set[FileChange]] = asyncio.Queue()
        stop = threading.Event()

        def run() -> None:
            lost: set[FileChange] = set()
            again = _Again(self.polls(root))
            while not stop.is_set():
                try:
                    for changes in self._changes(root, stop):
                        known = changes | lost | again.due(changes)
                        loop.call_soon_threadsafe(queue.put_nowait, known)
                        lost = set()
                except WatchfilesRustInternalError:
                    # A name that is not UTF-8 ends the watch (watchfiles 1.3). The next one
                    # stands at once; what was missed between the two is looked for.
                    lost = {(Change.modified, root.path)}

        with ThreadPoolExecutor(1, f"watch {root.name}") as thread:
            running = loop.run_in_executor(thread, run)
            try:
                stands = False
                while True:
                    changes = await _next(queue, running)
                    if changes or not stands:
                        yield {os.path.relpath(path, root.path) for _, path in changes}
                    stands = True
            finally:
                stop.set()

    def _changes(self, root: Root, stop: threading.Event) -> Iterator[set[FileChange]]:
        return watch(
            root.path,
            watch_filter=_concerns_us(root.path),
            debounce=GROUP_MS,
            step=STEP_MS,
            stop_event=stop,
            rust_timeout=ANSWER_MS,
            yield_on_timeout=True,
            force_polling=self.polls(root),
            poll_delay_ms=round(self._config.poll_interval_s * 1000),
            ignore_permission_denied=True,
            raise_interrupt=False,
        )


class _Again:
    """Polling compares times to the second (watchfiles 1.3): what changes twice within one would be
    missed, so each change is told again when its second is over."""

    def __init__(self, needed: bool) -> None:
        self._needed = needed
        self._told: deque[tuple[float, set[FileChange]]] = deque()

    def due(self, changes: set[FileChange]) -> set[FileChange]:
        """What to tell again now; `changes` are told now for the first time."""
        now = time.monotonic()
        if changes and self._needed:
            self._told.append((now + POLL_RESOLUTION_S, changes))
        due: set[FileChange] = set()
        while self._told and self._told[0][0] <= now:
            due |= self._told.popleft()[1]
        return due


async def _next(
    queue: asyncio.Queue[set[FileChange]], running: asyncio.Future[None]
) -> set[FileChange]:
    """The next changes, or the error that ended the watch."""
    getting = asyncio.ensure_future(queue.get())
    waits: list[asyncio.Future[Any]] = [getting, running]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if getting.done():
            return getting.result()
        running.result()
        raise OSError("the watch ended")
    finally:
        getting.cancel()


def _concerns_us(root: str) -> Callable[[Change, str], bool]:
    """Videos, and names without a known extension, which may be folders; nothing hidden."""
    prefix = root.rstrip("/") + "/"

    def concerns_us(_: Change, path: str) -> bool:
        relative = path.removeprefix(prefix)
        if paths.is_hidden(relative):
            return False
        name = relative.rpartition("/")[2]
        return paths.is_video_name(name) or "\ufffd" in name or _may_be_folder(path, name)

    return concerns_us


def _may_be_folder(path: str, name: str) -> bool:
    extension = os.path.splitext(name)[1]
    return not extension or not os.path.isfile(path)  # noqa: PTH113
