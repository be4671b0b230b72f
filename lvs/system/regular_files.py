"""Opening files in folders where anybody may put something else in their place.

A path is checked now and opened later: meanwhile it may have become a FIFO, which waits for a
writer for ever, or a link to any file of the system.
"""

from __future__ import annotations

import errno
import os
import stat

from lvs.kinds import is_media_name

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
_IS_A_LINK = (errno.ELOOP, errno.EMLINK)  # open(2) with O_NOFOLLOW on Linux and macOS; on FreeBSD


def leads_to_media(path: str) -> bool:
    """Whether what a link leads to has itself a name of the library. Raises OSError."""
    return is_media_name(os.path.basename(os.path.realpath(path, strict=True)))  # noqa: PTH119


def open_media(path: str) -> int:
    """A descriptor for reading of a regular file with a name of the library. Never waits for it.

    Raises OSError; PermissionError for a link that leads to a file of another type.
    """
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        if error.errno not in _IS_A_LINK or not os.path.islink(path):  # noqa: PTH114
            raise
        handle = _open_target(path)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", path)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _open_target(link: str) -> int:
    target = os.path.realpath(link, strict=True)
    if not is_media_name(os.path.basename(target)):  # noqa: PTH119
        raise PermissionError(errno.EACCES, "it is a link to a file of another type", link)
    return os.open(target, _FLAGS)
