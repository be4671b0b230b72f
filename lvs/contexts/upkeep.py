"""What the library may need a person for: files that failed, are gone, or lie there twice."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lvs import paths
from lvs.contexts import words
from lvs.library.library import Library
from lvs.logs import LoggedError
from lvs.store import cleanup, files, videos
from lvs.store.cleanup import Forgotten

SHOWN = 100
DAY_MS = 24 * 3600 * 1000
LONG_DAYS = 90


@dataclass(frozen=True, slots=True)
class FailedFile:
    id: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    title: str
    since: str
    gifts: str


@dataclass(frozen=True, slots=True)
class ErrorRow:
    when: str
    message: str
    cause: str


@dataclass(frozen=True, slots=True)
class Upkeep:
    """`gone` are the first of `gone_count` that a clean-up would forget."""

    failed: tuple[FailedFile, ...]
    gone: tuple[Gone, ...]
    gone_count: int
    days: int
    duplicates: tuple[tuple[str, ...], ...]
    errors: tuple[ErrorRow, ...]
    log_level: str


def upkeep_context(
    conn: sqlite3.Connection, library: Library, errors: Iterable[LoggedError], log_level: str
) -> Upkeep:
    gone = cleanup.long_missing(conn, long_ago())
    return Upkeep(
        failed=tuple(
            FailedFile(video.video_id, _name(library, video.root_id, video.path), video.reason)
            for video in videos.failed(conn, SHOWN)
        ),
        gone=tuple(
            Gone(video.title, words.since(video.missing_since), gifts_of(video))
            for video in gone[:SHOWN]
        ),
        gone_count=len(gone),
        days=LONG_DAYS,
        duplicates=tuple(
            tuple(_name(library, known.root_id, known.path) for known in same)
            for same in files.duplicates(conn, SHOWN)
        ),
        errors=tuple(_error(error) for error in errors),
        log_level=log_level,
    )


def long_ago(days: int = LONG_DAYS) -> int:
    """The time (ms) before which a file must have gone to be gone for long."""
    return time.time_ns() // 1_000_000 - days * DAY_MS


def gifts_of(video: Forgotten) -> str:
    """What would go along with a video, in words."""
    gifts = [
        words.plural(count, what)
        for count, what in (
            (video.ratings, "rating"),
            (video.favorites, "favorite"),
            (video.tags, "tag"),
            (video.views, "view"),
        )
        if count
    ]
    return ", ".join(gifts) or "nothing"


def _name(library: Library, root_id: int, path: str) -> str:
    return paths.to_words(library.filename(root_id, path))


def _error(error: LoggedError) -> ErrorRow:
    when = datetime.fromtimestamp(error.at).astimezone()
    return ErrorRow(f"{when:%Y-%m-%d %H:%M:%S}", error.message, error.cause)
