"""Changes found by walking a root again and again: where nobody gives notices, as on a network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator

from lvs.library.root_disk import RootDisk

WALKS_SHARE = 4  # at most this part (1/n) of the time is spent scanning

Stats = dict[str, tuple[int, int]]  # bytes and time (ns) of the videos of a folder, by path


class Polling:
    """Compares the videos of a root with what the last walk found."""

    def __init__(self, root_disk: RootDisk, interval_s: float) -> None:
        self._disk = root_disk
        self._interval_s = interval_s
        self._known: dict[str, Stats] = {}

    async def changes(self) -> AsyncGenerator[set[str]]:
        """Sets of paths that changed, relative to the root; the first is empty and says that there
        is something to compare with."""
        await self._walk()
        yield set()
        while True:
            began = time.monotonic()
            changed = await self._walk()
            took_s = time.monotonic() - began
            if changed:
                yield changed
            await asyncio.sleep(max(self._interval_s, took_s * (WALKS_SHARE - 1)))

    async def _walk(self) -> set[str]:
        """Paths that are new, different or missing since the last walk."""
        changed: set[str] = set()
        seen: set[str] = set()
        unreadable: list[str] = []
        async for listing in self._disk.listings():
            if listing.error is not None:
                unreadable.append(listing.path)
                continue
            seen.add(listing.path)
            now = {file.path: (file.size, file.mtime_ns) for file in listing.files}
            before = self._known.get(listing.path, {})
            if now != before:
                changed.update(path for path, _ in now.items() ^ before.items())
            if now:
                self._known[listing.path] = now
            else:
                self._known.pop(listing.path, None)
        for folder in [f for f in self._known if f not in seen and not _doubtful(f, unreadable)]:
            changed.update(self._known.pop(folder))
        return changed


def _doubtful(folder: str, unreadable: list[str]) -> bool:
    return any(not path or folder == path or folder.startswith(path + "/") for path in unreadable)
