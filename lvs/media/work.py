"""The job of a worker process: look at one file, write its pictures, report its facts."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import av
import av.logging

from lvs.media import probe, thumbnails

if sys.platform != "win32":
    import resource

MEMORY_LIMIT_BYTES = 8 << 30


@dataclass(frozen=True, slots=True)
class Result:
    """`error` says why there is no picture; `facts` hold whatever could be read all the same.

    `picture_s` are the seconds from the facts to the pictures.
    """

    facts: probe.Facts
    preview: str | None
    error: str | None
    picture_s: float


def look_at(path: str, thumbnail_folder: str, key: str, stereo: str | None = None) -> Result:
    """Probe a video and make its thumbnails under `key`: of one eye, where `stereo` says that
    there are two, or what is found in the file.

    Raises OSError when the file cannot be read or the pictures cannot be written: that says
    nothing about the video, and the caller tries again later.
    """
    _prepare_process()
    facts, pictures, error, began = probe.Facts(), None, None, 0.0
    try:
        facts, pictures, began = _read(path, stereo)
    except _PartlyReadError as partly:
        facts, error = partly.facts, str(partly)
    except probe.UnreadableError as unreadable:
        error = str(unreadable)
    except MemoryError:
        error = "It needs more memory than a worker may use."
    if pictures is None:
        return Result(facts, None, error, 0.0)
    thumbnails.write(Path(thumbnail_folder), key, pictures)
    return Result(facts, pictures.preview, None, time.monotonic() - began)


class _PartlyReadError(Exception):
    def __init__(self, facts: probe.Facts, why: str) -> None:
        super().__init__(why)
        self.facts = facts


def _read(path: str, stereo: str | None) -> tuple[probe.Facts, thumbnails.Pictures, float]:
    """The facts, the pictures, and when (monotonic seconds) the pictures were begun."""
    container, handle = probe.open_video(path)
    try:
        stream = probe.video_stream(container)
        facts = probe.facts_of(path, container, stream, None)
        began = time.monotonic()
        try:
            frame = thumbnails.representative_frame(container, stream, facts.duration_s)
            facts = probe.facts_of(path, container, stream, frame)
            return facts, thumbnails.render(stream, frame, stereo or facts.stereo), began
        except probe.UnreadableError as error:
            raise _PartlyReadError(facts, str(error)) from error
        except (av.FFmpegError, ValueError) as error:
            raise _PartlyReadError(facts, f"Its picture cannot be shown: {error}.") from error
    finally:
        container.close()
        if handle is not None:
            handle.close()


_prepared = False


def _prepare_process() -> None:
    """Once per worker: quiet, polite to the server, bounded, and gone when the server is."""
    global _prepared  # noqa: PLW0603 - a fact about this process
    if _prepared:
        return
    _prepared = True
    av.logging.set_level(av.logging.PANIC)
    if sys.platform == "win32":
        return
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders that write to stderr by themselves
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
