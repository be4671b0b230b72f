"""The job of a worker process: probe a file, write its thumbnails, return its facts.

Each kind of media has a module `probe` with `probe(path, found, **inputs)`, which adds facts and
thumbnails to a `Found`, and raises UnreadableError with the reason why there are no more.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av

from lvs import kinds
from lvs.media import thumbnail_files
from lvs.media.facts import Found, Result, SourceError
from lvs.media.probe import UnreadableError


def process(
    path: str, thumbnail_folder: str, key: str, inputs: Mapping[str, Any] | None = None
) -> Result:
    """Probe a file as its name's kind, and make its thumbnails under `key`. `inputs` are the
    columns of the kind that its probe takes.

    Raises SourceError when the file cannot be had now, and OSError when thumbnails cannot be
    written: neither says anything about the file. Whatever else goes wrong is the file's own.
    """
    found, error = Found(), None
    kind = kinds.kind_of(path) or kinds.MAIN
    try:
        kinds.module(kind.id, "probe").probe(path, found, **(inputs or {}))
    except SourceError:
        raise
    except Exception as wrong:
        error = _reason(wrong)
    if found.rendered is None:
        _be_there(path)
        return Result(found.facts, None, error or "There is nothing to show of it.", 0.0)
    thumbnail_files.write(Path(thumbnail_folder), key, found.rendered)
    return Result(found.facts, found.rendered.preview, None, time.monotonic() - found.began)


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
