"""The folders under a root, each walked once, however many links lead to it.

A folder inside the root has one path, its own: links to it are left alone. A folder outside is
shown under the first link to it, in the order of paths. So links can neither make a walk endless
nor show a file twice, and the walk of one folder agrees with the walk of all. Real paths decide and
not inodes, which several network file systems make up.
"""

from __future__ import annotations

import errno
import heapq
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lvs import kinds, paths
from lvs.library import filesystem
from lvs.models import FileStat
from lvs.system.regular_files import leads_to_media

_NO_FOLDER = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


@dataclass(slots=True)
class FolderListing:
    """One folder: its path relative to the root, its videos, and why it could not be read."""

    path: str
    files: list[FileStat] = field(default_factory=list)
    count: int = 0  # number of its videos, also without `files`
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A folder that a walk comes to. `real` is its real path where a link has led outside the
    root; `is_entry` for what may be no folder, or one that is shown elsewhere."""

    path: str
    real: str | None = None
    is_entry: bool = False


class Tree:
    """A root and the folders outside it that its links lead to."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.real = ""  # as of the last walk
        self.links: dict[str, str] = {}  # a real folder outside: the path of the link to it

    def path_of(self, real: str, links: dict[str, str]) -> str | None:
        """The path under which a real folder is shown; None when no walk would come by it."""
        above = real
        while True:
            shown = "" if above == self.real else self._link_to(above, links)
            if shown is not None:
                rest = real[len(above) :].strip("/")
                return None if paths.is_hidden(rest) else "/".join(filter(None, (shown, rest)))
            if above in ("/", ""):
                return None
            above = os.path.dirname(above)  # noqa: PTH120

    def is_shown_elsewhere(self, folder: str) -> bool:
        """Whether a folder has files that the library shows under another path than this one."""
        shown = self.path_of(os.path.realpath(paths.absolute(self.root, folder)), self.links)
        return shown is not None and shown != folder

    def _link_to(self, real: str, links: dict[str, str]) -> str | None:
        link = links.get(real)
        if link is not None and os.path.realpath(paths.absolute(self.root, link)) != real:
            del links[real]  # removed, or it leads elsewhere now
            return None
        return link


class Walk:
    """One walk from `below` down, hidden folders left out: `take` a step, then `read` it.

    `take` is quick; `read` asks the disk. Without `stat` a listing has no files, only their
    `count`. `enter` is called with each folder before it is read.
    """

    def __init__(
        self,
        tree: Tree,
        below: str = "",
        *,
        stat: bool = True,
        enter: Callable[[str], None] | None = None,
    ) -> None:
        self._tree = tree
        self._stat = stat
        self._enter = enter
        self._is_whole = not below
        self._links: dict[str, str] = {} if self._is_whole else tree.links
        self._folders = [Step(below, is_entry=not self._is_whole)]
        self._entries: list[str] = []  # links to folders, which are walked last

    def take(self) -> Step | None:
        """The next folder; None at the end."""
        if self._folders:
            return self._folders.pop()
        if self._entries:
            return Step(heapq.heappop(self._entries), is_entry=True)
        if self._is_whole:
            self._tree.links = self._links
        return None

    def read(self, step: Step) -> FolderListing | None:
        """What is in a folder; None where there is none, or where it is shown elsewhere."""
        if (self._is_whole and not step.path) or not self._tree.real:
            self._tree.real = os.path.realpath(self._tree.root)
        real = step.real
        if step.is_entry:
            real = os.path.realpath(paths.absolute(self._tree.root, step.path))
            if not self._goes_into(step.path, real):
                return None
            if real == paths.absolute(self._tree.real, step.path):
                real = None
        listing = FolderListing(step.path)
        try:
            if self._enter is not None:
                self._enter(step.path)
            names = self._fill(step.path, listing)
        except OSError as error:
            if step.is_entry and error.errno in _NO_FOLDER:
                return None
            listing.error = error.strerror or str(error)
            return listing
        for name in sorted(names, reverse=True):
            child = Step(_join(step.path, name), None if real is None else _join(real, name))
            if child.real is None or self._is_its_own(child.path, child.real):
                self._folders.append(child)
        return listing

    def _goes_into(self, path: str, real: str) -> bool:
        """Whether a link, or the folder that the walk begins with, is the way to a real folder."""
        shown = self._tree.path_of(real, self._links)
        if shown is None and os.path.isdir(real):  # noqa: PTH112
            self._links[real] = shown = path
        return shown == path

    def _is_its_own(self, path: str, real: str) -> bool:
        """Whether a folder within one that a link has led to has no other path."""
        return real != self._tree.real and self._links.get(real, path) == path

    def _fill(self, folder: str, listing: FolderListing) -> list[str]:
        """Fill in the listing; returns the names of the folders. Raises OSError."""
        folders = []
        with os.scandir(paths.absolute(self._tree.root, folder)) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                try:
                    if kinds.is_media_name(entry.name) and _is_media(entry):
                        listing.count += 1
                        if self._stat:
                            stat = filesystem.file_stat(_join(folder, entry.name), entry.stat())
                            listing.files.append(stat)
                    elif entry.is_symlink():
                        heapq.heappush(self._entries, _join(folder, entry.name))
                    elif entry.is_dir():
                        folders.append(entry.name)
                except OSError:  # deleted meanwhile, or unreadable
                    continue
        return folders


def _is_media(entry: os.DirEntry[str]) -> bool:
    """Whether an entry with a name of the library is a file, and no link to something else."""
    if entry.is_symlink() and not leads_to_media(entry.path):
        return False
    return entry.is_file()


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def walk(root: str, *, stat: bool = True) -> Iterator[FolderListing]:
    """Every folder of a root, one after the other."""
    steps = Walk(Tree(root), stat=stat)
    while (step := steps.take()) is not None:
        if (listing := steps.read(step)) is not None:
            yield listing


def count_files(root: str) -> int:
    """How many videos a walk would find, without a `stat` of each."""
    return sum(listing.count for listing in walk(root, stat=False))
