"""Scans a folder into the store. Scans are incremental and resumable."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

from lvs import paths
from lvs.activity import Activity
from lvs.library.arrivals import Arrivals
from lvs.library.ingest import Ingest, batches
from lvs.library.root_disk import RootDisk
from lvs.library.tree import FolderListing
from lvs.models import FileStat, KnownFile, Root
from lvs.store import Store, files, roots
from lvs.system.account import advice_on

log = logging.getLogger(__name__)


class FolderOfflineError(OSError):
    """The root went offline during a scan. The scan changes nothing for unread folders."""


class Scanner:
    """Walks folders and stores what is new, changed and missing.

    After an interruption, the next scan resumes: it skips stored files with the same path, size
    and time.
    """

    def __init__(
        self,
        store: Store,
        ingest: Ingest,
        arrivals: Arrivals,
        status: Activity,
        known_roots: Mapping[int, Root],
        disks: Mapping[int, RootDisk],
    ) -> None:
        self._store = store
        self._ingest = ingest
        self._arrivals = arrivals
        self._status = status
        self._roots = known_roots
        self._disks = disks

    async def scan(self, root: Root, below: str = "") -> None:
        """Scan a root, or one folder of it. The caller has seen that the root is there.

        Raises FolderOfflineError when it is no longer, and what `Ingest.ingest` raises.
        """
        started = time.monotonic()
        _, scanned_at, _ = await self._store.read(roots.scan_state, root.id)
        self._status.clear_problems(paths.to_words(f"{root.name}/{below}"))
        seen, unreadable = set(), []
        async for listing in self._disks[root.id].listings(below):
            if self._roots[root.id].offline_since is not None:
                raise FolderOfflineError(f"{root.path} is offline")
            seen.add(listing.path)
            if listing.error is not None:
                unreadable.append(listing.path)
                self._report(root, listing)
                continue
            await self._folder(root, listing, first_scan=scanned_at is None)
        await self._vanished_folders(root, below, seen, unreadable)
        log.info(
            "Scanned %s in %.1f s",
            paths.to_words(f"{root.name}/{below}"),
            time.monotonic() - started,
        )

    async def _folder(self, root: Root, listing: FolderListing, *, first_scan: bool) -> None:
        known = await self._store.read(files.present_in_folder, root.id, listing.path)
        fresh = [file for file in listing.files if _is_new(file, known.get(file.path))]
        still_coming = [file for file in fresh if not self._arrivals.seems_settled(file)]
        if still_coming:
            self._arrivals.follow(root, still_coming)
        self._advance(len(listing.files) - len(fresh) + len(still_coming))
        settled = [file for file in fresh if self._arrivals.seems_settled(file)]
        for batch in batches(settled):
            await self._ingest.ingest(root, batch, first_scan=first_scan)
            self._advance(len(batch))
        here = {file.path for file in listing.files}
        missing = [file for path, file in known.items() if path not in here]
        if missing:
            await self._ingest.mark_gone(root, missing)

    async def _vanished_folders(
        self, root: Root, below: str, seen: set[str], unreadable: list[str]
    ) -> None:
        """Mark files of vanished folders missing. Files of unreadable folders are left out."""
        disk = self._disks[root.id]
        for folder in await self._store.read(roots.folder_paths, root.id, below):
            doubtful = any(
                folder == path or folder.startswith(path + "/") or not path for path in unreadable
            )
            if folder in seen or doubtful:
                continue
            known = await self._store.read(files.present_in_folder, root.id, folder)
            if not below and await disk.run(folder, disk.tree.is_shown_elsewhere, folder):
                await self._ingest.mark_missing(list(known.values()))
            else:
                await self._ingest.mark_gone(root, list(known.values()))

    def _report(self, root: Root, listing: FolderListing) -> None:
        path = paths.to_words(f"{root.name}/{listing.path}")
        log.warning("Can't read the folder %s: %s", path, listing.error)
        self._status.report(path, advice_on(listing.error or "Can't be read"))

    def _advance(self, count: int) -> None:
        if count and self._status.scan.running:
            self._status.scan.advance(count)
            self._status.changed()


def same_stat(known: KnownFile, file: FileStat) -> bool:
    """Whether a file looks untouched since the store took it in."""
    return (known.size, known.mtime_ns) == (file.size, file.mtime_ns)


def _is_new(file: FileStat, known: KnownFile | None) -> bool:
    return known is None or not same_stat(known, file)
