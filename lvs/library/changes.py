"""Applies changed paths to the store: one check of the disk and one read per batch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lvs import kinds
from lvs.library import filesystem
from lvs.library.arrivals import Arrivals
from lvs.library.ingest import Ingest
from lvs.library.ingest_timing import IngestTimings
from lvs.library.root_disk import RootDisk
from lvs.library.scanner import Scanner, same_stat
from lvs.models import FileStat, KnownFile, Root
from lvs.store import Store, files

ASKED_AT_ONCE = 500  # paths in one read of the store


@dataclass(frozen=True, slots=True)
class _ChangeSet:
    """The state on disk of the changed paths of a batch."""

    files: list[FileStat]
    folders: set[str]
    missing: list[str]


class Changes:
    """Brings the store up to date with batches of changed paths."""

    def __init__(
        self,
        store: Store,
        known_roots: Mapping[int, Root],
        disks: Mapping[int, RootDisk],
        ingest: Ingest,
        scanner: Scanner,
        arrivals: Arrivals,
        ingest_timings: IngestTimings,
        check: Callable[[Root], Awaitable[bool]],
    ) -> None:
        self._store = store
        self._roots = known_roots
        self._disks = disks
        self._ingest = ingest
        self._scanner = scanner
        self._arrivals = arrivals
        self._ingest_timings = ingest_timings
        self._check = check

    async def settled(self, root: Root, stats: Sequence[FileStat]) -> None:
        """Ingest files that nobody writes to any longer."""
        keys = [(root.id, file.path) for file in stats]
        self._ingest_timings.settled(keys)
        await self._ingest.ingest(root, stats)
        self._ingest_timings.stored(keys)

    async def changed(self, root: Root, batch: set[str]) -> None:
        """Bring the store up to date with paths that changed on disk. Raises when it cannot."""
        root = self._roots[root.id]
        if root.offline_since is not None or not await self._check(root):
            return
        reads = self._disks[root.id]
        changes = await reads.run("changes", _stat_all, root.path, batch)
        fresh, missing = await self._fresh_and_missing(root, changes)
        for file in fresh:
            self._ingest_timings.seen((root.id, file.path))
        left = {(known.size, known.mtime_ns) for known in missing}
        renamed = {file.path for file in fresh if (file.size, file.mtime_ns) in left}
        others = [file for file in fresh if file.path not in renamed]
        whole = renamed | await reads.run("changes", _whole, root.path, others)
        await self.settled(root, [file for file in fresh if file.path in whole])
        self._arrivals.follow(root, [file for file in fresh if file.path not in whole])
        for folder in _outermost(changes.folders):
            await self._scanner.scan(root, folder)
        for path in changes.missing:
            self._ingest_timings.removed((root.id, path))
        if missing:  # read again: some were moved meanwhile
            await self._ingest.mark_gone(root, await self._present(root, changes.missing))

    async def _fresh_and_missing(
        self, root: Root, changes: _ChangeSet
    ) -> tuple[list[FileStat], list[KnownFile]]:
        """The files that the store does not know as they are, and those it knows at, or under,
        the missing paths."""
        if len(changes.files) + len(changes.missing) <= ASKED_AT_ONCE:
            found = [file.path for file in changes.files]
            known, missing = await self._store.read(files.known_at, root.id, found, changes.missing)
        else:
            known, missing = {}, await self._present(root, changes.missing)
            for some in _chunks([file.path for file in changes.files]):
                known |= (await self._store.read(files.known_at, root.id, some, []))[0]
        return [file for file in changes.files if _is_fresh(file, known.get(file.path))], missing

    async def _present(self, root: Root, missing: Sequence[str]) -> list[KnownFile]:
        """The files that the store knows at these paths, or under them."""
        found = []
        for some in _chunks(missing):
            found += (await self._store.read(files.known_at, root.id, [], some))[1]
        return found


def _chunks(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[start : start + ASKED_AT_ONCE] for start in range(0, len(items), ASKED_AT_ONCE))


def _is_fresh(file: FileStat, known: KnownFile | None) -> bool:
    return known is None or known.missing_since is not None or not same_stat(known, file)


def _whole(root: str, stats: Iterable[FileStat]) -> set[str]:
    """Paths of the files that nobody has touched for a while, or has open for writing."""
    return {
        file.path
        for file in stats
        if file.size > 0
        and Arrivals.seems_settled(file)
        and not filesystem.is_being_written(root, file.path)
    }


def _stat_all(root: str, batch: Iterable[str]) -> _ChangeSet:
    """Raises OSError when the disk does not answer; a path that cannot be read is left out."""
    changes = _ChangeSet([], set(), [])
    for path in batch:
        if "\ufffd" in path:  # a damaged name: check its folder instead
            changes.folders.add(_readable_parent(path))
            continue
        try:
            if filesystem.is_folder(root, path):
                changes.folders.add(path)
            elif (file := filesystem.stat_file(root, path)) is None:
                changes.missing.append(path)
            elif kinds.is_media_name(path.rpartition("/")[2]):
                changes.files.append(file)
        except OSError as error:
            if filesystem.says_nothing(error):
                raise
    return changes


def _readable_parent(path: str) -> str:
    while "\ufffd" in path:
        path = path.rpartition("/")[0]
    return path


def _outermost(folders: set[str]) -> list[str]:
    return [
        folder
        for folder in sorted(folders)
        if not any(folder != o and (not o or folder.startswith(o + "/")) for o in folders)
    ]
