"""The library as a whole: its folders, whether they are there, and the work of keeping up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lvs import paths
from lvs.config import ServerConfig
from lvs.errors import InvalidInputError, NotFoundError, StartError, UnavailableError
from lvs.library import disk
from lvs.library.arrivals import Arrivals
from lvs.library.feeder import Feeder
from lvs.library.ingest import Ingest
from lvs.library.scanner import Scanner, same_stat
from lvs.library.status import LibraryStatus
from lvs.library.timeline import Timeline
from lvs.library.watcher import Watcher
from lvs.media.pool import MediaPool
from lvs.models import FileStat, KnownFile, Root
from lvs.store import Store, files, roots
from lvs.store.database import now_ms

log = logging.getLogger(__name__)

CHECK_ROOTS_EVERY_S = 2.0
RESCAN_WHEN_UNWATCHED_S = 300.0
WATCH_BEFORE_SCAN_S = 2.0


@dataclass
class _Look:
    """What a look at the changed paths of a batch found on the disk."""

    files: list[FileStat]
    folders: set[str]
    gone: list[str]


class Library:
    """Owns scanner, watcher, arrivals and feeder. `roots` by id is the present truth of folders."""

    def __init__(self, config: ServerConfig, store: Store, pool: MediaPool) -> None:
        self.config = config
        self.status = LibraryStatus()
        self.roots: dict[int, Root] = {}
        self._store = store
        self._ingest = Ingest(store, self.status, self.roots)
        self._watcher = Watcher(config)
        self.arrivals = Arrivals(self.status, self._settled, self._watcher.on_network)
        self._scanner = Scanner(store, self._ingest, self.arrivals, self.status)
        self.timeline = Timeline()
        self.feeder = Feeder(store, pool, self.status, self.roots, self.timeline)
        self._scan_lock = asyncio.Lock()
        self._scan_wanted = asyncio.Event()
        self._watched: dict[int, asyncio.Event] = {}

    async def open(self) -> None:
        """Make the folders where they lack, and tell the store which they are."""
        for folder in self.config.video_directory:
            _make_folder(str(folder))
        named = root_names([str(folder) for folder in self.config.video_directory])
        for root in await self._store.write(roots.configure, named):
            self.roots[root.id] = root
        for root_id in await self._store.read(roots.unconfigured, list(self.roots.values())):
            orphans = await self._store.read(files.present_under, root_id, "")
            if orphans:
                log.info("%d files lie in a folder that is no longer configured", len(orphans))
                await self._store.write(files.mark_missing, orphans)

    def close(self) -> None:
        self._ingest.close()

    # --- names ---

    def filename(self, root_id: int, path: str) -> str:
        """A path as URLs and the API have it: the folder's name first when there are several."""
        if len(self.roots) == 1 or root_id not in self.roots:
            return path
        name = self.roots[root_id].name
        return f"{name}/{path}" if path else name

    def resolve(self, filename: str) -> tuple[Root, str]:
        """The root and the path in it of a `filename`. Raises NotFoundError."""
        if len(self.roots) == 1:
            return next(iter(self.roots.values())), filename
        name, _, path = filename.partition("/")
        for root in self.roots.values():
            if root.name == name:
                return root, path
        raise NotFoundError(f"There is no video folder named {paths.to_words(name)!r} here.")

    def absolute(self, root_id: int, path: str) -> str:
        return disk.absolute(self.roots[root_id].path, path)

    def away(self) -> list[Root]:
        return [root for root in self.roots.values() if root.away_since is not None]

    @property
    def away_ids(self) -> frozenset[int]:
        return frozenset(root.id for root in self.away())

    # --- scanning ---

    def ask_for_scan(self) -> None:
        self._scan_wanted.set()

    async def run_scans(self) -> None:
        """Scan at the start and whenever asked.

        The watches stand first, where they are quick to: nothing then falls between the two. A
        watch that stands later asks for another scan.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WATCH_BEFORE_SCAN_S):
                await asyncio.gather(
                    *(self._stands(root.id).wait() for root in self.roots.values())
                )
        await self.scan_all()
        while True:
            await self._scan_wanted.wait()
            self._scan_wanted.clear()
            await self.scan_all()

    async def scan_all(self) -> None:
        """Scan every folder that is there; the progress shows on pages and in the terminal."""
        async with self._scan_lock:
            progress = self.status.scan
            progress.start()
            counting = asyncio.create_task(self._count(), name="count videos")
            try:
                for root in list(self.roots.values()):
                    if await self.check(root):
                        await self._scan(self.roots[root.id])
            finally:
                counting.cancel()
                progress.running = False
                self.status.changed()

    async def _count(self) -> None:
        for root in self.roots.values():
            self.status.scan.total += await asyncio.to_thread(disk.count_videos, root.path)

    async def _scan(self, root: Root) -> None:
        await self._scanner.scan(root)
        identity = await asyncio.to_thread(disk.identity, root.path)
        if identity is not None:
            await self._store.write(roots.set_scanned, root.id, identity)

    # --- folders that go away and come back ---

    async def check(self, root: Root) -> bool:
        """Whether a root is there now; notes when it went away or came back."""
        known, _, present = await self._store.read(roots.scan_state, root.id)
        there = await asyncio.to_thread(_is_there, root.path, known, present)
        current = self.roots[root.id]
        if there == (current.away_since is None):
            return there
        away_since = None if there else now_ms()
        empty = not there and await asyncio.to_thread(disk.identity, root.path) is not None
        self.roots[root.id] = replace(current, away_since=away_since, looks_empty=empty)
        await self._store.write(roots.set_away, root.id, away_since)
        self.status.changed()
        log.warning("%s is %s", root.path, "back" if there else "away: nothing is lost")
        return there

    async def accept_empty(self, root_id: int) -> None:
        """The user says that the folder is meant to be empty: its files are missing."""
        root = self.roots.get(root_id)
        if root is None or root.away_since is None:
            raise InvalidInputError("That folder is not away, so there is nothing to confirm.")
        identity = await asyncio.to_thread(disk.identity, root.path)
        if identity is None:
            raise InvalidInputError(
                f"{root.path} cannot be read, so it cannot be said to be empty. Plug it in again, "
                "or take it out of LVS_VIDEO_DIRECTORY."
            )
        known = await self._store.read(files.present_under, root_id, "")
        await self._ingest.mark_gone(root, known)
        await self._store.write(roots.set_scanned, root_id, identity)
        await self.check(root)

    async def watch_roots(self) -> None:
        """One watcher per folder that is there; a folder that comes back is scanned first."""
        watchers: dict[int, asyncio.Task[None]] = {}
        try:
            while True:
                for root in list(self.roots.values()):
                    was_away = root.away_since is not None
                    there = await self.check(root)
                    watcher = watchers.get(root.id)
                    if not there and watcher is not None:
                        watchers.pop(root.id).cancel()
                        self._stands(root.id).clear()
                    if there and was_away:
                        self.ask_for_scan()
                    if there and (watcher is None or watcher.done()):
                        watchers[root.id] = asyncio.create_task(
                            self._watch(self.roots[root.id]), name=f"watch {root.name}"
                        )
                await asyncio.sleep(CHECK_ROOTS_EVERY_S)
        finally:
            for watcher in watchers.values():
                watcher.cancel()
            await asyncio.gather(*watchers.values(), return_exceptions=True)

    async def _watch(self, root: Root) -> None:
        stands = self._stands(root.id)
        if self.config.watch == "off":
            stands.set()
            await asyncio.Event().wait()
        try:
            async for batch in self._watcher.batches(root):
                if batch:
                    await self.changed(root, batch)
                    continue
                stands.set()
                if self.status.scan.started:
                    self.ask_for_scan()
        except OSError as error:
            log.warning(
                "No notices of changes in %s (%s); it is scanned every %d s instead. "
                "LVS_WATCH=polling asks for closer looks.",
                root.path,
                error,
                RESCAN_WHEN_UNWATCHED_S,
            )
            stands.set()
            await asyncio.sleep(RESCAN_WHEN_UNWATCHED_S)
            self.ask_for_scan()

    def _stands(self, root_id: int) -> asyncio.Event:
        return self._watched.setdefault(root_id, asyncio.Event())

    @property
    def watching(self) -> bool:
        """Whether changes in every folder that is there are noticed from now on."""
        there = [root.id for root in self.roots.values() if root.away_since is None]
        return all(self._stands(root_id).is_set() for root_id in there)

    # --- changes ---

    async def delete_files(self, known: Iterable[KnownFile]) -> None:
        """Delete files for ever, and bring the store up to date. Raises UnavailableError."""
        for file in known:
            root = self.roots.get(file.root_id)
            if root is None or file.missing_since is not None:
                continue
            try:
                await asyncio.to_thread(os.unlink, self.absolute(root.id, file.path))
            except OSError as error:
                raise UnavailableError(
                    f"{paths.to_words(file.path)} cannot be deleted: {error.strerror}."
                ) from error
            await self.changed(root, {file.path})

    async def changed(self, root: Root, batch: set[str]) -> None:
        """Bring the store up to date with paths that changed on disk."""
        root = self.roots[root.id]
        if root.away_since is not None or not await self.check(root):
            return
        look = await asyncio.to_thread(_look_at, root.path, batch)
        gone = await self._present(root, look.gone)
        left = {(known.size, known.mtime_ns) for known in gone}
        ready: list[FileStat] = []
        coming: list[FileStat] = []
        for file in look.files:
            known = await self._store.read(files.at_path, root.id, file.path)
            if known is not None and known.missing_since is None and same_stat(known, file):
                continue
            self.timeline.seen((root.id, file.path))
            renamed = (file.size, file.mtime_ns) in left
            (ready if renamed or self._is_whole(root, file) else coming).append(file)
        if ready:
            await self._settled(root, ready)
        if coming:
            self.arrivals.follow(root, coming)
        for folder in _outermost(look.folders):
            await self._scanner.scan(root, folder)
        for path in look.gone:
            self.timeline.gone((root.id, path))
        if gone:  # asked anew: some have moved meanwhile
            await self._ingest.mark_gone(root, await self._present(root, look.gone))

    async def _present(self, root: Root, changed: Iterable[str]) -> list[KnownFile]:
        """The files that the store knows at these paths, or beneath them."""
        found = []
        for path in changed:
            found += await self._store.read(files.present_under, root.id, path)
        return found

    def _is_whole(self, root: Root, file: FileStat) -> bool:
        return (
            file.size > 0
            and self.arrivals.looks_settled(file)
            and not disk.is_being_written(root.path, file.path)
        )

    async def _settled(self, root: Root, stats: list[FileStat]) -> None:
        keys = [(root.id, file.path) for file in stats]
        self.timeline.settled(keys)
        await self._ingest.take_in(root, stats)
        self.timeline.stored(keys)


def root_names(folders: Sequence[str]) -> dict[str, str]:
    """`{name: path}`: each folder by its own name, told apart by a number where two are alike."""
    named: dict[str, str] = {}
    for folder in folders:
        base = paths.to_words(os.path.basename(folder)) or "videos"  # noqa: PTH119
        name, number = base, 2
        while name in named:
            name, number = f"{base} ({number})", number + 1
        named[name] = folder
    return named


def _make_folder(folder: str) -> None:
    """A folder that lacks is made; one that cannot be made now is away, unless its disk is ours."""
    if os.path.isdir(folder):  # noqa: PTH112
        return
    try:
        os.makedirs(folder)  # noqa: PTH103
    except FileExistsError:
        raise StartError(f"LVS_VIDEO_DIRECTORY {folder} is a file; name a folder.") from None
    except OSError as error:
        log.warning("The video folder %s cannot be made: %s", folder, error.strerror)


def _is_there(path: str, known_identity: str | None, present: int) -> bool:
    """Gone, unreadable, or suddenly empty is away: an unplugged disk leaves an empty folder.

    A folder that lost its one file is simply empty, if it is still the same folder.
    """
    identity = disk.identity(path)
    if identity is None:
        return False
    if present == 0 or not disk.is_empty(path):
        return True
    return present == 1 and identity == known_identity


def _look_at(root: str, batch: Iterable[str]) -> _Look:
    look = _Look([], set(), [])
    for path in batch:
        if path == "." or "\ufffd" in path:  # a name that did not survive: look at its folder
            look.folders.add(_readable_parent(path))
        elif disk.is_folder(root, path):
            look.folders.add(path)
        elif (file := disk.look(root, path)) is not None:
            if paths.is_video_name(path.rpartition("/")[2]):
                look.files.append(file)
        else:
            look.gone.append(path)
    return look


def _readable_parent(path: str) -> str:
    while path and ("\ufffd" in path or path == "."):
        path = path.rpartition("/")[0]
    return path


def _outermost(folders: set[str]) -> list[str]:
    return [
        folder
        for folder in sorted(folders)
        if not any(folder != o and (not o or folder.startswith(o + "/")) for o in folders)
    ]
