"""The library as a whole: its folders, whether they are there, and the work of keeping up."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lvs import paths
from lvs.activity import Activity
from lvs.config import ServerConfig
from lvs.errors import InvalidInputError, UnavailableError
from lvs.folders import Folders
from lvs.library import filesystem
from lvs.library.arrivals import Arrivals
from lvs.library.changes import Changes
from lvs.library.ingest import Ingest
from lvs.library.ingest_process import IngestProcess
from lvs.library.ingest_timing import IngestTimings
from lvs.library.probe_queue import ProbeQueue
from lvs.library.root_disk import RootDisk
from lvs.library.scanner import Scanner
from lvs.library.scans import Scans
from lvs.library.watcher import Watcher
from lvs.library.watches import Watches
from lvs.media.pool import MediaPool
from lvs.models import FileStat, KnownFile, Root
from lvs.store import Store, files, roots
from lvs.store.writer import now_ms

log = logging.getLogger(__name__)


class Library:
    """Owns scans, watches, arrivals and probe queue. `roots` has the present folders by id."""

    def __init__(self, config: ServerConfig, store: Store, pool: MediaPool) -> None:
        self.config = config
        self.status = Activity()
        self.folders = Folders()
        self.roots = self.folders.roots
        self.ingest_timings = IngestTimings()
        self._disks: dict[int, RootDisk] = {}
        self._store = store
        self.ingest_process = IngestProcess(store, self.status)
        self._ingest = Ingest(store, self.status, self.roots, self._disks, self.ingest_process)
        self._watcher = watcher = Watcher(config)
        self.arrivals = Arrivals(
            self.status,
            self._disks,
            self._settled,
            watcher.on_network,
            lambda root: self.ask_for_scan(root.id),
        )
        scanner = Scanner(store, self._ingest, self.arrivals, self.status, self.roots, self._disks)
        self._changes = Changes(
            store,
            self.roots,
            self._disks,
            self._ingest,
            scanner,
            self.arrivals,
            self.ingest_timings,
            self.check,
        )
        self._scans = Scans(store, scanner, self.status, self.roots, self._disks, self.check)
        self._watches = Watches(
            config,
            self.status,
            watcher,
            self.roots,
            self._disks,
            self.check,
            self.changed,
            self.ask_for_scan,
        )
        self.probe_queue = ProbeQueue(store, pool, self.status, self.roots, self.ingest_timings)

    async def open(self) -> None:
        """Create missing folders, and store the list of all."""
        named = root_names([str(folder) for folder in self.config.video_directory])
        for root in await self._store.write(roots.configure, named):
            self.roots[root.id] = root
            self._disks[root.id] = RootDisk(root.path)
        await asyncio.gather(*(filesystem.make_folder() for filesystem in self._disks.values()))
        for root_id in await self._store.read(roots.unconfigured, list(self.roots.values())):
            orphans = await self._store.read(files.present_under, root_id, "")
            if orphans:
                log.info("%d files are in a folder that is no longer configured", len(orphans))
                await self._store.write(files.mark_missing, orphans)

    async def close(self) -> None:
        await self.ingest_process.close()
        for root_disk in self._disks.values():
            root_disk.close()

    # --- scanning ---

    def ask_for_scan(self, root_id: int | None = None) -> None:
        """Have a root scanned soon, or all of them."""
        self._scans.ask(root_id)

    async def run_scans(self) -> None:
        await self._scans.run(self._watches.stands)

    async def scan_all(self) -> None:
        """Scan every folder that is there; the progress shows on pages and in the terminal."""
        await self._scans.scan_all()

    # --- folders that go offline and online ---

    async def check(self, root: Root) -> bool:
        """Whether a root is there now; records when it goes offline or online.

        While that is unknown, as without free descriptors, nothing changes.
        """
        known, _, present = await self._store.read(roots.scan_state, root.id)
        try:
            state = await self._disks[root.id].state()
        except OSError as error:
            log.debug("Can't check whether %s is online: %s", root.path, error)
            return self.roots[root.id].offline_since is None
        there = _is_there(state, known, present)
        current = self.roots[root.id]
        refused = state is not None and state.is_refused
        empty = not there and state is not None and not refused
        if there == (current.offline_since is None):
            if (empty, refused) != (current.seems_empty, current.is_refused):
                self.roots[root.id] = replace(current, seems_empty=empty, is_refused=refused)
                self.status.changed()
            return there
        offline_since = None if there else now_ms()
        self.roots[root.id] = replace(
            current, offline_since=offline_since, seems_empty=empty, is_refused=refused
        )
        try:
            await self._store.write(roots.set_offline, root.id, offline_since)
        except BaseException:  # noted at the next check
            self.roots[root.id] = current
            raise
        self.status.changed()
        log.warning("%s is %s", root.path, "back online" if there else "offline; nothing is lost")
        return there

    async def accept_empty(self, root_id: int) -> None:
        """The user says that the folder is meant to be empty: its files are missing."""
        root = self.roots.get(root_id)
        if root is None or root.offline_since is None:
            raise InvalidInputError("This folder is online, so there is nothing to confirm.")
        state = await self._disks[root_id].state()
        if state is None or state.is_refused:
            raise InvalidInputError(
                f"{root.path} can't be read, so it can't be confirmed as empty. Plug it in, or "
                "remove it from LVS_VIDEO_DIRECTORY."
            )
        known = await self._store.read(files.present_under, root_id, "")
        await self._ingest.mark_gone(root, known)
        await self._store.write(roots.set_scanned, root_id, state.identity)
        await self.check(root)

    async def watch_roots(self) -> None:
        """Notice changes, and folders that go offline or online."""
        await self._watches.run()

    @property
    def all_watched(self) -> bool:
        """Whether changes in every folder that is there are noticed from now on."""
        there = [root.id for root in self.roots.values() if root.offline_since is None]
        return all(self._watches.stands(root_id).is_set() for root_id in there)

    def is_watched(self, root: Root) -> bool:
        """Whether changes of a folder are noticed from now on."""
        return self._watches.stands(root.id).is_set()

    def is_on_network(self, root: Root) -> bool:
        """Whether a folder is on a network mount, once it has been watched."""
        return self._watcher.on_network(root)

    async def is_read_only(self, root: Root) -> bool:
        """Whether no file can be added to a folder. Raises OSError."""
        return await self._disks[root.id].run("", filesystem.is_read_only, root.path)

    # --- changes ---

    async def delete_files(self, known: Iterable[KnownFile]) -> None:
        """Delete files for ever, and bring the store up to date. Raises UnavailableError."""
        for file in known:
            root = self.roots.get(file.root_id)
            if root is None or file.missing_since is not None:
                continue
            try:
                path = self.folders.absolute(root.id, file.path)
                await self._disks[root.id].run(file.path, os.unlink, path)
            except OSError as error:
                raise UnavailableError(
                    f"Can't delete {paths.to_words(file.path)}: {error.strerror}."
                ) from error
            await self.changed(root, {file.path})

    async def changed(self, root: Root, batch: set[str]) -> None:
        """Bring the store up to date with paths that changed on disk. Raises when it cannot."""
        await self._changes.changed(root, batch)

    async def _settled(self, root: Root, stats: Sequence[FileStat]) -> None:
        await self._changes.settled(root, stats)


def root_names(folders: Sequence[str]) -> dict[str, str]:
    """`{name: path}`: each folder by its own name, with a number where two are equal."""
    named: dict[str, str] = {}
    for folder in folders:
        base = paths.to_words(os.path.basename(folder)) or "videos"  # noqa: PTH119
        name, number = base, 2
        while name in named:
            name, number = f"{base} ({number})", number + 1
        named[name] = folder
    return named


def _is_there(
    state: filesystem.FolderState | None, known_identity: str | None, present: int
) -> bool:
    """A missing, unreadable or suddenly empty folder is offline: unplugged disks leave it empty.

    A folder that lost its one file is simply empty, if it is still the same folder.
    """
    if state is None or state.is_refused:
        return False
    if present == 0 or not state.is_empty:
        return True
    return present == 1 and state.identity == known_identity
