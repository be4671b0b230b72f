"""Notices of changes on disk, from the system or by polling, as batches of relative paths."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable

from watchfiles import Change, awatch

from lvs import paths
from lvs.config import ServerConfig
from lvs.library import disk
from lvs.models import Root

log = logging.getLogger(__name__)

GROUP_MS = 200  # changes within this time are one batch; watchfiles' own default is 1,600
STEP_MS = 20


class Watcher:
    """Watches one root until cancelled. `changed` gets the root and the paths that changed."""

    def __init__(
        self, config: ServerConfig, changed: Callable[[Root, set[str]], Awaitable[None]]
    ) -> None:
        self._config = config
        self._changed = changed
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

    async def watch(self, root: Root) -> None:
        """Raises OSError when the system gives no notices (too many folders, no support)."""
        stop = asyncio.Event()
        try:
            async for changes in awatch(
                root.path,
                watch_filter=_concerns_us(root.path),
                debounce=GROUP_MS,
                step=STEP_MS,
                stop_event=stop,
                rust_timeout=1_000,
                force_polling=self.polls(root),
                poll_delay_ms=round(self._config.poll_interval_s * 1000),
                ignore_permission_denied=True,
            ):
                batch = {os.path.relpath(path, root.path) for _, path in changes}
                await self._changed(root, batch)
        finally:
            stop.set()


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
