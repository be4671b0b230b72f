"""The job of a worker process: probe a file, write its thumbnails, return its facts."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import av

from lvs.media import probe, thumbnail_files, thumbnails
from lvs.media.facts import Facts, Result, SourceError
from lvs.media.probe import UnreadableError


def process(path: str, thumbnail_folder: str, key: str, stereo: str | None = None) -> Result:
    """Probe a video and make its thumbnails under `key`: of one eye, where `stereo` says that
    there are two, or what is found in the file.

    Raises SourceError when the file cannot be had now, and OSError when thumbnails cannot be
    written: neither says anything about the video. Whatever else goes wrong is the file's own.
    """
    facts, made, error, began = Facts(), None, None, 0.0
    try:
        with probe.opened(path) as container:
            stream = probe.video_stream(container)
            facts = probe.facts_of(path, container, stream, None)
            began = time.monotonic()
            facts, made = _render(path, container, stream, facts, stereo)
    except SourceError:
        raise
    except Exception as wrong:
        error = _reason(wrong)
    if made is None:
        _be_there(path)
        return Result(facts, None, error, 0.0)
    thumbnail_files.write(Path(thumbnail_folder), key, made)
    return Result(facts, made.preview, None, time.monotonic() - began)


def _render(
    path: str, container: Any, stream: Any, facts: Facts, stereo: str | None
) -> tuple[Facts, thumbnail_files.RenderedThumbnails]:
    frame = thumbnails.representative_frame(container, stream, facts.duration_s)
    facts = probe.facts_of(path, container, stream, frame)
    return facts, thumbnails.render(stream, frame, stereo or facts.stereo)


def _reason(error: Exception) -> str:
    """Why there is no thumbnail, for a person."""
    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, MemoryError):
        return "Needs more memory than a worker may use."
    if isinstance(error, av.FFmpegError):
        return f"Can't be read: {error.strerror or error}."
    return f"Can't be read: {error or type(error).__name__}."


def _be_there(path: str) -> None:
    """Raises SourceError when the file is missing: then the file is not damaged."""
    try:
        os.stat(path)
    except OSError as error:
        raise SourceError(error.errno, error.strerror) from error
