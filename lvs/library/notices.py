"""Notices of changes from the system where there is no inotify: on macOS, by watchfiles.

watchfiles holds the interpreter lock while it sets up a watch. FSEvents needs no walk for that;
inotify does, which is why Linux has `lvs.library.inotify`.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

from watchfiles import Change, watch

from lvs import kinds, paths

GROUP_MS = 200  # changes within this time are one batch; watchfiles' own default is 1,600
STEP_MS = 20
ANSWER_MS = 200  # how soon a new watch is known to be ready


class Notices:
    """The notices of one root."""

    def __init__(self, root: str) -> None:
        self._root = root

    async def changes(self) -> AsyncGenerator[set[str]]:
        """As `watcher.Source.changes`; raises whatever ends the watch."""
        loop, stop = asyncio.get_running_loop(), threading.Event()
        all_watched = watch(
            self._root,
            watch_filter=self._concerns_us,
            debounce=GROUP_MS,
            step=STEP_MS,
            stop_event=stop,
            rust_timeout=ANSWER_MS,
            yield_on_timeout=True,
            force_polling=False,
            ignore_permission_denied=True,
            raise_interrupt=False,
        )
        thread = ThreadPoolExecutor(1, "watch")
        stands = False
        try:
            while True:
                changes = await loop.run_in_executor(thread, next, all_watched, None)
                if changes is None:
                    raise OSError("the watch stopped")
                if not stands:
                    stands = True
                    yield set()
                if changes:
                    yield {self._relative(path) for _, path in changes}
        finally:
            stop.set()
            thread.submit(all_watched.close)
            thread.shutdown(wait=False)

    def _relative(self, path: str) -> str:
        relative = os.path.relpath(path, self._root)
        return "" if relative == "." else relative

    def _concerns_us(self, _: Change, path: str) -> bool:
        """Videos, and what may be a folder; nothing hidden."""
        relative = self._relative(path)
        if paths.is_hidden(relative):
            return False
        name = relative.rpartition("/")[2]
        return kinds.is_media_name(name) or "\ufffd" in name or _may_be_folder(path, name)


def _may_be_folder(path: str, name: str) -> bool:
    extension = os.path.splitext(name)[1]
    return not extension or not os.path.isfile(path)  # noqa: PTH113
