"""Taking files into the store: fingerprints, renames, disappearances."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from lvs import paths
from lvs.library import disk
from lvs.library.status import LibraryStatus
from lvs.models import FileStat, FoundFile, KnownFile, Root
from lvs.store import Store, files

log = logging.getLogger(__name__)

READERS = 8  # a network disk answers several reads at once


class Ingest:
    """The one door from disk to store. `roots` are the configured folders by id."""

    def __init__(self, store: Store, status: LibraryStatus, roots: dict[int, Root]) -> None:
        self._store = store
        self._status = status
        self._roots = roots
        self._threads = ThreadPoolExecutor(READERS, "fingerprint")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def take_in(
        self, root: Root, stats: Sequence[FileStat], *, first_scan: bool = False
    ) -> int:
        """Bring new or changed files into the library; returns how many videos it touched.

        A file with known content whose old path is gone has moved; one whose old path is still
        there is a copy.
        """
        loop = asyncio.get_running_loop()
        found = [
            file
            for file in await asyncio.gather(
                *(loop.run_in_executor(self._threads, self._identify, root, s) for s in stats)
            )
            if file is not None
        ]
        if not found:
            return 0
        known = await self._store.read(files.with_fingerprints, [f.fingerprint for f in found])
        moved = await loop.run_in_executor(self._threads, self._find_moved, root, found, known)
        return await self._store.write(files.take_in, root.id, found, moved, first_scan=first_scan)

    async def mark_gone(self, root: Root, known: Sequence[KnownFile]) -> int:
        """Mark those of these files missing that are really not there; returns how many."""
        loop = asyncio.get_running_loop()
        gone = await loop.run_in_executor(
            self._threads, lambda: [f for f in known if disk.look(root.path, f.path) is None]
        )
        if gone:
            await self._store.write(files.mark_missing, gone)
        return len(gone)

    def _identify(self, root: Root, file: FileStat) -> FoundFile | None:
        try:
            return FoundFile(file.path, file.size, file.mtime_ns, disk.fingerprint(root.path, file))
        except FileNotFoundError:
            return None
        except OSError as error:
            path = paths.to_words(f"{root.name}/{file.path}")
            log.warning("Cannot read %s: %s", path, error.strerror)
            self._status.report(path, error.strerror or "cannot be read")
            return None

    def _find_moved(
        self, root: Root, found: Sequence[FoundFile], known: Sequence[KnownFile]
    ) -> dict[str, int]:
        """Which found path is which known file that is no longer where it was."""
        homeless: dict[str, list[KnownFile]] = {}
        here = {(root.id, file.path, file.fingerprint) for file in found}
        for old in known:
            at_home = (old.root_id, old.path, old.fingerprint) in here
            if not at_home and (old.missing_since is not None or self._has_left(old)):
                homeless.setdefault(old.fingerprint, []).append(old)
        moved = {}
        for file in found:
            settled = any(
                k.fingerprint == file.fingerprint and k.path == file.path and k.root_id == root.id
                for k in known
            )
            if not settled and homeless.get(file.fingerprint):
                moved[file.path] = homeless[file.fingerprint].pop(0).id
        return moved

    def _has_left(self, file: KnownFile) -> bool:
        """Whether a known file is gone from a folder that can be reached."""
        root = self._roots.get(file.root_id)
        if root is None or root.away_since is not None:
            return root is None
        now = disk.look(root.path, file.path)
        return now is None or (now.size, now.mtime_ns) != (file.size, file.mtime_ns)
