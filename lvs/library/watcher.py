"""Notices of changes on disk, from the system or by polling, as batches of relative paths."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from typing import Protocol

from lvs.config import ServerConfig
from lvs.library import filesystem
from lvs.library.inotify import Inotify
from lvs.library.polling import Polling
from lvs.library.root_disk import RootDisk
from lvs.models import Root

PENDING = 20_000  # paths; with more, a scan of the folder is cheaper


class Source(Protocol):
    def changes(self) -> AsyncGenerator[set[str]]:
        """Sets of paths relative to the root, an empty one first, when it stands. `""` says that
        anything may have changed. Raises OSError when it gives no notices (any longer)."""


class Watcher:
    """Chooses how the changes of a root are noticed, and gathers them while nobody takes them."""

    def __init__(self, config: ServerConfig) -> None:
        self._config = config
        self._network: dict[int, bool] = {}

    def on_network(self, root: Root) -> bool:
        """Whether a root is on a network mount, once it has been watched."""
        return self._network.get(root.id, False)

    async def batches(
        self, root: Root, root_disk: RootDisk, *, poll: bool = False
    ) -> AsyncGenerator[set[str]]:
        """Sets of paths that changed, relative to the root; an empty one says the watch stands.

        `poll` asks for polling whatever the settings say. Raises OSError when the system gives no
        notices (too many folders, no support).
        """
        self._network[root.id] = await root_disk.run("", filesystem.is_on_network, root.path)
        network = self._config.watch == "auto" and self._network[root.id]
        source: Source
        if poll or network or self._config.watch == "polling":
            source = Polling(root_disk, self._config.poll_interval_s)
        else:
            source = native(root_disk)
        pending = _Pending()
        reading = asyncio.create_task(
            pending.fill(source.changes()), name=f"notices of {root.name}"
        )
        try:
            while True:
                yield await pending.take(reading)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


def native(root_disk: RootDisk) -> Source:
    """The notices of the system."""
    if sys.platform == "linux":
        return Inotify(root_disk)
    from lvs.library.notices import Notices  # noqa: PLC0415 - a megabyte that Linux can do without

    return Notices(root_disk.path)


class _Pending:
    """Changes that nobody has taken yet, each path once."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._stands = False
        self._reported = False
        self._news = asyncio.Event()

    async def fill(self, changes: AsyncGenerator[set[str]]) -> None:
        try:
            async for changed in changes:
                self._stands = self._stands or not changed
                self._paths |= changed
                if len(self._paths) > PENDING:
                    self._paths = {""}
                self._news.set()
            raise OSError("the watch stopped")
        finally:
            self._news.set()

    async def take(self, filling: asyncio.Task[None]) -> set[str]:
        """All changes so far, or an empty set once when the watch stands; raises what ended it."""
        while not self._paths and (self._reported or not self._stands):
            if filling.done():
                filling.result()
            self._news.clear()
            await self._news.wait()
        if self._stands and not self._reported:
            self._reported = True
            return set()
        taken, self._paths = self._paths, set()
        return taken
