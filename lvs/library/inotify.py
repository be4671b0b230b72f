"""Notices of changes from the Linux kernel: inotify(7), one watch a folder.

Names are bytes, so every name arrives. The folders are found by the walk of the scans, off the
event loop and with a time limit for each, so links and slow disks hold up nobody.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import struct
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from lvs import kinds, paths
from lvs.library.root_disk import RootDisk

STEP_S = 0.02
GROUP_S = 0.2  # changes within this time are one batch
READ_BYTES = 64 * 1024  # about a thousand notifications

_ATTRIB, _CLOSE_WRITE = 0x4, 0x8
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF = 0x400, 0x800
_UNMOUNT, _OVERFLOW, _IGNORED = 0x2000, 0x4000, 0x8000
_ONLYDIR, _ISDIR = 0x01000000, 0x40000000
_CAME, _WENT = _CREATE | _MOVED_TO, _DELETE | _MOVED_FROM
_SELF = _DELETE_SELF | _MOVE_SELF
_WATCHED = _ATTRIB | _CLOSE_WRITE | _CAME | _WENT | _SELF | _ONLYDIR
_EVENT = struct.Struct("iIII")  # watch, mask, cookie, length of the name


class OutOfWatchesError(Exception):
    """The system grants no further watches."""


@dataclass(slots=True)
class Group:
    """Changes that are reported together, and the folders to watch before that."""

    changed: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    may_be_links: list[str] = field(default_factory=list)


class Inotify:
    """The notices of one root, from `open` on."""

    def __init__(self, root_disk: RootDisk) -> None:
        self._disk = root_disk
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._handle = -1
        self._folder_of: dict[int, str] = {}
        self._watch_of: dict[str, int] = {}

    async def changes(self) -> AsyncGenerator[set[str]]:
        """Sets of paths that changed, relative to the root; the first is empty and says that the
        watches stand, and `""` says that anything may have changed.

        Raises OSError when the system gives no notices, or when the root itself has moved.
        """
        self._handle = self._checked(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        try:
            await self._watch("")
            if "" not in self._watch_of:
                raise OSError(errno.ENOENT, "the folder can't be watched")
            yield set()
            while True:
                await self._readable()
                yield await self._group()
        finally:
            os.close(self._handle)

    async def _watch(self, folder: str) -> None:
        """Watch a folder and all under it."""
        try:
            async for _ in self._disk.listings(folder, stat=False, enter=self.add_watch):
                pass
        except OutOfWatchesError as error:
            raise OSError(errno.ENOSPC, "the system allows no more inotify watches") from error

    def add_watch(self, folder: str) -> None:
        path = os.fsencode(paths.absolute(self._disk.path, folder))
        watch = self._libc.inotify_add_watch(self._handle, path, _WATCHED)
        if watch < 0:
            if ctypes.get_errno() in (errno.ENOSPC, errno.ENOMEM):
                raise OutOfWatchesError
            return  # missing or unreadable: a scan reports it
        self._folder_of[watch] = folder
        self._watch_of[folder] = watch

    def _remove_watch(self, folder: str) -> None:
        """Remove the watches of a folder and of those under it."""
        below = folder + "/"
        for path in [p for p in self._watch_of if p == folder or p.startswith(below)]:
            watch = self._watch_of.pop(path)
            if self._folder_of.get(watch) == path:
                del self._folder_of[watch]
                self._libc.inotify_rm_watch(self._handle, watch)

    async def _readable(self) -> None:
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._handle, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._handle)

    async def _group(self) -> set[str]:
        """What changed until it has been quiet for a moment."""
        loop = asyncio.get_running_loop()
        ends, group = loop.time() + GROUP_S, Group()
        while loop.time() < ends and self._read(group):
            await self._watch_new(group)
            await asyncio.sleep(STEP_S)
        return group.changed

    async def _watch_new(self, group: Group) -> None:
        if group.may_be_links:
            links = await self._disk.run(
                "links", _links_to_folders, self._disk.path, group.may_be_links
            )
            group.changed.update(links)
            group.folders.update(links)
            group.may_be_links.clear()
        while group.folders:
            await self._watch(group.folders.pop())

    def _read(self, group: Group) -> bool:
        """Note what changed; False when there is nothing new. Raises OSError when the root went."""
        try:
            notices = os.read(self._handle, READ_BYTES)
        except BlockingIOError:
            return False
        position = 0
        while position < len(notices):
            watch, mask, _, length = _EVENT.unpack_from(notices, position)
            position += _EVENT.size
            name = os.fsdecode(notices[position : position + length].rstrip(b"\0"))
            position += length
            folder = self._folder_of.get(watch)
            if mask & _OVERFLOW:
                self._start_over(group)
            elif folder is not None and not name:
                self._note_itself(mask, folder, group)
            elif folder is not None and not name.startswith("."):
                self._note(mask, f"{folder}/{name}" if folder else name, group)
        return True

    def _start_over(self, group: Group) -> None:
        """Notices were lost: those of new folders, too."""
        self._folder_of.clear()
        self._watch_of.clear()
        group.folders.add("")
        group.changed.add("")

    def _note(self, mask: int, path: str, group: Group) -> None:
        """Something happened to an entry of a watched folder."""
        is_folder = bool(mask & _ISDIR) or path in self._watch_of
        if is_folder and mask & _WENT:
            self._remove_watch(path)
            group.folders.discard(path)
            group.changed.add(path)
        elif is_folder and (mask & _CAME or path not in self._watch_of):
            group.folders.add(path)
            group.changed.add(path)
        elif not is_folder:
            if mask & _CAME:
                group.may_be_links.append(path)
            if kinds.is_media_name(path.rpartition("/")[2]):
                group.changed.add(path)

    def _note_itself(self, mask: int, folder: str, group: Group) -> None:
        """Something happened to a watched folder itself."""
        if not mask & (_SELF | _UNMOUNT | _IGNORED):
            return
        if not folder:
            raise OSError(errno.ENOENT, "the folder was moved or unmounted")
        self._remove_watch(folder)
        group.changed.add(folder)

    @staticmethod
    def _checked(result: int) -> int:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result


def _links_to_folders(root: str, names: list[str]) -> list[str]:
    full = ((name, paths.absolute(root, name)) for name in names)
    return [n for n, p in full if os.path.islink(p) and os.path.isdir(p)]  # noqa: PTH112, PTH114
