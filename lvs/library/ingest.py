"""Taking files into the store: fingerprints, renames, disappearances."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from lvs import paths
from lvs.activity import Activity
from lvs.errors import UnavailableError
from lvs.library import filesystem
from lvs.library.ingest_process import IngestProcess
from lvs.library.root_disk import READERS, RootDisk
from lvs.models import FileStat, FoundFile, KnownFile, Root
from lvs.store import Store, files
from lvs.store.backends.connection import is_of_the_disk

log = logging.getLogger(__name__)

T = TypeVar("T")

BATCH = 100


class Ingest:
    """Stores files from the disk. `roots` are the configured folders by id, `disks` the same
    folders as they can be asked. `process` stores large batches, where there is one."""

    def __init__(
        self,
        store: Store,
        status: Activity,
        roots: Mapping[int, Root],
        disks: Mapping[int, RootDisk],
        process: IngestProcess | None = None,
    ) -> None:
        self._store = store
        self._status = status
        self._roots = roots
        self._disks = disks
        self._process = process

    async def ingest(
        self, root: Root, stats: Sequence[FileStat], *, first_scan: bool = False
    ) -> int:
        """Bring new or changed files into the library; returns how many videos it touched.

        A file with known content whose old path is missing has moved; one whose old path is still
        there is a copy. A file that cannot be read or stored is reported, and the others go in.
        Raises when all are to be tried again: the store cannot be written, or the process is out
        of descriptors or memory.
        """
        touched = 0
        for batch in batches(stats):
            stored = None
            if self._process is not None:
                roots = self._roots.values()
                stored = await self._process.ingest(root, batch, roots, first_scan=first_scan)
            if stored is None:
                stored = await self._ingest_here(root, batch, first_scan=first_scan)
            touched += stored
        return touched

    async def _ingest_here(self, root: Root, batch: Sequence[FileStat], *, first_scan: bool) -> int:
        shares = batches(batch, -(-len(batch) // READERS))
        found: list[FoundFile] = []
        for some in await asyncio.gather(*(self._identify(root, share) for share in shares)):
            found += some
        return await self._store_batch(root, found, first_scan=first_scan) if found else 0

    async def mark_gone(self, root: Root, known: Sequence[KnownFile]) -> int:
        """Mark those of these files missing that are certainly not there; returns how many."""
        marked = 0
        for batch in batches(known):
            with contextlib.suppress(TimeoutError):
                missing = await self._disks[root.id].run(batch[0].path, _missing, root.path, batch)
                marked += await self.mark_missing(missing)
        return marked

    async def mark_missing(self, known: Sequence[KnownFile]) -> int:
        if known:
            await self._store.write(files.mark_missing, known)
        return len(known)

    async def _store_batch(
        self, root: Root, found: Sequence[FoundFile], *, first_scan: bool
    ) -> int:
        try:
            known = await self._store.read(
                files.with_fingerprints, [file.fingerprint for file in found]
            )
            moved = await self._find_moved(root, found, known)
            return await self._store.write(
                files.ingest, root.id, found, moved, first_scan=first_scan
            )
        except Exception as error:
            if _concerns_all(error):
                raise
            if len(found) == 1:
                self._report(root, found[0].path, f"Can't be stored: {error}")
                return 0
        touched = 0
        for file in found:  # one by one, to find the one that fails
            touched += await self._store_batch(root, [file], first_scan=first_scan)
        return touched

    async def _identify(self, root: Root, share: Sequence[FileStat]) -> list[FoundFile]:
        """The files with their fingerprints, in one call; the unreadable ones are reported."""
        try:
            answers = await self._disks[root.id].run(
                f"{len(share)} fingerprints from {share[0].path}", _fingerprints, root.path, share
            )
        except TimeoutError as error:
            if len(share) == 1:
                answers = [error]
            else:  # one by one, to find the one that hangs
                alone = await asyncio.gather(*(self._identify(root, [stat]) for stat in share))
                return [file for some in alone for file in some]
        found = []
        for file, answer in zip(share, answers, strict=True):
            if isinstance(answer, str):
                found.append(FoundFile(file.path, file.size, file.mtime_ns, answer))
            elif not isinstance(answer, FileNotFoundError):
                self._report(root, file.path, answer.strerror or "Can't be read")
        return found

    def _report(self, root: Root, path: str, problem: str) -> None:
        name = paths.to_words(f"{root.name}/{path}")
        log.warning("Skipped %s: %s", name, problem)
        self._status.report(name, problem)

    async def _find_moved(
        self, root: Root, found: Sequence[FoundFile], known: Sequence[KnownFile]
    ) -> dict[str, int]:
        """Which found path is which known file that is no longer where it was."""
        here = {(root.id, file.path, file.fingerprint) for file in found}
        elsewhere = [f for f in known if (f.root_id, f.path, f.fingerprint) not in here]
        missing = {file.id for file in elsewhere if file.missing_since is not None}
        for root_id in {file.root_id for file in elsewhere}:
            present = [f for f in elsewhere if f.root_id == root_id and f.missing_since is None]
            missing |= await self._left(root_id, present)
        homeless: dict[str, list[KnownFile]] = {}
        for old in elsewhere:
            if old.id in missing:
                homeless.setdefault(old.fingerprint, []).append(old)
        settled = {(k.root_id, k.path, k.fingerprint) for k in known}
        moved = {}
        for file in found:
            is_settled = (root.id, file.path, file.fingerprint) in settled
            if not is_settled and homeless.get(file.fingerprint):
                moved[file.path] = homeless[file.fingerprint].pop(0).id
        return moved

    async def _left(self, root_id: int, known: Sequence[KnownFile]) -> set[int]:
        """Ids of the known files that are missing from a reachable folder."""
        root = self._roots.get(root_id)
        if root is None:  # no longer configured
            return {file.id for file in known}
        if not known or root.offline_since is not None:
            return set()
        try:
            return await self._disks[root_id].run(known[0].path, _left, root.path, known)
        except TimeoutError:
            return set()


def _concerns_all(error: Exception) -> bool:
    """Whether the store as a whole refuses, so that no file is to blame."""
    return isinstance(error, UnavailableError) or is_of_the_disk(error)


def _fingerprints(root: str, stats: Sequence[FileStat]) -> list[str | OSError]:
    """Of each file its fingerprint, or why there is none. Raises OSError when that is not about
    the file."""
    answers: list[str | OSError] = []
    for stat in stats:
        try:
            answers.append(filesystem.fingerprint(root, stat))
        except OSError as error:
            if filesystem.says_nothing(error):
                raise
            answers.append(error)
    return answers


def _missing(root: str, known: Sequence[KnownFile]) -> list[KnownFile]:
    return [file for file in known if _is_missing(root, file)]


def _is_missing(root: str, file: KnownFile) -> bool:
    try:
        return filesystem.stat_file(root, file.path) is None
    except OSError:
        return False


def _left(root: str, known: Sequence[KnownFile]) -> set[int]:
    """Ids of the files that are no longer there as they are known."""
    left = set()
    for file in known:
        try:
            now = filesystem.stat_file(root, file.path)
        except OSError:
            continue
        if now is None or (now.size, now.mtime_ns) != (file.size, file.mtime_ns):
            left.add(file.id)
    return left


def batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
